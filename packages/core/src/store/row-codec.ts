import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import type { Row } from './store-driver.js'

/** The format of what is written here. A reader that knows a lower one only leaves the row alone. */
const FORMAT = 1
const VERSION_LENGTH = 16
const ID_LENGTH = 8
const TAG_BYTES = 16
/** Marks what is sealed. */
const SEALED = '~'
const PLAIN = '.'
const SHAPE = /^([1-9][0-9]{0,3})([~.])/

interface Key {
  readonly id: string
  readonly secret: Uint8Array
}

export type Opened =
  | { readonly kind: 'text'; readonly text: string }
  /** Written in the open, while this process has keys: anybody may have done so. */
  | { readonly kind: 'unsealed'; readonly text: string }
  /** Nobody who has our keys wrote it for this user. */
  | { readonly kind: 'broken' }
  /** Another process can open it: a newer release, or one that has the key of this id. */
  | { readonly kind: 'foreign'; readonly reason: string }

/**
 * A record's text as a row's value: the version, the format, and the text, sealed when there are keys: AES-256-GCM whose IV is
 * the version, bound to its purpose, its format, its key, its space and its user.
 */
export class RowCodec {
  readonly #keys: readonly Key[]
  readonly #lost: ReadonlySet<string>
  readonly #space: string

  /** The first key seals, any of them opens. What was sealed with a `lost` one (by its id) counts as broken. */
  constructor(keys: readonly (string | Uint8Array)[], lost: readonly string[], space: string) {
    this.#space = space
    this.#lost = new Set(lost)
    this.#keys = keys.map((key) => {
      const secret = typeof key === 'string' ? bytesOf(key) : key
      if (secret?.length !== 32) {
        throw new TypeError(
          'encryptionKeys must hold keys of 32 random bytes, in hex or base64: openssl rand -base64 32 makes one',
        )
      }
      // Copied: a caller may wipe theirs.
      return { id: keyId(secret), secret: Uint8Array.from(secret) }
    })
  }

  encode(userId: string, version: string, text: string): string {
    const [key] = this.#keys
    if (!key) return `${version}${FORMAT}${PLAIN}${text}`
    const cipher = createCipheriv('aes-256-gcm', key.secret, ivOf(version)).setAAD(this.#purpose(key, userId))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return `${version}${FORMAT}${SEALED}${key.id}${sealed.toString('base64')}`
  }

  decode(userId: string, { version, value }: Row): Opened {
    const body = value.slice(VERSION_LENGTH)
    const [head, format, mark] = SHAPE.exec(body) ?? []
    if (head === undefined || version.length !== VERSION_LENGTH || !value.startsWith(version)) return { kind: 'broken' }
    if (Number(format) > FORMAT) {
      return { kind: 'foreign', reason: `it was written by a newer release (format ${format}): finish the deploy` }
    }
    const rest = body.slice(head.length)
    if (mark === SEALED) return this.#open(userId, version, rest.slice(0, ID_LENGTH), rest.slice(ID_LENGTH))
    return { kind: this.#keys.length > 0 ? 'unsealed' : 'text', text: rest }
  }

  #open(userId: string, version: string, id: string, sealed: string): Opened {
    if (this.#lost.has(id)) return { kind: 'broken' }
    const key = this.#keys.find((other) => other.id === id)
    if (!key && !/^[0-9a-f]{8}$/.test(id)) return { kind: 'broken' }
    if (!key) {
      const reason = `it is sealed with the key ${id}, which encryptionKeys lacks: add that key, or declare it lost with lostKeys`
      return { kind: 'foreign', reason }
    }
    const bytes = Buffer.from(sealed, 'base64')
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.secret, ivOf(version), { authTagLength: TAG_BYTES })
      decipher.setAAD(this.#purpose(key, userId)).setAuthTag(bytes.subarray(-TAG_BYTES))
      const text = decipher.update(bytes.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      return { kind: 'text', text }
    } catch {
      return { kind: 'broken' }
    }
  }

  #purpose({ id }: Key, userId: string): Buffer {
    return Buffer.from(`record ${FORMAT} ${id} ${this.#space} ${userId}`)
  }
}

/** What operators know a key by. */
function keyId(secret: Uint8Array): string {
  return createHmac('sha256', secret).update('imkit-auth key id').digest('hex').slice(0, ID_LENGTH)
}

function ivOf(version: string): Buffer {
  return Buffer.from(version, 'base64url')
}

function bytesOf(key: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(key)) return Buffer.from(key, 'hex')
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(key) ? Buffer.from(key, 'base64') : undefined
}
