import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCluster, withoutRedis } from './run-cluster.js'

const executablePath = process.env['CHROMIUM_PATH'] || '/usr/bin/chromium'
const installed = existsSync(executablePath)
if (!installed) {
  console.warn(`
  SKIPPED: the cluster's page is not tested, because there is no Chromium at ${executablePath}.
  Install it with "apt-get install -y chromium", or set CHROMIUM_PATH to one.
`)
}
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

describe.skipIf(!installed || withoutRedis())('the page', () => {
  let cluster: Awaited<ReturnType<typeof runCluster>>
  let browser: Browser
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    cluster = await runCluster()
    browser = await chromium.launch({ executablePath, args })
    page = await browser.newPage()
    page.setDefaultTimeout(15_000)
    page.on('pageerror', (error) => problems.push(error.message))
    await page.goto(cluster.url)
  })
  afterAll(async () => {
    await browser.close()
    await cluster.stop()
  })

  const click = (name: string) => page.getByRole('button', { name, exact: true }).click()
  const notice = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor()
  const pidOf = (name: string) => page.locator(`#process-${name} .state`).textContent()

  test('shows who answers, one token, one issue, and what a death does not change', async () => {
    await click('Amy')
    await notice(/Process [AB] logged Amy in/)
    await click('Fetch the token 6×')
    await notice(/The same token, [0-9a-f]{8}, from A \(3×\) and B \(3×\)/)
    await click('Log in 20× at once')
    await notice('20 logins, answered by A (10×) and B (10×): 1 token, 1 issue at the chat server.')

    await click('Kill A')
    await notice('Killed A')
    await click('Fetch the token 6×')
    await notice(/The same token, [0-9a-f]{8}, from B/)
    await page.locator('#process-A .state', { hasText: 'pid' }).waitFor()

    await click('Stop it')
    await notice('refuses connections')
    await click('Log out')
    await notice('the revocation is pending')
    const taker = /Kill ([AB])/.exec(String(await page.getByRole('status').textContent()))?.[1] ?? ''
    const before = await pidOf(taker)
    await click(`Kill ${taker}`)
    await notice(`Killed ${taker}`)
    await click('Start it')
    await page.getByRole('status').filter({ hasText: 'Confirmed' }).waitFor({ timeout: 25_000 })
    expect(await pidOf(taker)).not.toBe(before)
    await click('Fetch the token without a login')
    await notice(/Logged out: that is what/)

    expect(await page.content()).not.toContain('eyJ')
    expect(problems).toEqual([])
  })
})
