/** One setting of the standalone service. What is secret has no flag: command lines can be read by others. */
interface Setting {
  readonly env: string
  readonly flag?: string
  readonly fallback?: string
  readonly says: string
  /** What the option that it becomes is called, where that is another name. */
  readonly option?: string
}

export type NumberName = 'port' | 'maxAge' | 'ttl' | 'perMinute'
export type ListName = 'encryptionKeys' | 'verifySecrets' | 'signSecrets'
export type TextName =
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
export type Name = NumberName | ListName | TextName

/** How the service is to run; what was not given is empty. Nothing has been read from files or tried yet. */
export type Settings = Readonly<
  Record<TextName, string> & Record<NumberName, number> & Record<ListName, readonly string[]>
>

export const SETTINGS: Readonly<Record<Name, Setting>> = {
  port: { flag: 'port', env: 'PORT', fallback: '3110', says: 'where to listen, 0 for any free port' },
  host: { flag: 'host', env: 'HOST', fallback: '127.0.0.1', says: 'on which address; 0.0.0.0 in a container' },
  serverUrl: { flag: 'server-url', env: 'IMKIT_BASE_URL', says: 'the chat server, as the app’s servers are told' },
  namespace: { flag: 'namespace', env: 'IMKIT_NAMESPACE', says: 'as the app’s servers are told' },
  redisPrefix: {
    flag: 'redis-prefix',
    env: 'REDIS_PREFIX',
    fallback: 'imkit',
    says: 'as the app’s servers are told',
    option: 'prefix',
  },
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
    fallback: '600000',
    says: 'how often one caller may ask, 0 for no limit',
  },
  logLevel: { flag: 'log-level', env: 'LOG_LEVEL', fallback: 'info', says: 'debug (every token), info or warn' },
  secret: { env: 'JWT_SECRET', says: 'the shared secret that HS256 tokens are signed with: 32 random bytes or more' },
  redisUrl: { env: 'REDIS_URL', says: 'the Redis of the app’s servers: where a logout is seen' },
  encryptionKeys: { env: 'REDIS_ENCRYPTION_KEYS', says: 'encryptionKeys of the app’s servers, separated by commas' },
  verifySecrets: {
    env: 'VERIFY_PATH_SECRET',
    says: 'asks callers for /verify/<secret>; several separated by commas',
    option: 'callerSecrets',
  },
  signSecrets: {
    env: 'SIGN_PATH_SECRET',
    says: 'turns POST /sign/<secret> on; several separated by commas',
    option: 'sign.callerSecrets',
  },
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

/** What a setting is called where something is said about it. */
export function titleOf(name: Name): string {
  const { flag, env } = SETTINGS[name]
  return flag === undefined ? env : `--${flag} (${env})`
}

/** What takes options complains about options: then it is said of the setting that the option comes from. */
export function inSettings<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const message = error.message.replaceAll(/[\w.]+/g, (word, at) => {
      // Only at the beginning is a word like `audience` sure to be an option's name.
      const found = entries.find(([name, { option }]) => (option ?? (at === 0 ? name : undefined)) === word)
      return found ? titleOf(found[0]) : word
    })
    throw new TypeError(message, { cause: error })
  }
}

function line(name: string, other: string, says: string, fallback?: string): string {
  const default_ = fallback ? ` (${fallback})` : ''
  return `  ${name.padEnd(23)}${other.padEnd(other ? 21 : 0)}${says}${default_}`
}
