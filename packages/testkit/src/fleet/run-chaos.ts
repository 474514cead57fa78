import { seededRandom } from '../simulation/seeded-random.js'
import { Choices } from './choices.js'
import { comeToRest } from './come-to-rest.js'
import { EverydayLife } from './everyday-life.js'
import { Killer } from './killer.js'
import { Stage } from './stage.js'

const SERVERS = 3
const SPARES = 4
const USERS = 20
/** After so many kills everything comes to rest, and after so many Redis is killed. */
const EVERY = { rest: 50, redis: 100 }

export interface ChaosOptions {
  readonly seed: number
  readonly kills: number
  readonly onProgress?: (killed: number) => void
}

export interface ChaosReport {
  readonly seed: number
  readonly kills: number
  /** How many processes died where. */
  readonly killsAt: Readonly<Record<string, number>>
  readonly redisKills: number
  readonly rests: number
  /** How long the outbox took at most, from the last kill on, in ms. */
  readonly longestRestMs: number
  /** How often what happened. */
  readonly counts: Readonly<Record<string, number>>
  readonly issued: number
  readonly revocations: number
  readonly violations: readonly string[]
}

/**
 * Three app servers that share a Redis, of which one after another is killed and replaced while twenty users log in and
 * out, and now and then Redis itself. Half of the processes issue, half assign. The same seed makes the same decisions: who
 * does what where, and who is killed at which point. It does not repeat what happens between processes in the same order, so
 * that a violation may need several runs to show again.
 */
export async function runChaos({ seed, kills, onProgress }: ChaosOptions): Promise<ChaosReport> {
  const choices = (n: number) => new Choices(seededRandom(seed * 1_000 + n))
  const modes = choices(0)
  const mode = () => modes.of(['issue', 'assign'] as const)
  const stage = await Stage.set({ size: SERVERS, spares: SPARES, deadline: 600, ambiguityHorizon: 300, mode })
  try {
    const killer = new Killer(stage, choices(1))
    const lives = Array.from({ length: USERS }, (_, n) => new EverydayLife(stage, stage.user(`u${n}`), choices(2 + n)))
    const users = lives.map(({ user }) => user)
    let [killed, redisKills, rests, longestRestMs] = [0, 0, 0, 0]
    while (killed < kills) {
      let isOver = false
      const living = Promise.all(lives.map((life) => life.live(() => isOver)))
      do {
        await killer.kill()
        killed += 1
        if (killed % EVERY.redis === EVERY.rest / 2) {
          redisKills += 1
          await stage.redis.restart()
        }
        onProgress?.(killed)
      } while (killed < kills && killed % EVERY.rest !== 0)
      isOver = true
      await living
      stage.misbehave()
      longestRestMs = Math.max(longestRestMs, await comeToRest(stage, users))
      rests += 1
    }
    return {
      seed,
      kills: killed,
      killsAt: sorted(killer.kills),
      redisKills,
      rests,
      longestRestMs,
      counts: sorted(stage.ledger.counts),
      issued: stage.obtains.issued,
      revocations: stage.obtains.revocations,
      violations: stage.ledger.violations,
    }
  } finally {
    await stage.end()
  }
}

function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
