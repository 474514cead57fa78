import { redisMissing } from '@imkit-auth/testkit/redis-servers'
import type { Contender, Contest, Row, Target } from '../contest.js'
import { CLIENT_LIBRARIES } from '../redis-app/client-libraries.js'
import { lastRelease, lastReleaseMissing, THIS_TREE } from '../releases/checkouts.js'
import type { Cost, Operation, Work } from '../releases/messages.js'
import { Release } from '../releases/release.js'

const CONCURRENCIES = [1, 64]
/** How often each operation is done in a turn. */
const COUNTS = { 1: { reads: 800, writes: 80 }, 64: { reads: 4_000, writes: 320 } } as const
/** In each round both releases take so many turns, one after the other: a disturbance is to hit both alike. */
const TURNS = 4

const WALL: Target = { of: 'wall ratio', atMost: 1.15 }
const REDIS_CPU: Target = { of: 'Redis CPU ratio', atMost: 0.65 }
const CONTENDERS: readonly { operation: Operation; sealed?: boolean; targets: readonly Target[] }[] = [
  { operation: 'hit', targets: [WALL] },
  { operation: 'hit', sealed: true, targets: [WALL] },
  { operation: 'hit among many', targets: [WALL] },
  { operation: 'hit among many', sealed: true, targets: [WALL] },
  { operation: 'cold login', targets: [WALL, REDIS_CPU] },
  { operation: 'cold login', sealed: true, targets: [WALL, REDIS_CPU] },
  { operation: 'logout, seen', targets: [WALL, REDIS_CPU] },
  { operation: 'logout, unseen', targets: [REDIS_CPU] },
]

/** The store on Redis as it is here, beside that of the last release. */
export const stores: Row = {
  name: 'stores',
  missing: () => redisMissing() ?? lastReleaseMissing(),
  async *contests(): AsyncGenerator<Contest> {
    for (const { name } of CLIENT_LIBRARIES) for (const concurrency of CONCURRENCIES) yield* beside(name, concurrency)
  },
}

async function* beside(library: string, concurrency: number): AsyncGenerator<Contest> {
  const releases: Release[] = []
  try {
    for (const checkout of [THIS_TREE, lastRelease()]) releases.push(await Release.start({ checkout, library }))
    const [here, last] = releases
    if (!here || !last) throw new Error('nothing to compare')
    yield {
      title: `The store on Redis, ratios to the last release: ${library}, ${concurrency} at a time, the chat server at no cost`,
      figures: [
        { name: 'wall', unit: 'µs' },
        { name: 'wall ratio' },
        { name: 'Redis CPU', unit: 'µs' },
        { name: 'Redis CPU ratio' },
        { name: 'client CPU', unit: 'µs' },
        { name: 'client CPU ratio' },
      ],
      areAlike: false,
      contenders: CONTENDERS.map(({ operation, sealed = false, targets }) =>
        contender({ operation, sealed, concurrency }, targets, here, last),
      ),
    }
  } finally {
    await Promise.all(releases.map((release) => release.stop()))
  }
}

function contender(work: Omit<Work, 'count'>, targets: readonly Target[], here: Release, last: Release): Contender {
  const { reads, writes } = COUNTS[work.concurrency === 1 ? 1 : 64]
  const count = work.operation.startsWith('hit') ? reads : writes
  let turns = 0
  return {
    name: work.sealed ? `${work.operation}, sealed` : work.operation,
    targets,
    async measure() {
      const costs = new Map<Release, Cost[]>([
        [here, []],
        [last, []],
      ])
      for (let turn = 0; turn < TURNS; turn++) {
        // Nobody always comes first.
        const order = turns++ % 2 === 0 ? [here, last] : [last, here]
        for (const release of order) costs.get(release)?.push(await release.measure({ ...work, count }))
      }
      const [ours, theirs] = [here, last].map((release) => costs.get(release) ?? [])
      return (['wall', 'redisCpu', 'clientCpu'] as const).flatMap((figure) => {
        const [our = Number.NaN, their = Number.NaN] = [ours, theirs].map((all = []) =>
          all.reduce((sum, cost) => sum + cost[figure], 0),
        )
        return [our / (count * TURNS), our / their]
      })
    },
  }
}
