import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type RunningApp, runApp } from './run-app.js'

const executablePath = process.env['CHROMIUM_PATH'] || '/usr/bin/chromium'
const installed = existsSync(executablePath)
if (!installed) {
  console.warn(`
  SKIPPED: the demo's page is not tested, because there is no Chromium at ${executablePath}.
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
const MINUTE = 60_000

describe.skipIf(!installed)('the page', { timeout: 30_000 }, () => {
  let browser: Browser
  let app: RunningApp
  let page: Page
  let problems: string[]

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args })
  }, 30_000)
  afterAll(() => browser.close())

  beforeEach(async () => {
    app = await runApp({ tokenDays: (5 * MINUTE) / 86_400_000 })
    page = await browser.newPage()
    page.setDefaultTimeout(10_000)
    problems = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) problems.push(message.text())
    })
    await page.clock.install()
    await page.goto(app.url)
  })
  afterEach(async () => {
    await page.close()
    await app.close()
    if (problems.length > 0) throw new Error(problems.join('\n'))
  })

  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const notice = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor()
  const answered = (status: number) => page.locator('#answer-status', { hasText: String(status) }).waitFor()
  const secondsLeft = async () => {
    const [minutes, seconds] = String(await page.getByRole('timer').textContent()).split(':')
    return Number(minutes) * 60 + Number(seconds)
  }
  const tokensOf = (userId: string) =>
    app.emulator
      .clients()
      .filter(({ _id }) => _id === userId)
      .flatMap(({ tokens }) => tokens.map(({ token }) => token))

  async function signIn(name = 'Amy') {
    await button(name).click()
    await notice(`Signed in as ${name}`)
  }

  test('takes a user into the chat and out of it', async () => {
    await signIn()
    const [first = ''] = tokensOf('amy')
    const left = await secondsLeft()
    expect(left).toBeGreaterThan(270)
    await page.clock.runFor(4_000)
    // What is shown may be a tick of the countdown old.
    expect(await secondsLeft()).toBeLessThanOrEqual(left - 3)

    await button('Ask the chat server who I am').click()
    await answered(200)
    expect(await page.locator('#answer-body').textContent()).toContain('"nickname": "Amy"')

    await button('Renew the token').click()
    await answered(401)
    await notice('the old one is refused')
    const [second = ''] = tokensOf('amy')
    expect(second).not.toBe(first)

    await button('Sign out').click()
    await notice('Signed out of the app.')
    expect(tokensOf('amy')).toEqual([])
    await button('Try the old token').click()
    await answered(401)
    await notice('The chat server refuses the old token')

    const shown = await page.content()
    for (const token of [first, second]) expect(shown).not.toContain(token)
    expect(await page.evaluate('localStorage.length + sessionStorage.length')).toBe(0)
  })

  test('can be used with the keyboard alone', async () => {
    await button('Bob').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await notice('Signed in as Bob')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await notice('Signed out')
    await page.keyboard.press('Enter')
    await answered(401)
  })

  test('lets nobody in with a wrong password', async () => {
    await page.getByLabel('Password').fill('wrong')
    await button('Cleo').click()
    await notice('Wrong password')
    expect(app.emulator.requests()).toEqual([])
  })

  test('fetches the token again after a reload', async () => {
    await signIn()
    await page.reload()
    await notice('Amy is in the chat')
    await button('Ask the chat server who I am').click()
    await answered(200)
  })

  test('fetches the next token before this one expires', async () => {
    await signIn()
    const [first] = tokensOf('amy')
    app.emulator.advance(4.6 * MINUTE)
    await page.clock.runFor(4.6 * MINUTE)
    await notice('The token was about to expire')
    expect(tokensOf('amy')).toHaveLength(2)
    expect(tokensOf('amy')[0]).toBe(first)
    expect(await secondsLeft()).toBeGreaterThan(270)
  })

  test('says how long to wait when it renews too often', async () => {
    await signIn()
    await button('Renew the token').click()
    await notice('the old one is refused')
    await button('Renew the token').click()
    await notice(/Renewed too often: the app asks to wait \d+ seconds/)
    expect(await button(/Renew again in 0:\d\d/).isDisabled()).toBe(true)
  })

  test('waits for a chat server that is not available', async () => {
    await app.emulator.accept(false)
    await button('Amy').click()
    await notice(/You are signed in; the chat is not available yet\. Asking again in \d+ seconds\./)
    await app.emulator.accept(true)
    await vi.waitFor(
      async () => {
        await page.clock.runFor(1_000)
        expect(await page.locator('#identity-badge').textContent()).toBe('In the chat')
      },
      { timeout: 20_000 },
    )
    await button('Ask the chat server who I am').click()
    await answered(200)
  })

  test('shows that a token is revoked as soon as the chat server is back', async () => {
    await signIn()
    await app.emulator.accept(false)
    await button('Sign out').click()
    await notice('Signed out')
    await button('Try the old token').click()
    await notice('The chat server cannot be reached')
    await app.emulator.accept(true)
    await vi.waitFor(() => expect(tokensOf('amy')).toEqual([]), { timeout: 20_000 })
    await button('Try the old token').click()
    await answered(401)
  })
})
