import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Bytes, each as the character of its number. */
type Bytes = string

/** A request as it goes over the wire. */
export function request(line = 'POST /logout', headers: readonly string[] = [], { body = '', version = '1.1' } = {}) {
  const length = body === '' ? [] : [`Content-Length: ${body.length}`]
  return [`${line} HTTP/${version}`, 'Host: app.test', ...length, ...headers, '', body].join('\r\n')
}

/** A TCP connection that looks at answers byte by byte, and knows where one ends from its own headers only. */
export class RawConnection {
  readonly #socket: Socket
  readonly #methods: string[] = []
  #heard: Bytes = ''
  #state = 'open'
  #look = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (bytes) => {
      this.#heard += bytes.toString()
      this.#look()
    })
    const close = (how: string) => {
      if (this.#state === 'open') this.#state = how
      this.#look()
    }
    socket.on('end', () => close('closed'))
    socket.on('error', ({ message }) => close(message))
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  /** Sends requests in one piece. */
  say(...requests: string[]): void {
    for (const one of requests) this.#methods.push(one.slice(0, one.indexOf(' ')))
    this.#socket.write(requests.join(''), 'latin1')
  }

  /** All that came, with the time of `Date` taken out. */
  get heard(): Bytes {
    return this.#heard.replaceAll(/^Date: .*$/gm, 'Date: now')
  }

  /** `open`, `closed`, or what went wrong. */
  get state(): string {
    return this.#state
  }

  /** The bodies of the answers that are complete, chunks as they came. */
  get bodies(): Bytes[] {
    const bodies: Bytes[] = []
    let rest = this.#heard
    for (const method of this.#methods) {
      const answer = firstAnswer(rest, method, this.#state !== 'open')
      if (!answer) break
      bodies.push(answer.body)
      rest = answer.rest
    }
    return bodies
  }

  /** Waits for so many answers, or for the end of the connection. */
  answered(count: number, withinMs?: number): Promise<void> {
    return this.#until(() => this.#state !== 'open' || this.bodies.length >= count, withinMs)
  }

  /** Waits for the end of the connection. */
  ended(withinMs?: number): Promise<void> {
    return this.#until(() => this.#state !== 'open', withinMs)
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Whoever waits goes on in the very turn in which the bytes came. */
  async #until(condition: () => boolean, withinMs = 1_000): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve) => {
      const giveUp = setTimeout(resolve, withinMs)
      this.#look = () => {
        if (!condition()) return
        clearTimeout(giveUp)
        resolve()
      }
    })
  }
}

function firstAnswer(bytes: Bytes, method: string, closed: boolean): { body: Bytes; rest: Bytes } | undefined {
  const [head = '', status] = /^HTTP\/1\.1 (\d{3}).*?\r\n\r\n/s.exec(bytes) ?? []
  if (head === '') return undefined
  const after = bytes.slice(head.length)
  // 100 Continue and early hints come before the answer.
  if (status?.startsWith('1')) return firstAnswer(after, method, closed)
  const size = bodySize(head, after, method, closed)
  if (size === undefined || size > after.length) return undefined
  return { body: after.slice(0, size), rest: after.slice(size) }
}

/** `undefined` while it cannot be told. */
function bodySize(head: string, after: Bytes, method: string, closed: boolean): number | undefined {
  if (method === 'HEAD' || /^\S+ (?:204|304)/.test(head)) return 0
  const length = /^content-length: (\d+)/im.exec(head)?.[1]
  if (length !== undefined) return Number(length)
  if (!/^transfer-encoding: chunked/im.test(head)) return closed ? after.length : undefined
  let at = 0
  for (;;) {
    const [line, size = '0'] = /^([0-9a-f]+)\r\n/i.exec(after.slice(at)) ?? []
    if (line === undefined) return undefined
    const bytes = Number.parseInt(size, 16)
    if (bytes === 0) {
      // Trailers, if any, and an empty line.
      const end = after.indexOf('\r\n\r\n', at)
      return end < 0 ? undefined : end + 4
    }
    at += line.length + bytes + 2
  }
}
