import { readFlags, USAGE } from './cli-flags.js'
import type { Emulator } from './emulator.js'
import { startEmulator } from './start-emulator.js'

const BAD_USAGE = 2

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n', 1)[0] ?? message
}

function announce({ url, controlUrl, apiKey, clientKey }: Emulator): void {
  console.log(`IMKIT chat server emulator, for development only; everything is kept in memory.

  chat server  ${url}
  control      ${controlUrl}
  API key      ${apiKey}  (your server sends it as IM-API-KEY)
  client key   ${clientKey}  (chat clients send it as IM-CLIENT-KEY)

Ctrl-C stops it.`)
}

/** The command `imkit-emulator`: runs until SIGINT or SIGTERM; exit code 2 for bad flags, 1 for a port that is in use. */
export async function main(args: readonly string[]): Promise<void> {
  let options
  try {
    options = readFlags(args)
  } catch (error) {
    console.error(`imkit-emulator: ${messageOf(error)} (--help shows every flag)`)
    process.exitCode = BAD_USAGE
    return
  }
  if (options === 'help') {
    console.log(USAGE)
    return
  }
  try {
    const emulator = await startEmulator(options)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close())
    announce(emulator)
  } catch (error) {
    console.error(`imkit-emulator: ${messageOf(error)}`)
    process.exitCode = 1
  }
}
