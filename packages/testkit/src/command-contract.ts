import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { Browser } from './browser.js'

/** What the command of an example app must do: `main` is its built file, which listens on the port that `PORT` says. */
export function commandContract(main: URL, AppBrowser: typeof Browser = Browser): void {
  function start(port: number) {
    const child = spawn(process.execPath, [fileURLToPath(main)], { env: { ...process.env, PORT: String(port) } })
    onTestFinished(() => void child.kill('SIGKILL'))
    return { child, exited: once(child, 'exit'), printed: once(child.stdout, 'data'), complaint: text(child.stderr) }
  }

  test('prints an address that lets amy in, and ends on SIGTERM', async () => {
    const { child, exited, printed, complaint } = start(0)
    const url = /http:\S+/.exec(String(await printed))?.[0] ?? ''
    const { json } = await new AppBrowser(url).post('/login', { username: 'amy', password: 'chat' })
    expect(json).toMatchObject({ user: { id: 'amy' }, chat: { userId: 'amy' } })
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
    expect(await complaint).toBe('')
  })

  test('says that its port is in use and how to choose another, and ends', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as AddressInfo
    const { exited, complaint } = start(port)
    expect(await complaint).toMatch(new RegExp(`^(.*\\n)?Port ${port} is in use\\. .*PORT=.*\\n$`))
    expect(await exited).toEqual([1, null])
    squatter.close()
  })
}
