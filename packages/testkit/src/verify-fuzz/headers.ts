import { createHmac, generateKeyPairSync, KeyObject } from 'node:crypto'
import { type Attacks, decoded, partsOf, type Target } from './attack.js'
import { encoded, pair, shared, type Signer } from './signers.js'

const attackerKeys = generateKeyPairSync('ed25519')
const attackerEc = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ATTACKERS = {
  EdDSA: pair('EdDSA', undefined, attackerKeys),
  ES256: pair('ES256', undefined, attackerEc),
  HS256: shared('HS256', undefined),
  HS384: shared('HS384', undefined),
  HS512: shared('HS512', undefined),
}
const ELSEWHERE = 'https://attacker.example/keys'

/** The header with some members changed; `undefined` takes one away. */
function headerWith({ sample }: Target, changes: object): string {
  return JSON.stringify({ ...JSON.parse(decoded(partsOf(sample.token)[0])), ...changes })
}

/** Another header in front of claims and signature that were good together with the old one. */
function reheaded(target: Target, changes: object): string {
  const [, claims, signature] = partsOf(target.sample.token)
  return `${encoded(headerWith(target, changes))}.${claims}.${signature}`
}

/** Somebody else's good signature under the claims of a real token. */
function signedBy(signer: Signer, target: Target, changes: object = {}): string {
  return signer.sign(
    headerWith(target, { alg: signer.algorithm, ...changes }),
    decoded(partsOf(target.sample.token)[1]),
  )
}

/** The bytes by which a public key may be known to anybody: what an HS verifier must not take for a secret. */
function knownBytes({ population, choose }: Target): Buffer {
  const { publicKey } = choose.of(population.signers.filter(({ verification }) => verification.publicKey)).verification
  if (!(publicKey instanceof KeyObject)) return Buffer.from('?')
  return Buffer.from(
    choose.of<string | Buffer>([
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      String(publicKey.export({ type: 'spki', format: 'pem' })).trim(),
      JSON.stringify(publicKey.export({ format: 'jwk' })),
      Buffer.from(
        String(publicKey.export({ format: 'jwk' })['x'] ?? publicKey.export({ format: 'jwk' })['n']),
        'base64url',
      ),
    ]),
  )
}

/** Tokens whose header tells the verifier how to be fooled. */
export const headers: Attacks = {
  'no algorithm': (target) => {
    const { choose, sample } = target
    const [, claims, signature] = partsOf(sample.token)
    const alg = choose.of<unknown>(['none', 'None', 'NONE', 'nOnE', '', null, undefined, 0, [], ['none'], {}, true])
    const kid = choose.of([{}, { kid: undefined }])
    return `${encoded(headerWith(target, { alg, ...kid }))}.${claims}.${choose.of(['', signature, 'AA'])}`
  },
  'another algorithm': (target) => {
    const alg = target.choose.of([
      'HS256',
      'HS384',
      'HS512',
      'RS256',
      'RS384',
      'PS256',
      'PS512',
      'ES256',
      'ES256K',
      'ES384',
    ])
    if (alg === target.sample.signer.algorithm) return reheaded(target, { alg: 'Ed25519' })
    return reheaded(target, { alg })
  },
  'a public key as the secret': (target) => {
    const kid = target.choose.of([{}, { kid: undefined }, { kid: 'rs' }, { kid: 'ed' }, { kid: 'old' }])
    return signedBy(shared('HS256', undefined, knownBytes(target)), target, kid)
  },
  'an empty or well-known secret': (target) => {
    const secret = target.choose.of(['', ' ', 'secret', 'your-256-bit-secret', '\0', 'null', 'undefined'])
    const [, claims] = partsOf(target.sample.token)
    const data = `${encoded(headerWith(target, { alg: 'HS256' }))}.${claims}`
    return `${data}.${createHmac('sha256', secret).update(data).digest('base64url')}`
  },
  'the attacker’s signature': (target) => {
    const attacker = target.choose.of(Object.values(ATTACKERS))
    const kid = target.choose.of<object>([{}, { kid: undefined }, { kid: 'attacker' }])
    return signedBy(attacker, target, kid)
  },
  'a key that the token brings along': (target) => {
    const { choose } = target
    const jwk = attackerKeys.publicKey.export({ format: 'jwk' })
    const kid = choose.of<object>([{}, { kid: undefined }, { kid: 'attacker' }])
    const where = choose.of<object>([
      { jwk },
      { jku: ELSEWHERE },
      { x5u: ELSEWHERE },
      { x5c: ['MIIB'] },
      { jwk: { ...jwk, kid: 'ed' }, jku: ELSEWHERE, x5u: ELSEWHERE },
      { jwk: { kty: 'oct', k: 'AA' } },
    ])
    return signedBy(ATTACKERS.EdDSA, target, { ...kid, ...where })
  },
  'a kid that is none of ours': (target) => {
    const kid = target.choose.of<unknown>([
      'nobody',
      '',
      null,
      0,
      1,
      true,
      [],
      ['old'],
      {},
      { toString: 'old' },
      '__proto__',
      'constructor',
      'toString',
      '../../dev/null',
      "old' OR '1'='1",
      'old\0',
      'OLD',
      ' old',
      'x'.repeat(3_000),
    ])
    return target.choose.isTrue(0.5) ? reheaded(target, { kid }) : signedBy(ATTACKERS.HS256, target, { kid })
  },
  'a header that asks for more': (target) => {
    const more = target.choose.of<object>([
      { crit: ['exp'], exp: 1 },
      { crit: ['b64'], b64: false },
      { b64: false },
      { crit: [] },
      { crit: 'b64' },
      { zip: 'DEF' },
      { enc: 'A256GCM' },
      { cty: 'JWT' },
      { typ: 'at+jwt' },
    ])
    return reheaded(target, more)
  },
  'a member twice': (target) => {
    const [header, claims, signature] = partsOf(target.sample.token)
    const rest = decoded(header).slice(1)
    const more = target.choose.of(['"alg":"none",', '"kid":"old",', '"alg":"HS256",', '"__proto__":{"alg":"none"},'])
    return `${encoded(`{${more}${rest}`)}.${claims}.${target.choose.of([signature, ''])}`
  },
  'a header that is no object': ({ sample, choose }) => {
    const [, claims, signature] = partsOf(sample.token)
    const header = choose.of(['null', '[]', '"HS256"', '1', '', '{', '\ufeff{"alg":"HS256"}', '{"alg":"HS256"}}', '\0'])
    return `${encoded(header)}.${claims}.${signature}`
  },
}
