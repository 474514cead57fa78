import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { recordStore } from '../store/record-store.js'
import { versionAfter } from '../store/row-version.js'
import type { RecordDriver, Row, StoreDriver } from '../store/store-driver.js'
import type { TokenSpace } from '../store/token-space.js'
import type { OpenTwoDrivers } from './rows.js'
import { DAY, SHARED, SILENT } from './steps.js'

const SERVER = 'https://app.imkit.io/'
const SEALED: readonly Uint8Array[] = [randomBytes(32)]
const SPACE = `${encodeURIComponent(SERVER)}:`

/** What somebody who can write the database can do to a user, and what not. */
export function tamperingContract(openTwo: OpenTwoDrivers): void {
  describe('sealed rows', () => {
    test('are nobody’s when they are copied to another user, or edited', async () => {
      const scene = await Scene.open(openTwo, SEALED)
      await scene.login('amy', 't1')
      await scene.login('eve', 't2')
      await scene.put('eve', await scene.row('amy'))
      await scene.edit('amy', (text) => `${text.slice(0, 60)}AAAA${text.slice(64)}`)
      for (const user of ['amy', 'eve']) await scene.isLoggedOut(user)
      expect(scene.alerts).toBeGreaterThan(0)
      await scene.end()
    })
  })

  describe.each([
    ['sealed rows', SEALED],
    ['rows in the open', []],
  ])('%s in a hostile hand', (_, encryptionKeys) => {
    test('put back as they were before a logout hand out no token again', async () => {
      const scene = await Scene.open(openTwo, encryptionKeys)
      await scene.login('amy', 't1')
      const before = await scene.row('amy')
      await scene.logout('amy')
      await scene.put('amy', before)
      await scene.isLoggedOut('amy')
      await scene.end()
    })

    test('that are deleted make an unknown user: an old epoch never comes back, and a logout revokes all', async () => {
      const scene = await Scene.open(openTwo, encryptionKeys)
      const epoch = await scene.login('amy', 't1')
      scene.deleted.add('amy')
      expect((await scene.one.read('amy', SHARED)).token).toBeUndefined()
      await scene.logout('amy')
      const { epoch: later } = await scene.one.read('amy', SHARED)
      expect(later).toBeGreaterThan(epoch)
      expect((await scene.one.pending('amy')).map(({ token }) => token)).toContain(undefined)
      await scene.end()
    })

    test('that are no rows are one user’s matter: repaired by revoking all, and others do not notice', async () => {
      const scene = await Scene.open(openTwo, encryptionKeys)
      await scene.login('bob', 'of bob')
      for (const text of GARBAGE) {
        const user = `user-${randomUUID()}`
        await scene.login(user, `of ${user}`)
        await scene.edit(user, () => text)
        await scene.isLoggedOut(user)
        expect((await scene.two.read('bob', SHARED)).token?.token).toBe('of bob')
      }
      await scene.end()
    })

    test('of a newer format are left as they are', async () => {
      const scene = await Scene.open(openTwo, encryptionKeys)
      await scene.login('amy', 't1')
      const newer = await scene.edit('amy', (text) => `2${text.slice(1)}`)
      await expect(async () => scene.two.read('amy', SHARED)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      const logout = scene.two.logout('amy', { key: SHARED, everything: false, claimForMs: 0 })
      expect(await logout).toBe('later')
      expect(await scene.row('amy')).toMatchObject(newer)
      await scene.end()
    })
  })
}

const GARBAGE = [
  '',
  '1.',
  '1.{}',
  '0.{}',
  '1.99 {"epoch":"x"}',
  '1.99 {"epoch":1e400}',
  '1.99 {"epoch":5,"tokens":[null]}',
  '1.99 {"epoch":5,"tokens":{"length":1}}',
  '1.99 {"epoch":5,"duties":{"outbox":[{"id":"x"}]}}',
  '1.99 {"epoch":5,"duties":{"tombstones":[["s"]]}}',
  '1.99 {"epoch":5,"__proto__":{"known":true},"constructor":1}',
  '1~12345',
  '{"epoch":1,"tokens":[]}',
]

/** Two processes, and somebody who writes their database behind their backs. */
class Scene {
  readonly one: TokenSpace
  readonly two: TokenSpace
  readonly deleted = new Set<string>()
  alerts = 0
  readonly #drivers: readonly [StoreDriver, StoreDriver]
  readonly #rows: RecordDriver

  private constructor(drivers: readonly [StoreDriver, StoreDriver], encryptionKeys: readonly Uint8Array[]) {
    this.#drivers = drivers
    this.#rows = drivers[0].records(SPACE, { ...SILENT, recovered: () => Promise.resolve() })
    const listener = { ...SILENT, alert: () => (this.alerts += 1) }
    const open = (driver: StoreDriver) =>
      recordStore(forgetful(driver, this.deleted), { encryptionKeys }).open({
        server: SERVER,
        namespace: '',
        now: Date.now,
        listener,
      })
    this.one = open(drivers[0])
    this.two = open(drivers[1])
  }

  static async open(openTwo: OpenTwoDrivers, encryptionKeys: readonly Uint8Array[]): Promise<Scene> {
    return new Scene(await openTwo(), encryptionKeys)
  }

  /** Both have seen the row then. */
  async login(user: string, token: string): Promise<number> {
    const { epoch } = await this.one.read(user, SHARED)
    const acquired = await this.one.acquire(user, { key: SHARED, epoch, intent: undefined, leaseMs: 10_000 })
    if (acquired.kind !== 'acquired') throw new Error(`expected the lease, got ${acquired.kind}`)
    const live = { token, expiresAt: Date.now() + DAY, renewBefore: 1 }
    const nobody = { holdForMs: undefined, nickname: undefined, avatarUrl: undefined }
    await this.one.commit(user, { fence: acquired.fence, epoch, token: live, ...nobody })
    must((await this.two.read(user, SHARED)).token?.token === token, 'the other process sees the token')
    return epoch
  }

  /** Both have seen the row then. */
  async logout(user: string): Promise<void> {
    await this.two.logout(user, { key: SHARED, everything: false, claimForMs: 0 })
    await this.one.read(user, SHARED)
  }

  async row(user: string): Promise<Row> {
    const row = await this.#rows.load(user)
    if (!row) throw new Error('there is no row')
    return { version: row.version, value: row.value }
  }

  /** A process that knows a version takes what it knows of it: this is a new one. */
  async edit(user: string, text: (before: string) => string): Promise<Row> {
    const { version: last, value } = await this.row(user)
    const version = versionAfter(last, this.#rows.now())
    const row = { version, value: version + text(value.slice(version.length)) }
    await this.put(user, row)
    return row
  }

  async put(user: string, row: Row): Promise<void> {
    const { version } = await this.row(user)
    const now = this.#rows.now()
    const change = { ...row, now, keepUntil: now + DAY, notBefore: now - 5_000, notAfter: now + 5_000 }
    const rest = { dueAt: undefined, released: false, confirm: false }
    const { kind } = await this.#rows.swap(user, version, { ...change, ...rest })
    must(kind === 'done', 'the row is replaced')
  }

  /** No token is handed out, a login works, and the tokens from before are revoked before it. */
  async isLoggedOut(user: string): Promise<void> {
    for (const space of [this.one, this.two]) {
      must((await space.read(user, SHARED)).token === undefined, 'no token is handed out')
    }
    const { epoch } = await this.two.read(user, SHARED)
    const intent = { session: undefined, minted: undefined }
    const acquired = await this.two.acquire(user, { key: SHARED, epoch, intent, leaseMs: 10_000 })
    must(acquired.kind === 'acquired' && acquired.revokeAllFirst, 'the next login revokes all first')
  }

  async end(): Promise<void> {
    for (const space of [this.one, this.two]) await space.close()
    for (const driver of this.#drivers) await driver.close?.()
  }
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it does not hold that ${what}`)
}

/** The rows of these users are gone. */
function forgetful(driver: StoreDriver, deleted: Set<string>): StoreDriver {
  return {
    records(space, listener) {
      const records: RecordDriver = driver.records(space, listener)
      return new Proxy(records, {
        get(_, name) {
          if (name === 'load') return (user: string) => (deleted.has(user) ? undefined : records.load(user))
          if (name === 'swap') {
            return async (user: string, version: string, change: Parameters<RecordDriver['swap']>[2]) => {
              if (!deleted.has(user)) return records.swap(user, version, change)
              if (version !== '') return { kind: 'conflict', row: undefined }
              deleted.delete(user)
              return records.swap(user, (await records.load(user))?.version ?? '', change)
            }
          }
          const value: unknown = Reflect.get(records, name)
          return typeof value === 'function' ? (value.bind(records) as unknown) : value
        },
      })
    },
  }
}
