import { setTimeout as sleep } from 'node:timers/promises'
import type { AppServer } from './app-server.js'
import type { Choices } from './choices.js'
import type { FleetUser } from './fleet-user.js'
import type { Stage } from './stage.js'

/** What a user does, and how often. */
const HABITS = { login: 6, page: 4, logout: 5, pair: 3, race: 3, 'last pages': 2, report: 1 }
/** Pauses between two actions and between two that meet, at most, in ms. */
const PAUSE = { between: 60, within: 12 }

/** One user, who does one thing after another with whichever app servers they are sent to. */
export class EverydayLife {
  readonly user: FleetUser
  readonly #stage: Stage
  readonly #choices: Choices

  constructor(stage: Stage, user: FleetUser, choices: Choices) {
    this.#stage = stage
    this.user = user
    this.#choices = choices
  }

  async live(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.#act()
      await sleep(this.#choices.below(PAUSE.between))
    }
  }

  async #act(): Promise<void> {
    const { user } = this
    const isInDoubt = user.account.standing.kind === 'in doubt' && this.#choices.isTrue(0.5)
    const habit = isInDoubt ? 'logout' : this.#choices.weighted(HABITS)
    switch (habit) {
      case 'login':
        return void (await user.login(await this.#anyServer()))
      case 'page':
        return void (await user.page(await this.#anyServer()))
      case 'logout':
        return void (await user.logout(await this.#anyServer()))
      case 'pair':
        return this.#logInTwice()
      case 'race':
        return this.#logInWhileLoggingOut()
      case 'last pages':
        return this.#askWhileLoggingOut()
      case 'report': {
        const { standing } = user.account
        const token = standing.kind === 'in' ? standing.tokens.at(-1) : undefined
        if (token !== undefined) await user.report(await this.#anyServer(), token)
      }
    }
  }

  async #logInTwice(): Promise<void> {
    const { user } = this
    const [one, other] = [await this.#anyServer(), await this.#anyServer()]
    const [first, second] = await Promise.all([user.login(one), this.#soon(() => user.login(other))])
    const areSure = first.kind === 'done' && second.kind === 'done' && user.account.standing.kind === 'in'
    if (areSure && first.value !== second.value) {
      this.#stage.ledger.violated(`I6 two logins at once got two tokens (${user.id})`)
    }
  }

  async #logInWhileLoggingOut(): Promise<void> {
    const { user } = this
    const old = user.session
    const [one, other] = [await this.#anyServer(), await this.#anyServer()]
    await Promise.all([this.#soon(() => user.logout(one, old)), this.#soon(() => user.login(other))])
    await user.page(await this.#anyServer())
  }

  /** Another session's logout takes the token they share, so that the page needs a new one; it asks on for a little. */
  async #askWhileLoggingOut(): Promise<void> {
    const { user } = this
    const [one, other] = [await this.#anyServer(), await this.#anyServer()]
    await user.login(one)
    const { session } = user
    await user.login(other)
    await user.logout(other)
    const keepAsking = async () => {
      for (let n = 0; n < 3; n++) await this.#soon(() => user.page(one, session))
    }
    await Promise.all([this.#soon(() => user.logout(other, session)), keepAsking()])
    await user.page(await this.#anyServer(), session)
  }

  #anyServer(): Promise<AppServer> {
    return this.#stage.fleet.at(this.#choices.below(this.#stage.fleet.size))
  }

  async #soon<T>(act: () => Promise<T>): Promise<T> {
    await sleep(this.#choices.below(PAUSE.within))
    return act()
  }
}
