import { memoryStore, type TokenStore } from '@imkit-auth/core'
import { type BenchUser, tokenOf } from './population.js'

/** Nobody answers there; what is cached asks nobody. */
export const SERVER_URL = 'http://127.0.0.1:9/'

const HOUR = 3_600_000

/** A memory store that holds a token of each user, put there by the steps of a login. */
export async function filledStore(users: Iterable<BenchUser>, maxUsers: number): Promise<TokenStore> {
  const store = memoryStore({ maxUsers })
  const listener = { down() {}, up() {}, warn() {}, alert() {} }
  const space = store.open({ server: SERVER_URL, namespace: '', now: Date.now, listener })
  const key = { session: undefined, ownToken: false }
  const intent = { session: undefined, minted: undefined }
  for (const user of users) {
    const { epoch } = await space.read(user.id, key)
    const acquired = await space.acquire(user.id, { key, epoch, intent, leaseMs: HOUR })
    if (acquired.kind !== 'acquired') throw new Error(`a new user’s lease is ${acquired.kind}`)
    const { token, expiresAt } = tokenOf(user)
    const live = { token, expiresAt, renewBefore: HOUR }
    const rest = { holdForMs: undefined, nickname: undefined, avatarUrl: undefined }
    await space.commit(user.id, { fence: acquired.fence, epoch, token: live, ...rest })
  }
  return store
}
