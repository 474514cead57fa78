import { parseArgs } from 'node:util'
import { resolveOptions, type Settings } from './options.js'

/** What `--help` prints. */
export const USAGE = `Usage: imkit-emulator [flags]

A local IMKIT Chat Server for development. It keeps everything in memory.

  --port <number>          chat port, 0 for any free one (4100)
  --control-port <number>  control port on 127.0.0.1, 0 for any free one (4101)
  --api-key <key>          what admin calls send as IM-API-KEY (local-api-key)
  --client-key <key>       what chat clients send as IM-CLIENT-KEY (local-client-key)
  --dialect <name>         envelope, as {RC, RM, result}, or bare (envelope)
  --single-token           a new token kills the client's older ones
  --conflict-on-existing   409 USER_EXISTS for a POST that gives an existing client a token
  --ignore-delete-body     DELETE revokes every token of the client, whatever its body says
  --strict                 nickname is required
  --rate-limit <number>    admin requests a minute, 0 for no limit (1000)
  --token-days <number>    life of a token in days, fractions allowed (7)
  --auth-verify-url <url>  an auth service that judges the tokens of chat clients, asked with {"token": "…"}
  --help                   this text
`

const flags = {
  port: { type: 'string', default: '4100' },
  'control-port': { type: 'string', default: '4101' },
  'api-key': { type: 'string' },
  'client-key': { type: 'string' },
  dialect: { type: 'string' },
  'single-token': { type: 'boolean' },
  'conflict-on-existing': { type: 'boolean' },
  'ignore-delete-body': { type: 'boolean' },
  strict: { type: 'boolean' },
  'rate-limit': { type: 'string' },
  'token-days': { type: 'string' },
  'auth-verify-url': { type: 'string' },
  help: { type: 'boolean' },
} as const

const numbers = new Set(['port', 'controlPort', 'rateLimit', 'tokenDays'])

const camel = (flag: string): string => flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/**
 * The options that the command line asks for, or `'help'`.
 * @throws TypeError of one line that names the bad flag.
 */
export function readFlags(args: readonly string[]): Settings | 'help' {
  const { values } = parseArgs({ args: [...args], options: flags, strict: true })
  if (values.help) return 'help'
  const given = Object.entries(values).map(([flag, value]): [string, unknown] => {
    const name = camel(flag)
    return [name, numbers.has(name) && String(value).trim() !== '' ? Number(value) : value]
  })
  try {
    return resolveOptions(Object.fromEntries(given))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    // The message starts with the name of the option.
    const message = error.message.replace(/^\w+/, (name) => `--${kebab(name)}`)
    throw new TypeError(message, { cause: error })
  }
}
