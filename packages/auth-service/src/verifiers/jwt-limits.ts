import { within } from './within.js'

/** What every verifier of JWTs limits. */
export interface JwtLimitOptions {
  /**
   * The longest life of a token in seconds, from `iat`; what says it lives longer is refused as well.
   * @default 31_622_400 (a year, the most that `jwtMinter` gives)
   */
  readonly maxAge?: number | undefined
  /** How far the clocks of signer and verifier may differ, in seconds, 0 to 300. @default 5 */
  readonly clockTolerance?: number | undefined
  /** How many verified signatures are remembered; a hot token then costs no public-key operation. @default 10_000 */
  readonly cacheSize?: number | undefined
  /** The clock, in epoch ms. @default Date.now */
  readonly now?: (() => number) | undefined
}

export type JwtLimits = Readonly<Required<{ [Name in keyof JwtLimitOptions]: NonNullable<JwtLimitOptions[Name]> }>>

const YEAR = 31_622_400

/** @throws TypeError that names the option, behind `prefix`. */
export function jwtLimits(
  prefix: string,
  { maxAge, clockTolerance, cacheSize, now = Date.now }: JwtLimitOptions,
): JwtLimits {
  return {
    maxAge: within(`${prefix}maxAge`, maxAge, YEAR, [1, YEAR * 10]),
    clockTolerance: within(`${prefix}clockTolerance`, clockTolerance, 5, [0, 300]),
    cacheSize: within(`${prefix}cacheSize`, cacheSize, 10_000, [1, 10_000_000]),
    now,
  }
}
