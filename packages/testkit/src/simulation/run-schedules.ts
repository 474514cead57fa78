import { install } from '@sinonjs/fake-timers'
import * as fc from 'fast-check'
import { seededRandom } from './seeded-random.js'
import { type Schedule, schedules } from './schedule.js'
import { Simulation } from './simulation.js'

export interface SchedulesReport {
  readonly seed: number
  readonly runs: number
  /** How often what happened in all of them. */
  readonly counts: Readonly<Record<string, number>>
  /** What was violated first, the shortest schedule found that does so, and how to see it again. */
  readonly failure: string | undefined
}

/**
 * Plays random schedules of logins, page requests, logouts, reports, renewals, crashes, late requests, faults and time on
 * several `ChatTokens` that share a store, and judges them by the emulator's own record of live tokens. The same seed plays
 * the same schedules.
 */
export async function runSchedules({ seed, runs }: { seed: number; runs: number }): Promise<SchedulesReport> {
  const clock = install({
    toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'],
    now: Date.parse('2030-01-01'),
  })
  const random = Math.random
  const counts: Record<string, number> = {}
  try {
    const play = fc.asyncProperty(schedules, async (schedule: Schedule) => {
      clock.reset()
      Math.random = seededRandom(schedule.random)
      const simulation = await Simulation.create(schedule, clock)
      await simulation.play()
      await simulation.comeToRest()
      for (const [what, times] of simulation.ledger.counts) counts[what] = (counts[what] ?? 0) + times
      if (simulation.ledger.violations.length > 0) throw new Error(simulation.ledger.violations.join('; '))
    })
    const details = await fc.check(play, { seed, numRuns: runs })
    return { seed, runs: details.numRuns, counts, failure: details.failed ? await explain(details) : undefined }
  } finally {
    Math.random = random
    clock.uninstall()
  }
}

async function explain(details: fc.RunDetails<[Schedule]>): Promise<string> {
  const report = await fc.asyncDefaultReportMessage(details)
  return `${String(details.errorInstance)}\n${report ?? ''}`
}
