import type { KillPoint } from './kill-point.js'

/** Kills its own process with SIGKILL at the moment it was armed for. */
export class KillSwitch {
  #armed: KillPoint | undefined
  #times = 0

  arm(point: KillPoint): void {
    this.#armed = point
    this.#times = 0
  }

  /** Does not return when this is the moment. */
  reach(when: KillPoint['when'], step: PropertyKey): void {
    if (this.#armed?.when !== when || this.#armed.step !== step) return
    this.#times += 1
    if (this.#times === this.#armed.nth) process.kill(process.pid, 'SIGKILL')
  }
}
