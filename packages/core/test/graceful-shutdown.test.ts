import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gracefulShutdown } from '@imkit-auth/core'
import { onTestFinished, describe, expect, test, vi } from 'vitest'

const REQUEST = 'GET / HTTP/1.1\r\nhost: app\r\n\r\n'

/** A server that is about to be shut down. */
async function serving(handle: RequestListener, options?: { withinMs: number }) {
  const server = createServer(handle)
  const tokens = {
    close: vi.fn<(options?: { withinMs?: number }) => Promise<{ pending: [] }>>(async () => ({ pending: [] })),
  }
  const shutDown = gracefulShutdown(server, tokens, options)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  onTestFinished(() => server.close().closeAllConnections())
  return { server, tokens, shutDown, open: () => Client.open(port), port }
}

/** One connection, and all that came over it. */
class Client {
  heard = ''
  ended = false
  readonly #socket: Socket

  private constructor(socket: Socket) {
    this.#socket = socket.on('error', () => {})
    socket.on('data', (data) => (this.heard += String(data)))
    socket.on('close', () => (this.ended = true))
  }

  static async open(port: number): Promise<Client> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Client(socket)
  }

  /** Sends a request and waits for its answer. */
  async ask(): Promise<string> {
    const before = this.heard.length
    this.#socket.write(REQUEST)
    await vi.waitUntil(() => this.heard.endsWith('answer') && this.heard.length > before, { timeout: 5_000 })
    return this.heard.slice(before)
  }
}
const answer: RequestListener = (_req, res) => res.end('answer')

describe('gracefulShutdown', () => {
  test('answers what still comes on open connections, tells them to leave, and closes the tokens last', async () => {
    const { shutDown, tokens, open } = await serving(answer)
    const client = await open()
    expect(await client.ask()).not.toContain('Connection: close')
    const done = shutDown()
    await sleep(200)
    expect([client.ended, tokens.close.mock.calls.length]).toEqual([false, 0])
    expect(await client.ask()).toContain('Connection: close')
    expect(await done).toEqual({ pending: [] })
    expect([client.ended, tokens.close.mock.calls.length]).toEqual([true, 1])
    expect(await shutDown()).toBe(await done)
  })

  test('lets a request under way have its answer, the last on its connection', async () => {
    const { shutDown, open } = await serving((_req, res) => setTimeout(() => res.end('answer'), 300))
    const client = await open()
    const asked = client.ask()
    await sleep(50)
    const done = shutDown()
    expect(await asked).toContain('Connection: close')
    await done
  })

  test('takes no new connections', async () => {
    const { shutDown, open, port } = await serving(answer)
    await open()
    const done = shutDown()
    await sleep(100)
    await expect(Client.open(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await done
  })

  test('ends a connection on which nothing happens for a second, and no sooner', async () => {
    const { shutDown, open } = await serving(answer)
    const client = await open()
    await client.ask()
    const began = performance.now()
    await shutDown()
    expect(client.ended).toBe(true)
    expect(performance.now() - began).toBeGreaterThan(900)
    expect(performance.now() - began).toBeLessThan(3_000)
  })

  test('waits for a request that is only half here', async () => {
    const { shutDown, open, port } = await serving(answer)
    await open()
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const heard = once(socket, 'data')
    const done = shutDown()
    for (const part of REQUEST.match(/.{1,6}/gs) ?? []) {
      socket.write(part)
      await sleep(300)
    }
    expect(String(await heard)).toContain('answer')
    await done
  })

  test('gives a request that does not end half of its time, and the tokens the rest', async () => {
    const { shutDown, tokens, open } = await serving(() => {}, { withinMs: 1_000 })
    const client = await open()
    void client.ask().catch(() => {})
    await sleep(50)
    const began = performance.now()
    await shutDown()
    expect(performance.now() - began).toBeLessThan(900)
    const [{ withinMs = 0 } = {}] = tokens.close.mock.calls[0] ?? []
    expect(withinMs).toBeGreaterThan(100)
    expect(withinMs).toBeLessThanOrEqual(500)
  })

  test('ends a server that was closed before, or never listened', async () => {
    const { shutDown, server, open } = await serving(answer)
    const client = await open()
    server.close()
    await shutDown()
    expect(client.ended).toBe(true)
    const silent = gracefulShutdown(createServer(), { close: async () => ({ pending: [] }) })
    expect(await silent()).toEqual({ pending: [] })
  })

  test('ends a server of HTTP/2: what is under way has its answer, and its clients are told to leave', async () => {
    const server = createHttp2Server((_req, res) => setTimeout(() => res.end('answer'), 1_500))
    const shutDown = gracefulShutdown(server, { close: async () => ({ pending: [] }) })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(() => session.destroy())
    const left = once(session, 'close')
    const stream = session.request({ ':path': '/' })
    await once(session, 'remoteSettings')
    await sleep(100)
    const done = shutDown()
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('answer')
    await Promise.all([done, left])
  })

  test('says what it needs', () => {
    const tokens = { close: async () => ({ pending: [] }) }
    expect(() => gracefulShutdown((() => {}) as never, tokens)).toThrow(/what app\.listen\(\) returns/)
    expect(() => gracefulShutdown(createServer(), {} as never)).toThrow(/what createChatTokens\(\) returns/)
  })
})
