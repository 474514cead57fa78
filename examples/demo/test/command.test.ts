import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

function start(ports: Record<string, string>) {
  const env = { ...process.env, PORT: '0', CHAT_PORT: '0', CONTROL_PORT: '0', ...ports }
  const child = spawn(process.execPath, [main], { env })
  onTestFinished(() => void child.kill('SIGKILL'))
  return { child, exited: once(child, 'exit'), printed: once(child.stdout, 'data'), complaint: text(child.stderr) }
}

async function takenPort() {
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  onTestFinished(() => void squatter.close())
  return (squatter.address() as AddressInfo).port
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'prints addresses that answer, and %s ends everything',
  { timeout: 20_000 },
  async (signal) => {
    const { child, exited, printed, complaint } = start({})
    const banner = String(await printed)
    const addresses = ['Demo', 'Chat server', 'Its control'].map(
      (label) => new RegExp(`${label} +(http:\\S+)`).exec(banner)?.[1] ?? label,
    )
    const [demo = '', chatServer = '', control = ''] = addresses
    expect(await (await fetch(demo)).text()).toContain('<title>imkit-auth demo</title>')
    expect((await fetch(`${chatServer}/me`)).status).toBe(401)
    expect((await fetch(control)).status).toBe(200)

    const farewell = once(child.stdout, 'data')
    child.kill(signal)
    expect(String(await farewell)).toContain('Stopped')
    expect(await exited).toEqual([0, null])
    expect(await complaint).toBe('')
    for (const address of addresses) await expect(fetch(address)).rejects.toThrow('fetch failed')
  },
)

test.each(['PORT', 'CHAT_PORT', 'CONTROL_PORT'])('names %s when that port is in use, and ends', async (name) => {
  const port = await takenPort()
  const { exited, complaint } = start({ [name]: String(port) })
  expect(await complaint).toMatch(new RegExp(`^\\s*Port ${port} is in use\\. .* ${name}=\\d+ npm start\\s*$`))
  expect(await exited).toEqual([1, null])
})

test.each([
  [{ PORT: 'many' }, 'PORT must be a port, a number from 0 to 65535; it is "many".'],
  [{ PORT: '4100', CHAT_PORT: '4100' }, 'PORT and CHAT_PORT are both 4100; they must differ.'],
])('refuses %o', async (ports, message) => {
  const { exited, complaint } = start(ports)
  expect((await complaint).trim()).toBe(message)
  expect(await exited).toEqual([1, null])
})
