import { randomBytes } from 'node:crypto'
import { recordStore, type RecordStoreOptions, type TokenSpace } from '@imkit-auth/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { mapDriver, type Rows } from './map-driver.js'

const SHARED = { session: undefined, ownToken: false }
const LAPTOP = { ...SHARED, session: 'laptop' }
const [OLD, NEW] = [randomBytes(32), randomBytes(32)]

describe('encryptionKeys that change with users logged in', () => {
  let database: Rows
  let alerts: string[]
  beforeEach(() => {
    database = new Map()
    alerts = []
  })

  /** A process with these keys. */
  function process(encryptionKeys: readonly Uint8Array[], more: RecordStoreOptions = {}): TokenSpace {
    const listener = { down() {}, up() {}, warn() {}, alert: (message: string) => alerts.push(message) }
    const store = recordStore(mapDriver(database), { encryptionKeys, ...more })
    return store.open({ server: 'x', namespace: '', now: Date.now, listener })
  }

  async function login(space: TokenSpace, token: string): Promise<void> {
    const { epoch } = await space.read('amy', SHARED)
    const acquired = await space.acquire('amy', { key: SHARED, epoch, intent: undefined, leaseMs: 10_000 })
    if (acquired.kind !== 'acquired') throw new Error(`expected the lease, got ${acquired.kind}`)
    const live = { token, expiresAt: Date.now() + 86_400_000, renewBefore: 1 }
    const nobody = { holdForMs: undefined, nickname: undefined, avatarUrl: undefined }
    await space.commit('amy', { fence: acquired.fence, epoch, token: live, ...nobody })
  }

  const logOut = async (space: TokenSpace) => space.logout('amy', { key: LAPTOP, everything: false, claimForMs: 0 })
  const tokenOf = async (space: TokenSpace) => (await space.read('amy', SHARED)).token?.token
  const texts = () => JSON.stringify([...database.values()].flatMap((rows) => Array.from(rows.values())))

  test('in the order of the README: nobody notices', async () => {
    await login(process([OLD]), 't1')
    expect(await tokenOf(process([OLD, NEW]))).toBe('t1')
    await logOut(process([OLD, NEW]))
    expect((await process([NEW, OLD]).read('amy', LAPTOP)).loggedOut).toBe(true)
    await logOut(process([NEW, OLD]))
    expect((await process([NEW]).read('amy', LAPTOP)).loggedOut).toBe(true)
    expect(alerts).toEqual([])
  })

  test('turned on: what was in the open is revoked, and who had logged out stays out', async () => {
    const plain = process([])
    await logOut(plain)
    await login(plain, 't1')
    const sealed = process([NEW])
    expect(await tokenOf(sealed)).toBeUndefined()
    expect((await sealed.read('amy', LAPTOP)).loggedOut).toBe(true)
    expect((await sealed.pending('amy')).map(({ token }) => token)).toEqual([undefined])
    expect(texts()).not.toContain('t1')
    // Who has no keys leaves it alone.
    await expect(plain.read('amy', SHARED) as Promise<unknown>).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  test('taken away too early: rows stay as they are, and a logout is kept until it can be done', async () => {
    await login(process([OLD]), 't1')
    const early = process([NEW])
    const before = texts()
    await expect(tokenOf(early)).rejects.toMatchObject({ code: 'UNAVAILABLE', ambiguous: false })
    expect(await logOut(early)).toBe('later')
    expect([texts(), await tokenOf(process([OLD]))]).toEqual([before, 't1'])
    const id = /the key ([0-9a-f]{8})/.exec(alerts.join(' '))?.[1] ?? ''
    expect(await tokenOf(process([NEW], { lostKeys: [id] }))).toBeUndefined()
  })

  test('are checked when the store is made', () => {
    expect(() => recordStore(mapDriver(), { encryptionKeys: ['short'] })).toThrow(/encryptionKeys/)
    expect(() => recordStore(mapDriver(), { lostKeys: ['x'] })).toThrow(/lostKeys/)
    expect(() => recordStore(mapDriver(), { timeout: 0 })).toThrow(/timeout/)
    expect(() => recordStore({} as never)).toThrow(/driver/)
  })
})
