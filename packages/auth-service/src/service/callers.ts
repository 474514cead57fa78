import { createHash, timingSafeEqual } from 'node:crypto'

const USABLE = /^[\w.~-]{16,256}$/

/** Who may call: whoever shows one of these secrets, as the last part of the path or as `Authorization: Bearer`. */
export class Callers {
  readonly #digests: readonly Buffer[]

  /** @throws TypeError that names the option. */
  constructor(option: string, secrets: readonly string[]) {
    if (!Array.isArray(secrets)) throw new TypeError(`${option} must be a list of secrets`)
    for (const secret of secrets as readonly unknown[]) {
      if (typeof secret === 'string' && USABLE.test(secret)) continue
      throw new TypeError(
        `${option} must hold texts of 16 to 256 letters, digits and -._~, such as \`openssl rand -hex 24\``,
      )
    }
    this.#digests = secrets.map((secret) => digest(String(secret)))
  }

  get areKnown(): boolean {
    return this.#digests.length > 0
  }

  /** Compares with every secret to the end, so that the time it takes tells nothing. */
  knows(shown: string | undefined): boolean {
    const candidate = digest(shown ?? '')
    let found = false
    for (const known of this.#digests) found = timingSafeEqual(known, candidate) || found
    return found
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
