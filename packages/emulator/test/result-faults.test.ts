import { describe, expect, it } from 'vitest'
import type { DialectName, Emulator, FaultRule } from '../src/index.js'
import { admin, codeOf, type Reply, resultOf, tokensOf } from './call.js'
import { started } from './started.js'

const POST = 'POST /admin/clients'
const issue = { _id: 'amy', nickname: 'Amy', issueAccessToken: true }
const HOUR = 3_600_000
const DAY = 24 * HOUR

/** An emulator whose next answers meet this fault. */
async function faulty(dialect: DialectName, rule: Omit<FaultRule, 'match'>): Promise<Emulator> {
  const emulator = await started({ dialect })
  emulator.fault({ match: '*', ...rule })
  return emulator
}

const dateOf = (reply: Reply): number => Date.parse(String(reply.headers['date']))
const trueEnd = (emulator: Emulator): string => emulator.clients()[0]?.tokens[0]?.expirationDate ?? ''

describe.each<DialectName>(['envelope', 'bare'])('in the %s dialect', (dialect) => {
  it.each([
    ['invalid by default', {}, () => 'soon'],
    ['invalid', { expirationDate: 'invalid' }, () => 'soon'],
    ['without a zone', { expirationDate: 'no-zone' }, (end: string) => end.slice(0, -1)],
    ['in the year 9999', { expirationDate: 'year-9999' }, () => '9999-12-31T23:59:59.999Z'],
  ] as const)('bad-expiration acts and answers an end that is %s', async (_, details, expected) => {
    const emulator = await faulty(dialect, { kind: 'bad-expiration', ...details })
    const result = resultOf(await admin(emulator, POST, issue), dialect)
    expect(trueEnd(emulator)).not.toBe('')
    expect(result['expirationDate']).toBe(expected(trueEnd(emulator)))
    expect(result['token']).toBe(tokensOf(emulator, 'amy')[0])
  })

  it('bad-expiration can be an hour ago', async () => {
    const emulator = await faulty(dialect, { kind: 'bad-expiration', expirationDate: 'past' })
    emulator.advance(DAY)
    const result = resultOf(await admin(emulator, POST, issue), dialect)
    const ago = emulator.now() - Date.parse(String(result['expirationDate']))
    expect(ago).toBeGreaterThanOrEqual(HOUR)
    expect(ago).toBeLessThan(HOUR + 5000)
  })

  it('wrong-id acts and answers about somebody else', async () => {
    const emulator = await faulty(dialect, { kind: 'wrong-id' })
    const result = resultOf(await admin(emulator, POST, issue), dialect)
    expect(result).toMatchObject({ _id: 'not-amy', id: 'not-amy', nickname: 'Amy' })
    expect(result['token']).toBe(tokensOf(emulator, 'amy')[0])
  })

  it('no-token acts and answers an end without a token', async () => {
    const emulator = await faulty(dialect, { kind: 'no-token' })
    const result = resultOf(await admin(emulator, POST, issue), dialect)
    expect(result).not.toHaveProperty('token')
    expect(result['expirationDate']).toBe(trueEnd(emulator))
    expect(tokensOf(emulator, 'amy')).toHaveLength(1)
  })

  it.each([10 * DAY, -10 * DAY])('clock-skew of %i ms shifts the date and the end of an issued token', async (ms) => {
    const emulator = await faulty(dialect, { kind: 'clock-skew', ms })
    const reply = await admin(emulator, POST, issue)
    expect(Math.abs(dateOf(reply) - emulator.now() - ms)).toBeLessThan(5000)
    const end = Date.parse(String(resultOf(reply, dialect)['expirationDate']))
    expect(end - Date.parse(trueEnd(emulator))).toBe(ms)
    expect(Math.abs(Date.parse(trueEnd(emulator)) - emulator.now() - 7 * DAY)).toBeLessThan(5000)
  })

  it('clock-skew shifts both ends that POST /auths/sign/v2 answers', async () => {
    const emulator = await faulty(dialect, { kind: 'clock-skew', ms: HOUR })
    const result = resultOf(await admin(emulator, 'POST /auths/sign/v2', { id: 'amy' }), dialect)
    const end = Date.parse(trueEnd(emulator)) + HOUR
    expect(result).toMatchObject({ expirationDate: new Date(end).toISOString(), exp: Math.floor(end / 1000) })
  })

  it.each([
    [POST, { _id: 'amy', issueAccessToken: false }],
    ['PUT /admin/clients/amy/token', {}],
  ])('clock-skew leaves the end alone that the app chose in %s', async (target, body) => {
    const emulator = await started({ dialect })
    await admin(emulator, POST, { _id: 'amy' })
    emulator.fault({ match: '*', kind: 'clock-skew', ms: HOUR })
    const expirationDate = new Date(emulator.now() + DAY).toISOString()
    const reply = await admin(emulator, target, { ...body, token: 'mine', expirationDate })
    expect(resultOf(reply, dialect)['expirationDate']).toBe(expirationDate)
    expect(dateOf(reply) - emulator.now()).toBeGreaterThan(HOUR - 5000)
  })

  it.each(['bad-expiration', 'wrong-id', 'no-token', 'clock-skew'] as const)(
    '%s leaves a refusal in its own words',
    async (kind) => {
      const emulator = await faulty(dialect, { kind, ...(kind === 'clock-skew' && { ms: HOUR }) })
      const reply = await admin(emulator, POST, {})
      expect([reply.status, codeOf(reply)]).toEqual([400, 'INVALID_REQUEST'])
    },
  )
})
