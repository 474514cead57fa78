import { generateKeyPairSync, sign } from 'node:crypto'

/** DER's types that a certificate is made of. */
const INTEGER = 0x02
const BITS = 0x03
const TEXT = 0x0c
const UTC_TIME = 0x17
const SEQUENCE = 0x30
const SET = 0x31
const EXPLICIT_0 = 0xa0

const ECDSA_WITH_SHA256 = der(SEQUENCE, Buffer.from('06082a8648ce3d040302', 'hex'))
const COMMON_NAME = Buffer.from('0603550403', 'hex')

export interface Certificate {
  readonly key: string
  readonly cert: string
}

/**
 * A new key, and a certificate that it has signed itself: for browsers that are told not to mind. By hand, because Node.js
 * reads certificates but makes none, and a key in the repository would look like a leak.
 */
export function selfSigned(name: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const whose = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(TEXT, Buffer.from(name)))))
  const hour = 3_600_000
  const validity = der(SEQUENCE, ...[-hour, 24 * hour].map((ms) => der(UTC_TIME, utcTime(Date.now() + ms))))
  const content = der(
    SEQUENCE,
    der(EXPLICIT_0, der(INTEGER, Buffer.of(2))),
    der(INTEGER, Buffer.of(1)),
    ECDSA_WITH_SHA256,
    whose,
    validity,
    whose,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = der(BITS, Buffer.of(0), sign('sha256', content, privateKey))
  const bytes = der(SEQUENCE, content, ECDSA_WITH_SHA256, signature)
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}

function der(type: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(type, ...size), content])
}

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/\D/g, '')
  return Buffer.from(`${digits.slice(2, 14)}Z`)
}
