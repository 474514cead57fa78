import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'

/** Marks what is sealed: no token begins like this. */
const MARK = '~sealed.'
const IV_BYTES = 12
const TAG_BYTES = 16

interface Key {
  readonly id: string
  readonly secret: Uint8Array
}

/** Seals what is stored, so that whoever reads the database finds no token: AES-256-GCM, bound to its place and its user. */
export class Sealer {
  readonly #keys: readonly Key[]

  /** The first key seals; any of them opens. Without keys everything is stored as it is. */
  constructor(keys: readonly (string | Uint8Array)[]) {
    this.#keys = keys.map((key) => {
      const secret = typeof key === 'string' ? bytesOf(key) : key
      if (secret?.length !== 32) {
        throw new TypeError(
          'encryptionKeys must hold keys of 32 random bytes, in hex or base64: openssl rand -base64 32 makes one',
        )
      }
      return { id: createHmac('sha256', secret).update('imkit-auth key id').digest('hex').slice(0, 8), secret }
    })
  }

  /** `place` says whose it is, and is needed to open it again. */
  seal(text: string, place: string): string {
    const [key] = this.#keys
    if (!key) return text
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key.secret, iv).setAAD(additional(key, place))
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return `${MARK}${key.id}.${sealed.toString('base64')}`
  }

  /** `undefined` when it does not open: no such key, another place, or changed. */
  open(value: string, place: string): string | undefined {
    const sealed = value.startsWith(MARK)
    if (this.#keys.length === 0) return sealed ? undefined : value
    if (!sealed) return undefined
    const [id, body = ''] = value.slice(MARK.length).split('.')
    const key = this.#keys.find((other) => other.id === id)
    if (!key) return undefined
    const bytes = Buffer.from(body, 'base64')
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.secret, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(additional(key, place)).setAuthTag(bytes.subarray(-TAG_BYTES))
      return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    } catch {
      return undefined
    }
  }
}

function additional({ id }: Key, place: string): Buffer {
  return Buffer.from(`${id} ${place}`)
}

function bytesOf(key: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(key)) return Buffer.from(key, 'hex')
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(key) ? Buffer.from(key, 'base64') : undefined
}
