import { createChatServer } from './chat-server.js'
import { createControl } from './control.js'
import { liveClients } from './documents.js'
import type { Emulator } from './emulator.js'
import { listen } from './listener.js'
import { type EmulatorOptions, resolveOptions } from './options.js'
import { createTokenIssuer } from './token-issuer.js'

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
  const issuer = await createTokenIssuer(settings.tokenDays)
  const start = () => createChatServer(settings, issuer, () => emulator.controlUrl)
  let server = start()

  const chat = await listen(settings.host, settings.port, (request, response) => server.handle(request, response))
  const control = await listen(
    '127.0.0.1',
    settings.controlPort,
    createControl(() => emulator),
  ).catch(async (error: unknown) => {
    await chat.accept(false)
    throw error
  })

  const emulator: Emulator = {
    url: chat.url,
    controlUrl: control.url,
    apiKey: settings.apiKey,
    clientKey: settings.clientKey,
    now: () => server.clock.now(),
    advance: (ms) => server.clock.advance(ms),
    clients: () => liveClients(server.clients),
    requests: (since = 0) => server.log.after(since),
    fault: (rule) => server.faults.add(rule),
    clearFaults: () => server.faults.clear(),
    settle: () => server.settle(),
    accept: (open) => chat.accept(open),
    async reset() {
      server.drop()
      server = start()
      await chat.accept(true)
    },
    async close() {
      server.drop()
      await Promise.all([chat.accept(false), control.accept(false)])
    },
    [Symbol.asyncDispose]: () => emulator.close(),
  }
  return emulator
}
