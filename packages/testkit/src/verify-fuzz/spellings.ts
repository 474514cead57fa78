import { type Attacks, partsOf } from './attack.js'

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** The order of the curve P-256. */
const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')

/** The same token in other letters: a list of refused texts would let these through. */
export const spellings: Attacks = {
  'with padding': ({ sample: { token }, choose }) => {
    const parts = partsOf(token)
    const at = choose.below(3)
    return parts.map((part, i) => (i === at ? part + '='.repeat(choose.below(3) + 1) : part)).join('.')
  },
  'in the alphabet of base64': ({ sample: { token } }) => {
    const other = token.replaceAll('-', '+').replaceAll('_', '/')
    return other === token ? `${token}=` : other
  },
  'with bits that no byte needs': ({ sample: { token }, choose }) => {
    const parts = partsOf(token)
    const at = choose.below(3)
    const part = parts[at] ?? ''
    const last = BASE64URL.indexOf(part.at(-1) ?? 'A')
    const spare = { 2: 16, 3: 4 }[part.length % 4] ?? 1
    const changed = BASE64URL[(last ^ (1 + choose.below(Math.max(1, spare - 1)))) % 64] ?? 'A'
    parts[at] = part.slice(0, -1) + changed
    return parts.join('.')
  },
  'with space around or in it': ({ sample: { token }, choose }) => {
    const space = choose.of([' ', '\t', '\n', '\r\n', '\u00a0', '\u200b', '\ufeff', '\0'])
    const at = choose.of([0, token.length, choose.below(token.length)])
    return token.slice(0, at) + space + token.slice(at)
  },
  'with a scheme': ({ sample: { token }, choose }) => choose.of(['Bearer ', 'bearer ', 'JWT ', 'Token ', '"']) + token,
  'percent-encoded': ({ sample: { token }, choose }) =>
    token.replaceAll('.', choose.of(['%2E', '%2e', '&#46;', '\u2024'])),
  'in quotes or twice': ({ sample: { token }, choose }) =>
    choose.of([`"${token}"`, `${token},${token}`, `${token};${token}`, `${token} ${token}`]),
  'in another case': ({ sample: { token }, choose }) => {
    const upper = choose.isTrue(0.5) ? token.toUpperCase() : token.toLowerCase()
    return upper === token ? `${token}x` : upper
  },
  'as a JSON serialization': ({ sample: { token } }) => {
    const [protectedHeader, payload, signature] = partsOf(token)
    return JSON.stringify({ payload, protected: protectedHeader, signature, signatures: [{ signature }] })
  },
  // (r, n − s) is a good ECDSA signature whenever (r, s) is: nothing forged, and still to be refused with its token.
  'with the other ECDSA signature': ({ sample: { token, signer } }) => {
    const [header, claims, signature] = partsOf(token)
    if (signer.algorithm !== 'ES256') return `${token}A`
    const bytes = Buffer.from(signature, 'base64url')
    const s = ORDER - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
    const other = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')])
    return `${header}.${claims}.${other.toString('base64url')}`
  },
}
