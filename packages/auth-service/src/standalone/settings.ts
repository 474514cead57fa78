import { parseArgs } from 'node:util'

/** One setting of the standalone service. What is secret has no flag: command lines can be read by others. */
interface Setting {
  readonly env: string
  readonly flag?: string
  readonly fallback?: string
  readonly says: string
}

type NumberName = 'port' | 'maxAge' | 'ttl' | 'perMinute'
type ListName = 'encryptionKeys' | 'verifySecrets' | 'signSecrets'
type TextName =
  | 'host'
  | 'serverUrl'
  | 'namespace'
  | 'redisPrefix'
  | 'secretFile'
  | 'jwksFile'
  | 'issuer'
  | 'audience'
  | 'logLevel'
  | 'secret'
  | 'redisUrl'
type Name = NumberName | ListName | TextName

/** How the service is to run; what was not given is empty. Nothing has been read from files or tried yet. */
export type Settings = Readonly<
  Record<TextName, string> & Record<NumberName, number> & Record<ListName, readonly string[]>
>

const SETTINGS: Readonly<Record<Name, Setting>> = {
  port: { flag: 'port', env: 'PORT', fallback: '3110', says: 'where to listen, 0 for any free port' },
  host: { flag: 'host', env: 'HOST', fallback: '127.0.0.1', says: 'on which address; 0.0.0.0 in a container' },
  serverUrl: { flag: 'server-url', env: 'IMKIT_BASE_URL', says: 'the chat server, as the app’s servers are told' },
  namespace: { flag: 'namespace', env: 'IMKIT_NAMESPACE', fallback: '', says: 'as the app’s servers are told' },
  redisPrefix: { flag: 'redis-prefix', env: 'REDIS_PREFIX', fallback: 'imkit', says: 'as the app’s servers are told' },
  secretFile: { flag: 'jwt-secret-file', env: 'JWT_SECRET_FILE', says: 'a file that holds JWT_SECRET' },
  jwksFile: { flag: 'jwks-file', env: 'JWKS_FILE', says: 'a JWK set: the keys that tokens may be signed with' },
  issuer: { flag: 'issuer', env: 'JWT_ISSUER', says: 'the iss that tokens must have' },
  audience: { flag: 'audience', env: 'JWT_AUDIENCE', says: 'the aud that tokens must have' },
  maxAge: {
    flag: 'max-age',
    env: 'JWT_MAX_AGE',
    fallback: '31622400',
    says: 'the longest life of a token, in seconds',
  },
  ttl: { flag: 'ttl', env: 'JWT_TTL', fallback: '604800', says: 'how long what /sign signs lives, in seconds' },
  perMinute: {
    flag: 'requests-per-minute',
    env: 'REQUESTS_PER_MINUTE',
    fallback: '60000',
    says: 'how often one caller may ask, 0 for no limit',
  },
  logLevel: { flag: 'log-level', env: 'LOG_LEVEL', fallback: 'info', says: 'debug (every token), info or warn' },
  secret: { env: 'JWT_SECRET', says: 'the shared secret that HS256 tokens are signed with: 32 random bytes or more' },
  redisUrl: { env: 'REDIS_URL', says: 'the Redis of the app’s servers: where a logout is seen' },
  encryptionKeys: { env: 'REDIS_ENCRYPTION_KEYS', says: 'encryptionKeys of the app’s servers, separated by commas' },
  verifySecrets: { env: 'VERIFY_PATH_SECRET', says: 'asks callers for /verify/<secret>; several separated by commas' },
  signSecrets: { env: 'SIGN_PATH_SECRET', says: 'turns POST /sign/<secret> on; several separated by commas' },
}

const entries = Object.entries(SETTINGS) as [Name, Setting][]

export const USAGE: string = `Usage: imkit-auth-service [flags]

What an IMKIT chat server asks about every token: set its AUTH to http://<host>:<port>/verify/<secret>.

Flags, and the environment variables that do the same:
${entries
  .filter(([, { flag }]) => flag)
  .map(([, { flag, env, fallback, says }]) => line(`--${flag}`, env, says, fallback))
  .join('\n')}
  --help

Secrets, in the environment alone:
${entries
  .filter(([, { flag }]) => !flag)
  .map(([, { env, says }]) => line(env, '', says))
  .join('\n')}
`

/** @throws TypeError that names the flag or the variable. */
export function readSettings(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Settings | 'help' {
  const flags = Object.fromEntries(
    entries.flatMap(([, { flag }]) => (flag ? [[flag, { type: 'string' as const }]] : [])),
  )
  const { values } = parseArgs({
    args: [...args],
    options: { ...flags, help: { type: 'boolean' as const } },
    strict: true,
  })
  if (values['help']) return 'help'
  const given = (name: Name): string => {
    const { flag, env: variable, fallback = '' } = SETTINGS[name]
    const flagged = flag === undefined ? undefined : (values as Record<string, string | undefined>)[flag]
    return flagged || env[variable] || fallback
  }
  const number = (name: Name, min: number, max: number): number => {
    const value = Number(given(name))
    if (Number.isInteger(value) && value >= min && value <= max) return value
    const { flag, env: variable } = SETTINGS[name]
    throw new TypeError(`--${flag} (${variable}) must be a whole number from ${min} to ${max}`)
  }
  const list = (name: Name) => given(name).split(',').filter(Boolean)
  const texts = Object.fromEntries(entries.map(([name]) => [name, given(name)])) as Record<Name, string>
  if (!['debug', 'info', 'warn'].includes(texts.logLevel)) {
    throw new TypeError('--log-level (LOG_LEVEL) must be debug, info or warn')
  }
  return {
    ...texts,
    port: number('port', 0, 65_535),
    maxAge: number('maxAge', 1, 316_224_000),
    ttl: number('ttl', 1, 31_622_400),
    perMinute: number('perMinute', 0, 1_000_000_000) || Infinity,
    encryptionKeys: list('encryptionKeys'),
    verifySecrets: list('verifySecrets'),
    signSecrets: list('signSecrets'),
  }
}

function line(name: string, other: string, says: string, fallback?: string): string {
  const default_ = fallback ? ` (${fallback})` : ''
  return `  ${name.padEnd(23)}${other.padEnd(other ? 21 : 0)}${says}${default_}`
}
