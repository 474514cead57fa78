const LONGEST_TIMEOUT = 2_147_483_647
const END_OF_TIME = Date.UTC(9999, 0)

/** The emulator's time: the machine's, plus what a test has added; it also runs what falls due. */
export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Moves on by `ms` and, before it returns, runs what fell due, in due order and at its due time. */
  advance(ms: number): void
  /** Runs `action` once when this clock reaches `due`, epoch milliseconds; never before the caller has returned. */
  at(due: number, action: () => void): void
  /** Runs now whatever is waiting, in due order, without moving the time. */
  settle(): void
  /** Forgets whatever is waiting, and whatever else is given to it. */
  stop(): void
}

/** A clock that starts at the machine's time. */
export function createClock(): Clock {
  const waiting: { readonly due: number; readonly action: () => void }[] = []
  let ahead = 0
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const now = (): number => Date.now() + ahead

  function runUntil(time: number): void {
    for (let next = waiting[0]; next && next.due <= time; next = waiting[0]) {
      waiting.shift()
      ahead = Math.max(ahead, next.due - Date.now())
      next.action()
    }
  }

  function arm(): void {
    clearTimeout(timer)
    const next = waiting[0]
    if (!next) return
    timer = setTimeout(
      () => {
        runUntil(now())
        arm()
      },
      Math.min(Math.max(next.due - now(), 0), LONGEST_TIMEOUT),
    )
  }

  return {
    now,
    advance(ms) {
      if (!(Number.isFinite(ms) && ms >= 0 && now() + ms < END_OF_TIME)) {
        throw new TypeError('advanceMs must be a number of milliseconds, 0 or more, that stays before the year 9999')
      }
      const target = ahead + ms
      runUntil(Date.now() + target)
      ahead = target
      arm()
    },
    at(due, action) {
      if (stopped) return
      const index = waiting.findIndex((other) => other.due > due)
      waiting.splice(index === -1 ? waiting.length : index, 0, { due, action })
      arm()
    },
    settle() {
      for (const { action } of waiting.splice(0)) action()
      arm()
    },
    stop() {
      stopped = true
      waiting.length = 0
      clearTimeout(timer)
    },
  }
}
