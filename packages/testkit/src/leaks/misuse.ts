import { chatTokensFromEnv, ChatHandler, createChatTokens, issue } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import type { Canaries } from './canaries.js'
import type { Sinks } from './sinks.js'
import { lookAtError } from './texts.js'

const SERVER = 'https://chat.example'

/** Looks at the errors of an app that is configured wrongly, with its secrets in every place where they do not belong. */
export function lookAtMisuse(sinks: Sinks, canaries: Canaries): void {
  const key = canaries.apiKey.value
  const token = canaries.reported.value
  const options = (wrong: object) => () => createChatTokens({ serverUrl: SERVER, apiKey: key, mode: issue(), ...wrong })
  const env = (wrong: object) => () =>
    chatTokensFromEnv({ env: { IMKIT_BASE_URL: SERVER, IMKIT_API_KEY: key, ...wrong } }).check()
  const misuses: Record<string, () => unknown> = {
    'a key with a line break': options({ apiKey: `${key}\r\n` }),
    'a key with a blank': options({ apiKey: `Bearer ${key}` }),
    'an object as key': options({ apiKey: { key } }),
    'the key as user of the address': options({ serverUrl: `https://${encodeURIComponent(key)}@chat.example` }),
    'the key as password of the address': options({ serverUrl: `https://me:${encodeURIComponent(key)}@chat.example` }),
    'the key in the query of the address': options({ serverUrl: `${SERVER}?key=${encodeURIComponent(key)}` }),
    'the key in place of the address': options({ serverUrl: key }),
    'a key in an address without TLS': options({ serverUrl: `http://chat.example/${encodeURIComponent(key)}` }),
    'the key as public key, with a blank': options({ clientKey: `${key} ` }),
    'the key as mode': options({ mode: key }),
    'the key as scope': options({ scope: key }),
    'the key as namespace': options({ namespace: [key] }),
    'the key as deadline': options({ deadline: key }),
    'a key with a line break in the environment': env({ IMKIT_API_KEY: `${key}\n` }),
    'the key as address in the environment': env({ IMKIT_BASE_URL: key }),
    'the key as public key in the environment': env({ IMKIT_CLIENT_KEY: `${key}\n` }),
    'the key as tokens of a handler': () => Reflect.construct(ChatHandler, [key, {}]),
    'a secret that is too short': () => jwtMinter({ secret: token.slice(6, 30), ttl: 60 }),
    'a secret with another algorithm': () => jwtMinter({ secret: token, algorithm: 'RS256', ttl: 60 }),
    'PEM text as private key': () =>
      Reflect.apply(jwtMinter, undefined, [{ privateKey: token, algorithm: 'RS256', ttl: 1 }]),
  }
  for (const [name, misuse] of Object.entries(misuses)) {
    const look = { canaries, during: `misuse: ${name}` }
    try {
      misuse()
      sinks.hit(`nothing was thrown, ${look.during}`)
    } catch (error) {
      lookAtError(sinks, error, look)
      sinks.look('error of a wrong configuration', String(error), look)
    }
  }
}
