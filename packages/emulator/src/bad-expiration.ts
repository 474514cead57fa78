import { isoTime } from './documents.js'

const MS_PER_HOUR = 3_600_000

/** What may be wrong with an `expirationDate`. */
export type BadExpiration = 'past' | 'invalid' | 'no-zone' | 'year-9999'

/** Says a token's end in each of the wrong ways, at `now` (epoch milliseconds). */
export const badExpirations: Readonly<Record<BadExpiration, (truth: string, now: number) => string>> = {
  past: (_, now) => isoTime(now - MS_PER_HOUR),
  invalid: () => 'soon',
  'no-zone': (truth) => truth.replace(/Z$/, ''),
  'year-9999': () => '9999-12-31T23:59:59.999Z',
}
