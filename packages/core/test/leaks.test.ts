import { inspect } from 'node:util'
import {
  Canaries,
  Canary,
  type LeakReport,
  lookAtError,
  lookAtObject,
  newCanary,
  runLeakHunt,
  Sinks,
} from '@imkit-auth/testkit/leaks'
import { beforeAll, describe, expect, it, test } from 'vitest'

describe('the leak hunt, every operation under every fault', () => {
  let report: LeakReport
  beforeAll(async () => void (report = await runLeakHunt()), 120_000)

  it('finds no key and no token in any place where it must not be', () => {
    expect(report.hits).toEqual([])
  })

  it('looks at 40 places at least, each of which held something', () => {
    expect(report.sinks).toBeGreaterThanOrEqual(40)
    expect(report.emptySinks).toEqual([])
  })

  it('sees every event, and what is sent', () => {
    expect(report.sinkNames.filter((name) => /^event|^request to/.test(name)).sort()).toEqual([
      'event alert',
      'event chatServerDown',
      'event chatServerUp',
      'event obtainFailed',
      'event obtained',
      'event profileUpdated',
      'event revocationDelayed',
      'event revoked',
      'event revokedTooMuch',
      'request to the chat server, body',
      'request to the chat server, headers but im-api-key',
      'request to the chat server, line',
    ])
  })

  it('runs every operation under a hundred faults at least', () => {
    expect(report.runs).toBeGreaterThan(9 * 100)
  })
})

describe('a canary is found', () => {
  const inUrl = encodeURIComponent
  const lower = (text: string) => text.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())
  const inBase64 = (encoding: 'base64' | 'base64url', before: string) => (text: string) =>
    Buffer.from(`${before}${text} after`).toString(encoding)
  const spellings: Record<string, (text: string) => string> = {
    raw: (text) => text,
    'upper-cased': (text) => text.toUpperCase(),
    'as JSON': (text) => JSON.stringify({ text }),
    'as JSON in JSON': (text) => JSON.stringify(JSON.stringify({ text })),
    inspected: (text) => inspect({ text }),
    'URL-encoded': inUrl,
    'URL-encoded in lower case': (text) => lower(inUrl(text)),
    'URL-encoded twice': (text) => inUrl(inUrl(text)),
    'percent-encoded letter by letter': (text) => text.replaceAll(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`),
    'as the query of a URL': (text) => new URLSearchParams({ text }).toString(),
    'in base64': inBase64('base64', ''),
    'in base64, one byte in': inBase64('base64', '1'),
    'in base64, two bytes in': inBase64('base64', '12'),
    'in base64url': inBase64('base64url', ''),
    'in base64url, one byte in': inBase64('base64url', '1'),
    'in base64url, two bytes in': inBase64('base64url', '12'),
    'in base64 with line breaks': (text) => inBase64('base64', '')(text).replaceAll(/.{20}/g, '$&\r\n'),
    'in hex': (text) => Buffer.from(text).toString('hex'),
    'in upper-case hex': (text) => Buffer.from(text).toString('hex').toUpperCase(),
    'as an inspected buffer': (text) => inspect(Buffer.from(text)),
    'as an inspected array of bytes': (text) => inspect(new TextEncoder().encode(text), { maxArrayLength: null }),
    'as a buffer in JSON': (text) => JSON.stringify(Buffer.from(text)),
    'with \\u escapes': (text) => text.replaceAll(/./g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
    'in part, as JSON.parse quotes it': (text) => `Unexpected token, ..."${text.slice(20, 40)}"... is not valid JSON`,
  }
  const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJpZCI6ImFteSJ9.${Buffer.from('a signature of 32 bytes, no less').toString('base64url')}`

  test.each(Object.entries(spellings))('%s', (_, spell) => {
    const canary = newCanary('a secret')
    expect(canary.findIn(`before ${spell(canary.value)} after`)).toBeDefined()
    expect(canary.findIn(`before ${spell(newCanary('another').value)} after`)).toBeUndefined()
  })

  const { 'as an inspected buffer': _, 'in part, as JSON.parse quotes it': __, ...whole } = spellings
  test.each(Object.entries(whole))('that is a JWT, known by its signature, %s', (_name, spell) => {
    const canary = new Canary('a token', jwt)
    expect(canary.findIn(`before ${spell(jwt)} after`)).toBeDefined()
    expect(canary.findIn(`before ${spell(jwt.slice(0, jwt.lastIndexOf('.')))} after`)).toBeUndefined()
  })
})

describe('a look finds what shows', () => {
  const canaries = new Canaries()
  const secret = canaries.apiKey.value
  const hitsOf = (look: (sinks: Sinks) => void) => {
    const sinks = new Sinks()
    look(sinks)
    return sinks.hits.join('\n')
  }
  const errors: Record<string, () => unknown> = {
    'in its message': () => new Error(`Bad header: ${secret}`),
    'in its cause': () => new Error('Failed', { cause: new Error('Failed', { cause: new Error(secret) }) }),
    'in a property': () => Object.assign(new Error('Failed'), { headers: { 'im-api-key': secret } }),
    'in a hidden property': () => Object.defineProperty(new Error('Failed'), 'request', { value: secret }),
    'in a property with a symbol': () => Object.assign(new Error('Failed'), { [Symbol('key')]: secret }),
    'in its stack alone': () => Object.defineProperty(new Error('Failed'), 'stack', { value: `Error: ${secret}` }),
  }
  test.each(Object.entries(errors))('of an error, %s', (_, make) => {
    expect(hitsOf((sinks) => lookAtError(sinks, make(), { canaries, during: 'a test' }))).toContain('the API key')
  })

  class Getter {
    get key() {
      return secret
    }
  }
  const objects: Record<string, unknown> = {
    'in a getter of its class': new Getter(),
    'in a map': { made: new Map([['key', { secret }]]) },
    'in a function’s property': Object.assign(() => {}, { secret }),
    'in bytes': { body: Buffer.from(secret) },
  }
  test.each(Object.entries(objects))('of an object, %s', (_, value) => {
    expect(hitsOf((sinks) => lookAtObject(sinks, 'it', value, { canaries, during: 'a test' }))).toContain('the API key')
  })
})
