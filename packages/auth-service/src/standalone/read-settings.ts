import { parseArgs } from 'node:util'
import { LEVELS } from './log.js'
import {
  type ListName,
  type Name,
  type NumberName,
  SETTINGS,
  type Settings,
  type TextName,
  titleOf,
} from './settings.js'

type Env = Readonly<Record<string, string | undefined>>

/**
 * What the command line and the environment ask for; a flag counts more than its variable.
 *
 * @throws TypeError that names the flag or the variable, and quotes no value.
 */
export function readSettings(args: readonly string[], env: Env): Settings | 'help' {
  const flags = readFlags(args)
  if (flags['help']) return 'help'
  const text = (name: Name): string => {
    const { flag = '', env: variable, fallback = '' } = SETTINGS[name]
    const flagged = flags[flag]
    if (flagged === '') throw new TypeError(`--${flag} needs a value; without the flag, ${variable} counts`)
    return String(flagged ?? (env[variable] || fallback))
  }
  const number = (name: NumberName, min: number, max: number): number => {
    const value = text(name)
    if (/^\d+$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value)
    throw new TypeError(`${titleOf(name)} must be a whole number from ${min} to ${max}`)
  }
  // An empty part stays: whoever takes the list refuses it, rather than do without a secret that was meant to be there.
  const list = (name: ListName) =>
    text(name) === ''
      ? []
      : text(name)
          .split(',')
          .map((part) => part.trim())
  const texts = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, text(name as Name)]))
  if (!LEVELS.some((level) => level === texts['logLevel'])) {
    throw new TypeError(`${titleOf('logLevel')} must be ${LEVELS.join(', ')}`)
  }
  return {
    ...(texts as Record<TextName, string>),
    port: number('port', 0, 65_535),
    maxAge: number('maxAge', 1, 316_224_000),
    ttl: number('ttl', 1, 31_622_400),
    perMinute: number('perMinute', 0, 1_000_000_000) || Infinity,
    encryptionKeys: list('encryptionKeys'),
    verifySecrets: list('verifySecrets'),
    signSecrets: list('signSecrets'),
  }
}

function readFlags(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const flags = Object.values(SETTINGS).flatMap(({ flag }) => (flag ? [[flag, { type: 'string' as const }]] : []))
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...Object.fromEntries(flags), help: { type: 'boolean' } },
    allowPositionals: true,
  })
  // What it is could be a secret that somebody thought belonged there.
  if (positionals.length > 0) throw new TypeError('only flags such as --port are understood; secrets are variables')
  return values as Readonly<Record<string, string | boolean | undefined>>
}
