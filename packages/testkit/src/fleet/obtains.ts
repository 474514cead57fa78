import type { Emulator, LoggedRequest } from '@imkit-auth/emulator'

/** How long the chat server keeps each answer to an obtain back, in ms, so that two at once would show. */
const HELD_BACK = 10

/** Counts, in the chat server's record of requests, and watches that nobody's tokens are obtained by two at once (I6). */
export class Obtains {
  issued = 0
  revocations = 0
  readonly #emulator: Emulator
  readonly #last = new Map<string, number>()
  #seen = 0

  constructor(emulator: Emulator) {
    this.#emulator = emulator
    this.slowDown()
  }

  /** Faults have been cleared: answers are to be kept back again. */
  slowDown(): void {
    this.#emulator.fault({ match: 'POST /admin/clients', kind: 'slow-headers', ms: HELD_BACK })
  }

  /** Looks at what has been answered since the last look. Returns the users of whom two obtains were under way. */
  look(): readonly string[] {
    const overlapping: string[] = []
    for (const request of this.#emulator.requests(this.#seen)) {
      if (request.status === null) break
      this.#seen = request.n
      if (request.method === 'DELETE' && request.status === 200) this.revocations += 1
      const user = obtainsFor(request)
      if (user === undefined) continue
      const before = this.#last.get(user)
      if (before !== undefined && request.at < before + HELD_BACK) overlapping.push(user)
      // What met another fault was not kept back.
      if (request.fault !== 'slow-headers') continue
      this.issued += 1
      this.#last.set(user, request.at)
    }
    return overlapping
  }
}

function obtainsFor({ method, path, body }: LoggedRequest): string | undefined {
  if (`${method} ${path}` !== 'POST /admin/clients') return undefined
  const { _id, issueAccessToken } = body as { _id?: string; issueAccessToken?: boolean }
  return issueAccessToken === undefined ? undefined : _id
}
