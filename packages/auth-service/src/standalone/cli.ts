import { createLog, type Log } from './log.js'
import { readSettings } from './read-settings.js'
import { type Settings, USAGE } from './settings.js'
import { startService } from './start.js'

const BAD_SETTINGS = 2

/**
 * The command `imkit-auth-service`: runs until SIGINT or SIGTERM, and ends the process. Exit code 2 for bad settings, 1 when
 * it cannot listen.
 */
export async function main(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<void> {
  try {
    const settings = readSettings(args, env)
    if (settings === 'help') return console.log(USAGE)
    const log = createLog(settings.logLevel, console.log)
    const service = await startService(settings, log)
    // Before anybody is told that it runs: who reads it may end it at once.
    const signalled = firstSignal()
    announce(settings, service.url, log)
    log.write('info', 'closing', { signal: await signalled })
    await service.close()
    log.write('info', 'closed')
    // A connection attempt or a timer may be left.
    process.stdout.write('', () => process.exit(0))
  } catch (error) {
    const bad = error instanceof TypeError
    const [line = ''] = error instanceof Error ? error.message.split('\n', 1) : ['failed']
    const hint = bad ? ' (--help shows every setting)' : ''
    process.stderr.write(`imkit-auth-service: ${line}${hint}\n`, () => process.exit(bad ? BAD_SETTINGS : 1))
  }
}

function announce({ verifySecrets, redisUrl }: Settings, url: string, log: Log): void {
  const path = verifySecrets.length > 0 ? '/verify/<secret>' : '/verify'
  log.write('info', 'listening', { url, verify: `POST ${url}${path}` })
  if (verifySecrets.length === 0) {
    log.write('warn', 'VERIFY_PATH_SECRET is not set: whoever reaches this service may ask whose a token is')
  }
  if (!redisUrl) log.write('warn', 'REDIS_URL is not set: this process alone knows of its tokens, until it ends')
}

/** A second one of the same kind ends the process at once. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
}
