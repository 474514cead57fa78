import { setImmediate as turn } from 'node:timers/promises'
import { EmulatorPool } from './emulator-pool.js'
import type { Fault } from './fault.js'
import { FAULTS } from './faults.js'
import { steps } from './operations.js'
import { Patient } from './patient.js'
import { meanwhile, recover } from './recovery.js'
import { type Operation, OPERATIONS, type Scenario, scenarioOf } from './scenario.js'
import { Stopwatch } from './stopwatch.js'
import { countUnhandled } from './unhandled.js'

export interface MatrixOptions {
  /** How many runs each fault and operation get. */
  readonly seeds: number
  /** The first seed; the others follow it. @default 0 */
  readonly firstSeed?: number
  /** @default all of them */
  readonly operations?: readonly Operation[]
  /** @default all of them */
  readonly faults?: readonly Fault[]
  /** How many runs overlap: most of a run is waiting. @default 12 */
  readonly concurrency?: number
  readonly onProgress?: (done: number, total: number) => void
}

export interface MatrixReport {
  readonly runs: number
  /** What went wrong, with fault, operation and seed. */
  readonly violations: readonly string[]
  /** Runs in which no request met the fault, which only a busy machine explains. */
  readonly unmet: number
  /** Rejections and exceptions that nobody handled. */
  readonly unhandled: number
  /** Calls that took more than 100 ms longer than they may. */
  readonly late: number
  /** How far beyond its promise a call ended at most, the load of this machine included. In ms. */
  readonly worstMs: number
}

/**
 * Lets every fault meet every operation, each time for another user on a chat server of their own over loopback HTTP, and
 * judges what the user got by the emulator's own record of live tokens. The same seed draws the same run.
 */
export async function runFaultMatrix(options: MatrixOptions): Promise<MatrixReport> {
  const { concurrency = 12, onProgress } = options
  const scenarios = draw(options)
  const stopwatch = new Stopwatch()
  const pool = new EmulatorPool()
  const unhandled = countUnhandled()
  const violations: string[] = []
  let done = 0
  let unmet = 0
  const waiting = scenarios.values()
  const work = async () => {
    for (const scenario of waiting) {
      const { fault, operation, seed } = scenario
      const patient = await run(scenario, pool, stopwatch)
      if (!patient.met) unmet += 1
      violations.push(...patient.violations.map((what) => `${fault.name} / ${operation} / seed ${seed}: ${what}`))
      done += 1
      onProgress?.(done, scenarios.length)
    }
  }
  try {
    await Promise.all(Array.from({ length: concurrency }, work))
    // A rejection counts as unhandled only after the turn in which it happened.
    await turn()
  } finally {
    unhandled.stop()
    await pool.close()
  }
  const { late, worstMs } = stopwatch
  violations.push(...unhandled.seen.map((what) => `unhandled: ${what}`))
  return { runs: scenarios.length, violations, unmet, unhandled: unhandled.seen.length, late, worstMs }
}

function draw({ seeds, firstSeed = 0, operations = OPERATIONS, faults = FAULTS }: MatrixOptions): Scenario[] {
  const numbers = Array.from({ length: seeds }, (_, index) => firstSeed + index)
  return numbers.flatMap((seed) =>
    faults.flatMap((fault) => operations.map((operation) => scenarioOf(fault, operation, seed))),
  )
}

function run(scenario: Scenario, pool: EmulatorPool, stopwatch: Stopwatch): Promise<Patient> {
  return pool.use(scenario.server, async (emulator) => {
    const patient = new Patient(emulator, scenario, stopwatch)
    for (const part of [play, end]) {
      await part(patient).catch((error: unknown) => patient.violate(`the run ended early: ${String(error)}`))
    }
    return patient
  })
}

async function play(patient: Patient): Promise<void> {
  const { before, during } = steps[patient.scenario.operation]
  await before(patient)
  await patient.fallIll()
  await during(patient)
  await meanwhile(patient)
  await recover(patient)
}

const end = (patient: Patient): Promise<void> => patient.end()
