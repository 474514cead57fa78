import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { authService, says } from './auth-service.js'
import { admin, call } from './call.js'
import { started } from './started.js'

const command = fileURLToPath(new URL('../bin/imkit-emulator.js', import.meta.url))

interface Run {
  readonly stdout: () => string
  readonly stderr: () => string
  readonly stop: (signal: NodeJS.Signals) => void
  /** The exit code. */
  readonly ended: Promise<number | null>
}

function run(...args: string[]): Run {
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    stop: (signal) => child.kill(signal),
    ended: once(child, 'close').then(([code]) => code as number | null),
  }
}

describe('imkit-emulator', () => {
  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])('says where it is and ends cleanly on %s', async (signal) => {
    const emulator = run('--port', '0', '--control-port', '0', '--api-key', 'cli-api-key', '--client-key', 'cli-client')
    await expect.poll(emulator.stdout, { timeout: 10_000 }).toContain('Ctrl-C')
    const [url = '', controlUrl = ''] = emulator.stdout().match(/http:\/\/127\.0\.0\.1:\d+/g) ?? []
    expect(emulator.stdout()).toContain('cli-client')
    const reply = await call(url, 'GET /admin/clients', { headers: { 'IM-API-KEY': 'cli-api-key' } })
    expect(reply.status).toBe(200)
    expect((await call(controlUrl, 'GET /')).body).toMatchObject({ url, controlUrl })
    const body = { match: 'GET /me', kind: 'act-late', ms: 3_600_000 }
    expect((await call(controlUrl, 'POST /faults', { body })).status).toBe(200)
    const late = call(url, 'GET /me').catch((error: unknown) => String(error))
    await expect
      .poll(async () => (await call(controlUrl, 'GET /requests?since=1')).body)
      .toMatchObject({
        requests: [{ status: 0 }],
      })
    emulator.stop(signal)
    expect(await emulator.ended).toBe(0)
    expect(await late).toContain('socket hang up')
  })

  it('passes its flags on', async () => {
    const child = run(
      '--port=0',
      '--control-port=0',
      '--dialect=bare',
      '--single-token',
      '--conflict-on-existing',
      '--ignore-delete-body',
      '--strict',
      '--rate-limit=4',
      '--token-days=0.5',
    )
    await expect.poll(child.stdout, { timeout: 10_000 }).toContain('Ctrl-C')
    const [url = ''] = child.stdout().match(/http:\/\/127\.0\.0\.1:\d+/g) ?? []
    const headers = { 'IM-API-KEY': 'local-api-key' }
    const body = { _id: 'amy', nickname: 'Amy', issueAccessToken: true }
    const first = await call(url, 'POST /admin/clients', { headers, body })
    expect(first.body).toMatchObject({ _id: 'amy' })
    const { expirationDate } = first.body as { expirationDate: string }
    expect(Date.parse(expirationDate) - Date.now()).toBeLessThan(43_200_001)
    expect((await call(url, 'POST /admin/clients', { headers, body })).status).toBe(409)
    expect((await call(url, 'POST /admin/clients', { headers, body: { _id: 'bob' } })).status).toBe(400)
    const revoked = await call(url, 'DELETE /admin/clients/amy/token', { headers, body: { token: 'other' } })
    expect(revoked.body).toMatchObject({ revokedTokens: 1 })
    expect((await call(url, 'GET /admin/clients', { headers })).status).toBe(429)
  })

  it('passes the URL of an auth service on', async () => {
    const { url: verifyUrl } = await authService(says(200, { id: 'amy' }))
    const child = run('--port=0', '--control-port=0', '--auth-verify-url', verifyUrl)
    await expect.poll(child.stdout, { timeout: 10_000 }).toContain('Ctrl-C')
    const [url = ''] = child.stdout().match(/http:\/\/127\.0\.0\.1:\d+/g) ?? []
    const headers = { 'IM-CLIENT-KEY': 'local-client-key', 'IM-Authorization': 'mine' }
    expect((await call(url, 'GET /me', { headers })).body).toMatchObject({ result: { _id: 'amy' } })
    child.stop('SIGINT')
    expect(await child.ended).toBe(0)
  })

  it('names a port that is in use', async () => {
    const other = await started()
    const { port } = new URL(other.url)
    for (const flag of ['--port', '--control-port']) {
      const child = run('--port', '0', '--control-port', '0', flag, port)
      expect(await child.ended).toBe(1)
      expect(child.stderr()).toContain(`port ${port} `)
      expect(child.stderr().trim().split('\n')).toHaveLength(1)
    }
    expect((await admin(other, 'GET /admin/clients')).status).toBe(200)
  })

  it.each([
    ['--unknown'],
    ['--port=abc'],
    ['--port='],
    ['--port=70000'],
    ['--control-port=-1'],
    ['--dialect=json'],
    ['--rate-limit=many'],
    ['--token-days=0'],
    ['--api-key='],
    ['--strict=yes'],
    ['--auth-verify-url=nowhere'],
  ])('names the bad flag in %s', async (flag) => {
    const child = run(flag)
    expect(await child.ended).toBe(2)
    expect(child.stderr()).toContain(flag.split('=')[0])
    expect(child.stderr().trim().split('\n')).toHaveLength(1)
    expect(child.stdout()).toBe('')
  })

  it('explains itself', async () => {
    const child = run('--help')
    expect(await child.ended).toBe(0)
    expect(child.stdout()).toContain('--conflict-on-existing')
  })
})
