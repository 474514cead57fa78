import { AppServer } from './app-server.js'
import type { AppServerSettings } from './calls.js'

export interface FleetOptions {
  /** How many app servers there are at any time. */
  readonly size: number
  /** How many processes wait, with everything loaded, to take the place of one that dies. */
  readonly spares: number
  /** Asked before every start of an app server. */
  readonly settings: () => AppServerSettings
}

/** App servers in processes of their own. One that dies is replaced at once. */
export class Fleet {
  /** Of those that died without having been killed. */
  readonly accidents: string[] = []
  readonly #options: FleetOptions
  readonly #processes = new Set<AppServer>()
  readonly #servers: Promise<AppServer>[]
  readonly #spares: AppServer[]
  #ending = false

  constructor(options: FleetOptions) {
    this.#options = options
    this.#spares = Array.from({ length: options.spares }, () => this.#warm())
    this.#servers = Array.from({ length: options.size }, (_, at) => this.#start(at))
  }

  get size(): number {
    return this.#servers.length
  }

  /** The app server at that place, as soon as there is one. */
  async at(place: number): Promise<AppServer> {
    for (;;) {
      const server = await this.#servers[place % this.size]
      if (!server) throw new Error('this fleet has no app servers')
      if (server.isAlive) return server
      await server.ended
    }
  }

  /** All of them; also waits for those that are starting. */
  all(): Promise<AppServer[]> {
    return Promise.all(this.#servers.map((_, place) => this.at(place)))
  }

  /** Kills every process. */
  async end(): Promise<void> {
    this.#ending = true
    await Promise.all([...this.#processes].map((server) => server.kill()))
  }

  /** A process with everything loaded. */
  #warm(): AppServer {
    const server = new AppServer()
    this.#processes.add(server)
    void server.ended.then(() => this.#processes.delete(server))
    return server
  }

  async #start(place: number): Promise<AppServer> {
    const server = this.#spares.shift() ?? this.#warm()
    if (this.#options.spares > 0) this.#spares.push(this.#warm())
    void this.#replaceOnceDead(server, place)
    const started = await server.ask('start', this.#options.settings())
    if (started.kind === 'failed') throw new Error(`An app server could not start: ${started.code}`)
    return server
  }

  async #replaceOnceDead(server: AppServer, place: number): Promise<void> {
    const accident = await server.ended
    if (this.#ending) return
    if (accident) this.accidents.push(accident)
    this.#servers[place] = this.#start(place)
  }
}
