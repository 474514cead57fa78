import { createChatServer } from './chat-server.js'
import { createControl } from './control.js'
import { createDecoy } from './decoy.js'
import { dialects } from './dialect.js'
import { liveClients } from './documents.js'
import type { Emulator } from './emulator.js'
import { listen, type Listener } from './listener.js'
import { type EmulatorOptions, resolveOptions } from './options.js'
import { createTokenIssuer } from './token-issuer.js'

const LOCAL = '127.0.0.1'

/**
 * Starts a local IMKIT Chat Server for development and tests, which keeps everything in memory.
 * @throws TypeError that starts with the name of a bad option; Error that names the port when one is in use.
 * @example
 * const emulator = await startEmulator({ dialect: 'bare' })
 * emulator.fault({ match: 'POST /admin/clients', kind: 'hang', times: 1 })
 * // … let the code under test call emulator.url …
 * await emulator.close()
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const settings = resolveOptions(options)
  const issuer = createTokenIssuer(settings.tokenDays)
  let { authVerifyUrl } = settings
  const neighbours = () => ({ controlUrl: control.url, decoyUrl: elsewhere.url, authVerifyUrl })
  const start = () => createChatServer(settings, issuer, neighbours)
  let server = start()
  const decoy = createDecoy(dialects[settings.dialect], issuer, () => server.clock.now())

  const ports: Listener[] = []
  const shut = () => Promise.all(ports.map((port) => port.accept(false)))
  async function open(...where: Parameters<typeof listen>): Promise<Listener> {
    const port = await listen(...where).catch(async (error: unknown) => {
      await shut()
      throw error
    })
    ports.push(port)
    return port
  }
  const chat = await open(settings.host, settings.port, (request, response) => server.handle(request, response))
  const handleControl = createControl(() => emulator)
  const control = await open(LOCAL, settings.controlPort, handleControl)
  const elsewhere = await open(LOCAL, 0, decoy.handle)

  const emulator: Emulator = {
    url: chat.url,
    controlUrl: control.url,
    apiKey: settings.apiKey,
    clientKey: settings.clientKey,
    now: () => server.clock.now(),
    advance: (ms) => server.clock.advance(ms),
    clients: () => liveClients(server.clients),
    requests: (since = 0) => server.log.after(since),
    redirected: () => decoy.requests(),
    fault: (rule) => server.faults.add(rule),
    clearFaults: () => server.faults.clear(),
    settle: async () => server.clock.settle(),
    accept: (wantOpen) => chat.accept(wantOpen),
    verifyAt(url) {
      authVerifyUrl = resolveOptions({ authVerifyUrl: url }).authVerifyUrl
    },
    async reset() {
      server.drop()
      server = start()
      decoy.forget()
      await chat.accept(true)
    },
    async close() {
      server.drop()
      await shut()
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  }
  return emulator
}
