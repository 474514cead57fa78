import { RespReader, type RespMessage, type RespValue } from './resp.js'

const LONGEST_ARG = 64

/** What clients send through a proxy from `record` until `stop`. */
export interface WireRecord {
  /** Each with its name and arguments, cut to 64 characters. */
  readonly commands: readonly (readonly string[])[]
  /** How often a client has sent something while it waited for no reply: commands that are sent together count once. */
  readonly roundTrips: number
  readonly stop: () => void
}

/** The records that are being made of all connections of a proxy. */
export class Wire {
  readonly #recording = new Set<{ commands: (readonly string[])[]; roundTrips: number }>()

  record(): WireRecord {
    const record = { commands: [], roundTrips: 0, stop: () => void this.#recording.delete(record) }
    this.#recording.add(record)
    return record
  }

  sent(command: readonly string[]): void {
    for (const { commands } of this.#recording) commands.push(command)
  }

  tripBegins(): void {
    for (const record of this.#recording) record.roundTrips++
  }
}

/** Reads along on one connection. */
export class WireTap {
  readonly #wire: Wire
  readonly #requests = new RespReader()
  readonly #replies = new RespReader()
  #repliesDue = 0
  #subscribed = false

  constructor(wire: Wire) {
    this.#wire = wire
  }

  clientSent(bytes: Buffer): void {
    if (this.#repliesDue === 0 && !this.#requests.midway) this.#wire.tripBegins()
    for (const { value } of this.#requests.read(bytes)) {
      const command = (Array.isArray(value) ? value : [value]).map((arg) => String(arg).slice(0, LONGEST_ARG))
      this.#wire.sent(command)
      this.#subscribed ||= isAboutChannels(command[0])
      this.#repliesDue += isAboutChannels(command[0]) ? Math.max(1, command.length - 1) : 1
    }
  }

  serverSent(bytes: Buffer): void {
    const replies = this.#replies.read(bytes).filter((message) => this.#isReply(message))
    this.#repliesDue = Math.max(0, this.#repliesDue - replies.length)
  }

  /** Subscribing is answered by a push for every channel in protocol 3, and messages come as values in protocol 2. */
  #isReply({ kind, value }: RespMessage): boolean {
    const name = Array.isArray(value) ? (value[0] as RespValue) : null
    if (kind === 'push') return isAboutChannels(name)
    return !(this.#subscribed && /^[ps]?message$/.test(String(name)))
  }
}

function isAboutChannels(name: RespValue | undefined): boolean {
  return /^[ps]?(un)?subscribe$/i.test(String(name))
}
