import { pathToFileURL } from 'node:url'
import { CLIENT_LIBRARIES } from '../redis-app/client-libraries.js'
import { type Library, RedisApp } from '../redis-app/redis-app.js'
import { newcomers } from '../population.js'
import { entryOf } from './checkouts.js'
import type { ReleaseMessage, ReleaseSettings, Work } from './messages.js'
import { RedisCpu } from './redis-cpu.js'
import { StoreWork } from './store-work.js'

// An app with the store of one release: everything of ours comes from that checkout, the clients of Redis do not.

const { checkout, redisUrl, library: libraryName } = JSON.parse(process.argv[2] ?? '') as ReleaseSettings
const client = CLIENT_LIBRARIES.find(({ name }) => name === libraryName)
if (!client) throw new Error(`there is no client library "${libraryName}"`)

const [core, redis] = (await Promise.all(
  ['core', 'redis'].map((name) => import(pathToFileURL(entryOf(checkout, name)).href)),
)) as [Omit<Library, 'redisStore'>, Pick<Library, 'redisStore'>]
const { createChatTokens, issue } = core
const { redisStore } = redis
const library: Library = { createChatTokens, issue, redisStore }
const newUsers = newcomers()
const encryptionKeys = ['5e'.repeat(32)]

const work = new StoreWork({
  plain: await RedisApp.open(client, redisUrl, { library, newUsers }),
  sealed: await RedisApp.open(client, redisUrl, { library, newUsers, store: { prefix: 'sealed', encryptionKeys } }),
  neighbour: await RedisApp.open(client, redisUrl, { library, newUsers }),
  redisCpu: await RedisCpu.of(redisUrl),
})

process.on('message', (asked: Work) => {
  work.measure(asked).then(
    (cost) => tell({ kind: 'done', cost }),
    (error: unknown) => tell({ kind: 'failed', reason: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
tell({ kind: 'ready' })

function tell(message: ReleaseMessage): void {
  process.send?.(message)
}
