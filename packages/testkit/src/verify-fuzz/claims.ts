import { type Attacks, decoded, partsOf, type Target } from './attack.js'
import { encoded, headerOf } from './signers.js'

type Claims = Readonly<Record<string, unknown>>

const YEAR = 31_622_400

/** Other claims under a signature that was good for the old ones. */
function reclaimed({ sample }: Target, claims: string): string {
  const [header, , signature] = partsOf(sample.token)
  return `${header}.${encoded(claims)}.${signature}`
}

/** What somebody with the real key would have to get wrong: signed well, and still no good. */
function wellSigned({ sample: { signer } }: Target, claims: object | string): string {
  const text = typeof claims === 'string' ? claims : JSON.stringify(claims)
  return signer.sign(JSON.stringify(headerOf(signer)), text)
}

/** Claims that would be good, but for these. */
function claimsWith({ sample, population }: Target, changes: Claims): Claims {
  const iat = population.seconds
  return { ...sample.claims, iat, exp: iat + 3_600, ...changes }
}

const NOT_NUMBERS: readonly unknown[] = ['1', '', null, true, [], [1], {}, { valueOf: 1 }]

/** Tokens that say something else than what was signed, and tokens that say something impossible. */
export const claims: Attacks = {
  'other claims under an old signature': (target) => {
    const { choose, other, population } = target
    const changes = choose.of<Claims>([
      { id: other.userId === target.sample.userId ? 'mallory' : other.userId },
      { ep: Number(target.sample.claims['ep']) + 1 },
      { ep: other.claims['ep'] === target.sample.claims['ep'] ? 0 : other.claims['ep'] },
      { exp: population.seconds + YEAR },
      { jti: 'another' },
      { admin: true },
      { nickname: '<script>' },
    ])
    return reclaimed(target, JSON.stringify({ ...target.sample.claims, ...changes }))
  },
  'a claim twice under an old signature': (target) => {
    const rest = decoded(partsOf(target.sample.token)[1]).slice(1)
    const more = target.choose.of(['"id":"mallory",', '"ep":0,', '"exp":9999999999,', '"__proto__":{"id":"mallory"},'])
    return reclaimed(target, `{${more}${rest}`)
  },
  'a claim missing': (target) => {
    const name = target.choose.of(['exp', 'iat', 'jti', 'id', 'ep'])
    return wellSigned(target, claimsWith(target, { [name]: undefined }))
  },
  'a time that is no time': (target) => {
    const name = target.choose.of(['exp', 'iat', 'nbf'])
    return wellSigned(target, claimsWith(target, { [name]: target.choose.of(NOT_NUMBERS) }))
  },
  'an absurd time': (target) => {
    const { choose, population } = target
    const { seconds } = population
    return wellSigned(
      target,
      claimsWith(
        target,
        choose.of<Claims>([
          { exp: seconds - 60 },
          { exp: 0 },
          { exp: -1 },
          { exp: seconds + 2 * YEAR },
          { exp: Number.MAX_SAFE_INTEGER },
          { exp: 1e308 },
          { iat: seconds + 3_600, exp: seconds + 7_200 },
          { iat: -1 },
          { iat: 0 },
          { iat: seconds - 2 * YEAR, exp: seconds + 60 },
          { iat: 1e308 },
          { nbf: seconds + 3_600 },
        ]),
      ),
    )
  },
  'a number that JSON cannot hold': (target) => {
    const text = JSON.stringify(claimsWith(target, { exp: 'EXP' }))
    return wellSigned(
      target,
      text.replace('"EXP"', target.choose.of(['1e400', '-1e400', 'NaN', 'Infinity', '0x7fffffff'])),
    )
  },
  'an epoch that is not now': (target) => {
    const { choose, sample } = target
    const ep = Number(sample.claims['ep'])
    return wellSigned(
      target,
      claimsWith(target, {
        ep: choose.of<unknown>([
          ep - 1,
          ep + 0.5,
          -ep,
          0,
          String(ep),
          [ep],
          null,
          true,
          {},
          1e308,
          ep + 10_000_000_000,
        ]),
      }),
    )
  },
  'an id that is nobody’s': (target) =>
    wellSigned(
      target,
      claimsWith(target, {
        id: target.choose.of<unknown>([
          '',
          '.',
          '..',
          0,
          7,
          null,
          true,
          [],
          ['amy'],
          {},
          'a\0',
          '\ud800',
          'x'.repeat(300),
        ]),
      }),
    ),
  'a jti that is none': (target) =>
    wellSigned(target, claimsWith(target, { jti: target.choose.of<unknown>(['', 0, 1, null, true, [], ['x'], {}]) })),
  'another user with this epoch': (target) => {
    const stranger = `stranger ${target.choose.below(1_000_000)}`
    return wellSigned(target, claimsWith(target, { id: stranger, ep: Number(target.sample.claims['ep']) - 10_000_019 }))
  },
  'claims that are no object': (target) =>
    wellSigned(
      target,
      target.choose.of([
        'null',
        '[]',
        '"amy"',
        '1',
        '',
        '{',
        '{}',
        `[${JSON.stringify(target.sample.claims)}]`,
        '\ufeff{}',
      ]),
    ),
  'claims in the wrong place': (target) => {
    const inner = JSON.stringify(target.sample.claims)
    return wellSigned(target, `{"__proto__":${inner},"claims":${inner},"constructor":{"prototype":${inner}}}`)
  },
}
