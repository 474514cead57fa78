import { setTimeout as sleep } from 'node:timers/promises'

/** Repeats a check until it stops throwing, or throws its last error after `withinMs`. */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 8_000): Promise<T> {
  const giveUpAt = performance.now() + withinMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
      await sleep(20)
    }
  }
}
