import { createLog, type Log } from './log.js'
import { readSettings, type Settings, USAGE } from './settings.js'
import { type RunningService, startService } from './start.js'

const BAD_USAGE = 2

/** The command `imkit-auth-service`: runs until SIGINT or SIGTERM; exit code 2 for bad settings, 1 when it cannot listen. */
export async function main(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<void> {
  try {
    const settings = readSettings(args, env)
    if (settings === 'help') return console.log(USAGE)
    await run(settings, createLog(settings.logLevel, console.log))
  } catch (error) {
    const bad = error instanceof TypeError
    console.error(`imkit-auth-service: ${messageOf(error)}${bad ? ' (--help shows every setting)' : ''}`)
    process.exitCode = bad ? BAD_USAGE : 1
  }
}

async function run(settings: Settings, log: Log): Promise<void> {
  const service = await startService(settings, log)
  log.write('info', 'listening', {
    url: service.url,
    verify: `POST ${service.url}/verify${settings.verifySecrets.length > 0 ? '/<secret>' : ''}`,
  })
  if (settings.verifySecrets.length === 0) {
    log.write('warn', 'VERIFY_PATH_SECRET is not set: whoever reaches this service may ask whose a token is')
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(service, log, signal))
}

async function stop(service: RunningService, log: Log, signal: string): Promise<void> {
  log.write('info', 'closing', { signal })
  await service.close()
  log.write('info', 'closed')
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  const { code, port } = error as NodeJS.ErrnoException & { port?: number }
  return code === 'EADDRINUSE'
    ? `port ${port} is in use: choose another one with --port`
    : (error.message.split('\n', 1)[0] ?? '')
}
