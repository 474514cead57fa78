import { beforeAll, describe, expect, it } from 'vitest'
import { type LeakReport, runAppLeakHunt, type StartHuntedApp } from './leaks/index.js'

/** What every binding's app must keep to itself, under faults and with the error pages of development and production. */
export function leakContract(start: StartHuntedApp, places: readonly string[] = ['console']): void {
  describe('the app, with an error page of either kind, under faults', () => {
    let reports: readonly LeakReport[]
    beforeAll(async () => void (reports = await runAppLeakHunt(start)), 60_000)

    it('shows no key and no token but the user’s own', () => {
      expect(reports.flatMap(({ hits }) => hits)).toEqual([])
    })

    it('was looked at from every side, each of which held something', () => {
      for (const { sinkNames, emptySinks } of reports) {
        expect(emptySinks).toEqual([])
        expect(sinkNames).toEqual(expect.arrayContaining(['/login, refusal', 'sessions of the host', ...places]))
      }
    })
  })
}
