import { randomBytes } from 'node:crypto'
import { type Attacks, partsOf } from './attack.js'

const ALPHABET = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ %\0\n~"\\é')

/** Tokens that were damaged on the way, or are no tokens. */
export const damage: Attacks = {
  'a character changed': ({ sample: { token }, choose }) => {
    const at = choose.below(token.length)
    return token.slice(0, at) + choose.of(ALPHABET) + token.slice(at + 1)
  },
  'a bit flipped': ({ sample: { token }, choose }) => {
    const bytes = Buffer.from(token)
    const at = choose.below(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << choose.below(8))
    return bytes.toString('latin1')
  },
  'a character added': ({ sample: { token }, choose }) => {
    const at = choose.below(token.length + 1)
    return token.slice(0, at) + choose.of(ALPHABET) + token.slice(at)
  },
  'a piece missing': ({ sample: { token }, choose }) => {
    const at = choose.below(token.length)
    return token.slice(0, at) + token.slice(at + 1 + choose.below(40))
  },
  'a piece twice': ({ sample: { token }, choose }) => {
    const at = choose.below(token.length)
    return token.slice(0, at) + token.slice(choose.below(at + 1))
  },
  'two tokens mixed': ({ sample, other, choose }) => {
    const [one, two] = [partsOf(sample.token), partsOf(other.token)]
    return one.map((part, i) => (choose.isTrue(0.5) ? part : (two[i] ?? ''))).join('.')
  },
  'parts in another order': ({ sample: { token }, choose }) => {
    const parts = partsOf(token)
    const [first = ''] = parts.splice(choose.below(3), 1)
    return [...parts, first].join('.')
  },
  'more or fewer parts': ({ sample: { token }, choose }) => {
    const [header, claims, signature] = partsOf(token)
    return choose.of([
      `${token}.`,
      `.${token}`,
      `${header}.${claims}`,
      `${header}.${claims}.`,
      `..${signature}`,
      `${header}..${signature}`,
      `${token}.${signature}`,
      `${header}.${claims}.${signature}.${claims}.${signature}`,
      '..',
      '....',
    ])
  },
  garbage: ({ choose }) =>
    choose.of([
      randomBytes(choose.below(300) + 1).toString('base64url'),
      randomBytes(choose.below(300) + 1).toString('latin1'),
      'x'.repeat(choose.below(8_000) + 1),
      'null',
      'undefined',
      'true',
      '[object Object]',
      '{"alg":"none"}',
      "' OR 1=1 --",
      '../../etc/passwd',
    ]),
}
