import { acting, type Fault, inPlace } from './fault.js'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
/** Noticeable, and in time for every deadline. In ms. */
const SLOW = 40
/** Beyond every deadline, and before the horizon. In ms. */
const TOO_SLOW = 5_000
const ALMOST_HORIZON = 9_000

/** What goes wrong on the way of a request that the chat server takes, and of its answer. */
export const actingFaults: readonly Fault[] = [
  acting('a late start', { kind: 'delay-before', ms: SLOW }),
  acting('a start after the deadline', { kind: 'delay-before', ms: TOO_SLOW }),
  acting('slow headers', { kind: 'slow-headers', ms: SLOW }),
  acting('headers after the deadline', { kind: 'slow-headers', ms: TOO_SLOW }),
  acting('a slow body', { kind: 'slow-body', ms: SLOW }),
  acting('a body after the deadline', { kind: 'slow-body', ms: TOO_SLOW }),
  acting('an effect at once and no answer', { kind: 'act-late', ms: 0 }),
  acting('an effect in time and no answer', { kind: 'act-late', ms: 2 * SLOW }),
  acting('an effect after the deadline', { kind: 'act-late', ms: TOO_SLOW }),
  acting('an effect just before the horizon', { kind: 'act-late', ms: ALMOST_HORIZON }),
  acting('half of the body', { kind: 'truncate' }),
  acting('a reset after acting', { kind: 'reset-after-acting' }),
  inPlace('a reset before acting', { kind: 'reset-before' }),
  inPlace('no answer at all', { kind: 'hang' }),
  { name: 'a refused connection', mayAct: false, lies: false, cause: (emulator) => emulator.accept(false) },
  acting('an answer of 32 KiB', { kind: 'huge', bytes: 32_768 }),
  acting('an answer of 100 KiB', { kind: 'huge', bytes: 102_400 }),
  acting('an answer of 1 MiB', { kind: 'huge' }),
  acting('a gzip bomb', { kind: 'gzip-bomb', bytes: 20_000_000 }),
  acting('a small gzip', { kind: 'gzip-bomb', bytes: 1_000 }),
  ...(['past', 'invalid', 'no-zone'] as const).map((expirationDate) =>
    acting(`an expirationDate ${expirationDate}`, { kind: 'bad-expiration', expirationDate }),
  ),
  { ...acting('an expirationDate year-9999', { kind: 'bad-expiration', expirationDate: 'year-9999' }), lies: true },
  acting('another id than asked for', { kind: 'wrong-id' }),
  acting('no token in the answer', { kind: 'no-token' }),
  ...[10 * MINUTE, -10 * MINUTE, DAY, -DAY, 30 * DAY, -30 * DAY].map((ms) =>
    acting(`a clock ${Math.abs(ms) / MINUTE} minutes ${ms > 0 ? 'ahead' : 'behind'}`, { kind: 'clock-skew', ms }),
  ),
]
