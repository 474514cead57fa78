import { setTimeout as sleep } from 'node:timers/promises'
import type { Choices } from './choices.js'
import { type KillPoint, type KillStep, nameOf } from './kill-point.js'
import type { Stage } from './stage.js'

/** So long a process has to come to the moment it was armed for, in ms. Then it dies wherever it is. */
const PATIENCE = 300
/** The longest pause before a kill, in ms. */
const PAUSE = 150
/** How many requests fail to lead a process to a step that it only takes then: it gives up after three. */
const FAILURES = 12
const REVOKE = 'DELETE /admin/clients/*/token'
const OBTAIN = 'POST /admin/clients'

/** How often a process is armed for each step. */
const WEIGHTS: Readonly<Record<KillStep, number>> = {
  read: 3,
  acquire: 3,
  begin: 1,
  commit: 3,
  release: 2,
  logout: 3,
  claim: 3,
  settle: 3,
  retry: 2,
  request: 4,
}
/** Steps of which a process does not take several in a moment. */
const RARE: ReadonlySet<KillStep> = new Set(['begin', 'release', 'settle', 'retry'])

/** Kills app servers, at moments or at any moment. */
export class Killer {
  /** How many died where. */
  readonly kills: Map<string, number> = new Map()
  readonly #stage: Stage
  readonly #choices: Choices

  constructor(stage: Stage, choices: Choices) {
    this.#stage = stage
    this.#choices = choices
  }

  async kill(): Promise<void> {
    const { fleet } = this.#stage
    await sleep(this.#choices.below(PAUSE))
    const victim = await fleet.at(this.#choices.below(fleet.size))
    const point = this.#choices.isTrue(0.8) ? this.#point() : undefined
    if (point) {
      this.#leadTo(point.step)
      await victim.ask('arm', point)
      await Promise.race([victim.ended, sleep(PATIENCE)])
    }
    const where = point && !victim.isAlive ? nameOf(point) : 'anywhere'
    await victim.kill()
    this.#stage.misbehave()
    this.kills.set(where, (this.kills.get(where) ?? 0) + 1)
  }

  #point(): KillPoint {
    const step = this.#choices.weighted(WEIGHTS)
    return { when: this.#choices.of(['before', 'after']), step, nth: RARE.has(step) ? 1 : 1 + this.#choices.below(3) }
  }

  /** Some steps are only taken when the chat server refuses something, or does not say what it did. */
  #leadTo(step: KillStep): void {
    const kind = this.#choices.of(['status', 'reset-after-acting', 'reset-before'] as const)
    const fails = { kind, times: FAILURES, ...(kind === 'status' ? { status: 503 } : {}) }
    if (step === 'release') this.#stage.misbehave({ match: OBTAIN, ...fails })
    if (step === 'retry' || step === 'begin') this.#stage.misbehave({ match: REVOKE, ...fails })
  }
}
