/** How the emulator answers: `{RC, RM, result}` around everything, or the object itself. */
export type DialectName = 'envelope' | 'bare'

/** What {@link startEmulator} may be told; every field has a default, none but `authVerifyUrl` is changed later. */
export interface EmulatorOptions {
  /** Address of the chat port; the control port is always on 127.0.0.1. @default '127.0.0.1' */
  readonly host?: string
  /** Chat port; 0 takes any free one. @default 0 */
  readonly port?: number
  /** Control port; 0 takes any free one. @default 0 */
  readonly controlPort?: number
  /** What admin calls must send as `IM-API-KEY`. @default 'local-api-key' */
  readonly apiKey?: string
  /** What chat clients must send as `IM-CLIENT-KEY`. @default 'local-client-key' */
  readonly clientKey?: string
  /** Shape of the answers. @default 'envelope' */
  readonly dialect?: DialectName
  /** A new token of a client kills the older ones. @default false */
  readonly singleToken?: boolean
  /** A POST that gives an existing client a token is refused with 409 `USER_EXISTS`. @default false */
  readonly conflictOnExisting?: boolean
  /** `DELETE …/token` revokes every token of the client, whatever its body says. @default false */
  readonly ignoreDeleteBody?: boolean
  /** `nickname` is required. @default false */
  readonly strict?: boolean
  /** Admin requests per 60 seconds and API key; 0 means no limit. @default 1000 */
  readonly rateLimit?: number
  /** Life of a token in days, fractions allowed, at most 36500. @default 7 */
  readonly tokenDays?: number
  /**
   * An auth service that judges the tokens of chat clients in place of the chat server: http or https. Empty for none,
   * the tokens being the chat server's own. {@link Emulator.verifyAt} changes it later. @default ''
   */
  readonly authVerifyUrl?: string
}

/** {@link EmulatorOptions}, checked and complete. */
export type Settings = Required<EmulatorOptions>

const defaults: Settings = {
  host: '127.0.0.1',
  port: 0,
  controlPort: 0,
  apiKey: 'local-api-key',
  clientKey: 'local-client-key',
  dialect: 'envelope',
  singleToken: false,
  conflictOnExisting: false,
  ignoreDeleteBody: false,
  strict: false,
  rateLimit: 1000,
  tokenDays: 7,
  authVerifyUrl: '',
}

type Rule = readonly [accepts: (value: unknown) => boolean, expected: string]

const wholeNumber = (value: unknown, max: number): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= max

const port: Rule = [(value) => wholeNumber(value, 65_535), 'a whole number from 0 to 65535']
const flag: Rule = [(value) => typeof value === 'boolean', 'true or false']
const key: Rule = [
  (value) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value),
  'a non-empty string of visible ASCII characters, as it travels in a header',
]

function isServiceUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol, username, password } = new URL(value)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

const rules: Readonly<Record<keyof Settings, Rule>> = {
  host: [(value) => typeof value === 'string' && value !== '', 'a non-empty string'],
  port,
  controlPort: port,
  apiKey: key,
  clientKey: key,
  dialect: [(value) => value === 'envelope' || value === 'bare', "'envelope' or 'bare'"],
  singleToken: flag,
  conflictOnExisting: flag,
  ignoreDeleteBody: flag,
  strict: flag,
  rateLimit: [(value) => wholeNumber(value, Number.MAX_SAFE_INTEGER), 'a whole number, 0 for no limit'],
  tokenDays: [
    (value) => typeof value === 'number' && value > 0 && value <= 36_500,
    'a number above 0 and at most 36500',
  ],
  authVerifyUrl: [
    (value) => value === '' || isServiceUrl(value),
    'an http or https URL without user name and password, or empty',
  ],
}

/**
 * Checks the options and fills in the defaults.
 * @throws TypeError that starts with the name of the bad option.
 */
export function resolveOptions(options: EmulatorOptions): Settings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const settings: Settings = { ...defaults, ...Object.fromEntries(given) }
  for (const [name, value] of Object.entries(settings)) {
    const rule = Object.entries(rules).find(([known]) => known === name)?.[1]
    if (!rule) throw new TypeError(`${name} is not an option of the emulator`)
    const [accepts, expected] = rule
    if (!accepts(value)) throw new TypeError(`${name} must be ${expected}`)
  }
  return settings
}
