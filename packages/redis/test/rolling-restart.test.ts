import { nginxMissing, rollingRestart } from '@imkit-auth/testkit/rolling-restart'
import { expect, test } from 'vitest'
import { skipWithout } from './without-redis.js'

function skipWithoutNginx(): boolean {
  const missing = nginxMissing()
  if (missing !== undefined) process.stderr.write(`${missing}\n`)
  return missing !== undefined
}

/** `npm run rolling-restart` does it ten times as long. */
test.skipIf(skipWithout() || skipWithoutNginx())(
  'no logout, no chat of a login and no request is lost while three processes behind nginx restart',
  { timeout: 90_000 },
  async () => {
    const report = await rollingRestart({ logins: 200, restarts: 3, concurrency: 16 })
    expect(report).toMatchObject({
      logoutsLost: 0,
      loginsWithoutChat: 0,
      answers502: 0,
      failures: {},
      accidents: [],
      logins: report.visits,
      logouts: report.visits,
    })
    expect(report.restarts).toBeGreaterThanOrEqual(3)
    expect(report.visits).toBeGreaterThanOrEqual(200)
  },
)
