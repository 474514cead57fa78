import { GuardedDriver } from './guarded.js'
import { RecordBudget } from './record-budget.js'
import { RowCodec } from './row-codec.js'
import { SharedRecords } from './shared-records.js'
import type { StoreDriver } from './store-driver.js'
import { TokenSpace } from './token-space.js'
import type { TokenStore } from './token-store.js'

export interface RecordStoreOptions {
  /**
   * Seals what is stored with AES-256-GCM: keys of 32 bytes, in hex or base64. The first one seals, all of them open. To rotate,
   * add the new key behind the old one and deploy; then put it in front; take the old one away when the longest token has
   * expired. A process that lacks a key leaves what is sealed with it alone, and its users go without chat there.
   * @default [] (stored as it is)
   */
  readonly encryptionKeys?: readonly (string | Uint8Array)[] | undefined
  /**
   * Ids of keys that nobody has any more, as the alert names them: the tokens of users whose records were sealed with one are
   * revoked, and they begin anew.
   * @default []
   */
  readonly lostKeys?: readonly string[] | undefined
  /** How long the database may take for a write, in ms, from 1 to 60,000: what takes longer counts as failed. @default 1_000 */
  readonly timeout?: number | undefined
}

/**
 * Makes a store of any database that can replace a row if nobody else has: the token life cycle is the same for all of them, and
 * one user's token is obtained once for a whole fleet. docs/stores.md shows how to write a driver.
 *
 * @throws TypeError that names the option, when one is wrong.
 * @example
 * const tokens = createChatTokens({ serverUrl, apiKey, mode: issue(), store: recordStore(myDriver(pool)) })
 */
export function recordStore(driver: StoreDriver, options: RecordStoreOptions = {}): TokenStore {
  if (typeof driver?.records !== 'function') throw new TypeError('recordStore needs a driver: { records, … }')
  const { encryptionKeys = [], lostKeys = [], timeout = 1_000 } = options
  if (!(timeout >= 1 && timeout <= 60_000)) throw new TypeError('timeout must be 1 to 60,000 ms')
  if (!lostKeys.every((id) => /^[0-9a-f]{8}$/.test(id))) {
    throw new TypeError('lostKeys must hold ids of keys: eight digits in hex, as the alert names them')
  }
  // Checked now, and not when the first space is opened.
  const codecOf = (space: string) => new RowCodec(encryptionKeys, lostKeys, space)
  codecOf('')
  let opened = 0
  return {
    open({ server, namespace, now, listener }) {
      opened += 1
      const space = spaceName(server, namespace)
      const rows = driver.records(space, {
        down: (reason) => listener.down(reason),
        recovered: () => records.recovered(),
        up: () => listener.up(),
        warn: (message) => listener.warn(message),
        alert: (message) => listener.alert(message),
      })
      const records = new SharedRecords({
        driver: new GuardedDriver(rows, timeout),
        codec: codecOf(space),
        listener,
        ownClock: now === Date.now ? undefined : now,
        timeout,
        async onClose() {
          opened -= 1
          if (opened === 0) await driver.close?.()
        },
      })
      return new TokenSpace(records, now)
    },
    budget: (wanted) => driver.budget?.(wanted) ?? new RecordBudget(driver, wanted, timeout),
  }
}

/** What the rows of one chat server and namespace are known by. Encoded, neither holds a colon. */
function spaceName(server: string, namespace: string): string {
  return `${encodeURIComponent(server)}:${encodeURIComponent(namespace)}`
}
