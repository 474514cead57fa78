/** A value as Redis sends it: a map is an array of its keys and values in turn, and what is no integer is a string. */
export type RespValue = string | number | null | readonly RespValue[]

/** A push comes by itself and answers no request. */
export interface RespMessage {
  readonly kind: 'value' | 'error' | 'push'
  readonly value: RespValue
}

/** A command in the form that clients send. */
export function respRequest(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`
}

/** Reads one way of a connection to Redis, of protocol 2 or 3, in whatever pieces the bytes come. */
export class RespReader {
  /** From the start of the message that is being read. */
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #reading: Generator<void, RespMessage, void> = this.#message()

  /** Whether a message has begun and not ended. */
  get midway(): boolean {
    return this.#bytes.length > 0
  }

  /** The messages that end with these bytes. */
  read(bytes: Buffer): readonly RespMessage[] {
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    const messages: RespMessage[] = []
    for (let step = this.#reading.next(); step.done; step = this.#reading.next()) {
      messages.push(step.value)
      this.#bytes = this.#bytes.subarray(this.#at)
      this.#at = 0
      this.#reading = this.#message()
    }
    return messages
  }

  // Each of these yields when it needs more bytes than there are.

  *#message(): Generator<void, RespMessage, void> {
    const line = yield* this.#line()
    const kind = /^[-!]/.test(line) ? 'error' : line.startsWith('>') ? 'push' : 'value'
    return { kind, value: yield* this.#value(line) }
  }

  *#value(line: string): Generator<void, RespValue, void> {
    const rest = line.slice(1)
    switch (line.charAt(0)) {
      case '+':
      case '-':
      case ',':
      case '(':
        return rest
      case ':':
        return Number(rest)
      case '#':
        return rest === 't' ? 1 : 0
      case '_':
        return null
      case '$':
      case '!':
        return rest === '-1' ? null : yield* this.#text(Number(rest))
      case '=':
        // Its first four characters say which format the rest has.
        return (yield* this.#text(Number(rest))).slice(4)
      case '*':
      case '~':
      case '>':
        return rest === '-1' ? null : yield* this.#values(Number(rest))
      case '%':
        return yield* this.#values(2 * Number(rest))
      case '|':
        // Attributes, which belong to the value that follows.
        yield* this.#values(2 * Number(rest))
        return yield* this.#value(yield* this.#line())
      default:
        // A command as people type it.
        return line.split(' ')
    }
  }

  *#values(count: number): Generator<void, RespValue[], void> {
    const values: RespValue[] = []
    while (values.length < count) values.push(yield* this.#value(yield* this.#line()))
    return values
  }

  *#line(): Generator<void, string, void> {
    let end = this.#bytes.indexOf('\r\n', this.#at)
    while (end === -1) {
      yield
      end = this.#bytes.indexOf('\r\n', this.#at)
    }
    return this.#take(end - this.#at)
  }

  *#text(length: number): Generator<void, string, void> {
    while (this.#bytes.length < this.#at + length + 2) yield
    return this.#take(length)
  }

  /** With the line break that follows. */
  #take(length: number): string {
    const start = this.#at
    this.#at += length + 2
    return this.#bytes.toString('utf8', start, start + length)
  }
}
