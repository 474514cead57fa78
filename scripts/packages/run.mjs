import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/**
 * What would silence a warning or an error, what would configure an app's chat, and what npm tells its scripts about the folder
 * they were started in.
 */
const UNWANTED =
  /^(NODE_OPTIONS|NODE_NO_WARNINGS|IM(KIT)?_.*|npm_(config_(local_prefix|loglevel)|package_.*|lifecycle_.*))$/

/** Runs a command to its end. Never throws: a command that cannot be started, or takes too long, has a `code` of null. */
export async function run(command, args, { cwd, env: more = {}, timeout = 300_000 } = {}) {
  const ours = Object.entries(process.env).filter(([name]) => !UNWANTED.test(name))
  const env = { ...Object.fromEntries(ours), ...more }
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout, killSignal: 'SIGKILL' })
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, reason: error.message }))
    child.once('close', (code) => resolve({ code, reason: code === null ? `no end after ${timeout / 1000} s` : '' }))
  })
  const [stdout, stderr, { code, reason }] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr, output: [reason, stderr.trim(), stdout.trim()].filter(Boolean).join('\n') }
}

/** Runs a command that has to succeed. @throws Error with all it printed, when it does not. */
export async function mustRun(command, args, options) {
  const result = await run(command, args, options)
  if (result.code !== 0) throw new Error(result.output)
  return result
}
