import { setTimeout as sleep } from 'node:timers/promises'
import { complaints } from '../proxies/index.js'
import { Site } from './site.js'
import { Tally } from './tally.js'
import { visit } from './visit.js'

/**
 * Between a process that listens again and the next that ends, in ms. nginx counts in whole seconds, so that a
 * `fail_timeout` of one can last nearly two: until then the process is there, and gets nothing.
 */
const BETWEEN = 2_000
/** When the first process ends, in ms: users are there by then. */
const FIRST_AFTER = 500
/** So long the processes that are left may take to carry out the logouts that were answered, in ms. */
const CARRIED_OUT_WITHIN = 10_000

export interface RollingRestartOptions {
  /** How many users log in and out, at least: they keep coming until all `restarts` are done. */
  readonly logins: number
  /** How many restarts there are, at least: they go on until all `logins` are done. @default 3 */
  readonly restarts?: number
  /** How many users are there at a time. @default 32 */
  readonly concurrency?: number
  readonly onProgress?: (visits: number) => void
}

export interface RollingRestartReport {
  readonly visits: number
  /** Answered with a 2xx, as those below. */
  readonly logins: number
  readonly loginsWithoutChat: number
  readonly logouts: number
  /** Users who were told that they have logged out, and whose token still works in the end. */
  readonly logoutsLost: number
  /** Logouts that were answered before the chat server had carried them out: no promise is broken by them alone. */
  readonly logoutsAhead: number
  readonly answers502: number
  /** How often a request was answered with anything but a 2xx, or not at all, by status and path. */
  readonly failures: Readonly<Record<string, number>>
  readonly restarts: number
  /** From SIGTERM to the end of the process. */
  readonly exitMs: { readonly median: number; readonly max: number }
  /** Processes that ended in another way than by themselves after SIGTERM, with code 0. */
  readonly accidents: readonly string[]
  /** What nginx logged, and how often. */
  readonly nginx: Readonly<Record<string, number>>
}

/**
 * Restarts the three processes of an app one after the other, again and again, while users log in and out through nginx,
 * which keeps its connections to them. The chat server's own record says what has become of each logout.
 */
export async function rollingRestart(options: RollingRestartOptions): Promise<RollingRestartReport> {
  const { logins, restarts = 3, concurrency = 32, onProgress } = options
  const site = await Site.open()
  let isOver = false
  try {
    const tally = new Tally(site.emulator)
    let [begun, visits, restarted] = [0, 0, 0]
    const usersCome = async () => {
      while (!isOver && (begun < logins || restarted < restarts)) {
        begun += 1
        await visit(site.nginx.url, `user${begun}`, tally)
        visits += 1
        onProgress?.(visits)
      }
    }
    const coming = Promise.all(Array.from({ length: concurrency }, usersCome)).finally(() => (isOver = true))
    const restartsGoOn = async () => {
      for (;;) {
        for (const app of site.apps) {
          if (isOver) return
          await app.restart()
          restarted += 1
          await Promise.race([sleep(BETWEEN), coming])
        }
      }
    }
    await sleep(FIRST_AFTER)
    await Promise.all([restartsGoOn(), coming])
    const logoutsLost = await tally.logoutsLost(CARRIED_OUT_WITHIN)
    const { loginsWithoutChat, logouts, logoutsAhead, answers502, failures } = tally
    return {
      visits,
      logins: tally.logins,
      loginsWithoutChat,
      logouts,
      logoutsLost,
      logoutsAhead,
      answers502,
      failures,
      restarts: restarted,
      exitMs: spread(site.apps.flatMap(({ exits }) => exits)),
      accidents: site.apps.flatMap(({ accidents }) => accidents),
      nginx: complaints(site.nginx),
    }
  } finally {
    isOver = true
    await site.close()
  }
}

function spread(durations: readonly number[]): { readonly median: number; readonly max: number } {
  const sorted = durations.toSorted((one, other) => one - other)
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, max: sorted.at(-1) ?? 0 }
}
