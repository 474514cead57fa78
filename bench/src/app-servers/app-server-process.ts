import { type LogIn, type Place, SHARED_CACHES } from '../peers/shared-caches.js'
import { imkitAuth } from './imkit-auth.js'
import type { AppServerMessage, Logins } from './messages.js'

// One app server, which stays: it has a connection of each cache's own, and caches that have been used before.

const place = JSON.parse(process.argv[2] ?? '') as Place
const caches = new Map<string, LogIn>([...SHARED_CACHES, imkitAuth].map(({ name, open }) => [name, open(place)]))

process.on('message', (logins: Logins) => {
  logInAll(logins).then(
    (tokens) => tell({ kind: 'done', tokens }),
    (error: unknown) => tell({ kind: 'failed', reason: String(error) }),
  )
})
process.on('disconnect', () => process.exit())
tell({ kind: 'ready' })

async function logInAll({ cache, userId, count }: Logins): Promise<string[]> {
  const logIn = caches.get(cache)
  if (!logIn) throw new Error(`there is no ${cache} here`)
  const tokens = await Promise.all(Array.from({ length: count }, () => logIn(userId)))
  return [...new Set(tokens)].map((token) => {
    if (token === undefined || token === '') throw new Error(`${cache} let somebody in without a token`)
    return token
  })
}

function tell(message: AppServerMessage): void {
  process.send?.(message)
}
