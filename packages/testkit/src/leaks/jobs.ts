import { FAULTS } from '../faults/index.js'
import { lookAtCrash } from './crash.js'
import type { Job } from './hunt.js'
import type { Lane, LeakFault } from './lane.js'
import { lookAtMisuse } from './misuse.js'
import { type Operation, OPERATIONS } from './operations.js'
import { QUOTING_FAULTS } from './quoting-faults.js'
import { type ModeName, Scene } from './scene.js'
import type { Sinks } from './sinks.js'
import { SPECIAL_SCENES } from './special-scenes.js'

const MODES: readonly ModeName[] = ['issue', 'assign']
/** Faults in which a process dies. */
const CRASHES = new Set([
  '401 quoting in RC, RM and error',
  'an answer that quotes and is no HTTP',
  'a refused connection',
])

/** Whatever can be wrong with a chat server. */
export const LEAK_FAULTS: readonly LeakFault[] = [...FAULTS, ...QUOTING_FAULTS]

/** Every operation under every fault, in turn with either mode, and what is wrong in the app itself. */
export function leakJobs(): Job[] {
  const matrix = LEAK_FAULTS.flatMap((fault, row) =>
    Object.entries(OPERATIONS).map(([name, operation], column): Job => {
      const mode = MODES[(row + column) % MODES.length] ?? 'issue'
      return (lane, sinks) => underFault(lane, sinks, fault, name, operation, mode)
    }),
  )
  const special = Object.entries(SPECIAL_SCENES).map(([name, play]): Job => async (lane, sinks) => {
    await (await play(lane, sinks, name)).end()
  })
  const crashes = LEAK_FAULTS.filter(({ name }) => CRASHES.has(name)).map((fault): Job => async (lane, sinks) => {
    await lane.cause(fault)
    await lookAtCrash(sinks, lane, fault.name)
  })
  const misuse: Job = async ({ canaries }, sinks) => lookAtMisuse(sinks, canaries)
  return [...crashes, misuse, ...special, ...matrix]
}

async function underFault(
  lane: Lane,
  sinks: Sinks,
  fault: LeakFault,
  name: string,
  { before, faulty }: Operation,
  as: ModeName,
): Promise<void> {
  const scene = new Scene(lane, sinks, `${name} with ${as}() under "${fault.name}"`, { as })
  await before(scene)
  await lane.cause(fault)
  await faulty(scene)
  await scene.lookAround()
  await lane.heal()
  await scene.end()
}
