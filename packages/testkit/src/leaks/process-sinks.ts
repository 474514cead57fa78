import { execFile } from 'node:child_process'
import { channel } from 'node:diagnostics_channel'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createChatTokens, issue } from '@imkit-auth/core'
import type { Lane } from './lane.js'
import { ASTRAY, type ProcessTaps } from './process-taps.js'
import type { Sinks } from './sinks.js'

const run = promisify(execFile)

/**
 * Lets errors of ours go where nobody handles them, which shows that the taps work; until now nothing may have gone there.
 * While nothing else runs.
 */
export async function goAstray([lane]: readonly Lane[], taps: ProcessTaps, sinks: Sinks): Promise<void> {
  for (const text of ASTRAY.flatMap((sink) => taps.said.get(sink) ?? [])) sinks.hit(`went astray: ${text}`)
  if (!lane) return
  const { emulator, canaries } = lane
  const apiKey = canaries.apiKey.value
  const tokens = createChatTokens({ serverUrl: emulator.url, apiKey, mode: issue(), deadline: 200 })
  await emulator.accept(false)
  const error: unknown = await tokens.login({ id: 'amy' }).catch((reason: unknown) => reason)
  void Promise.reject(error)
  process.emitWarning(error as Error)
  channel('imkit-auth:control').publish({ tokens, error })
  setTimeout(() => {
    throw error
  }, 0)
  await tokens.close({ withinMs: 0 })
  await emulator.accept(true)
  await sleep(20)
}

/** Looks at what belongs to this process rather than to an app in it, and at what its children inherit. */
export async function lookAtProcess(sinks: Sinks, taps: ProcessTaps, lanes: readonly Lane[]): Promise<void> {
  const everybodys = lanes.map(({ canaries }) => canaries)
  const look = (sink: string, text: string) => sinks.lookForAny(sink, text, everybodys)
  for (const [sink, said] of taps.said) look(sink, said.join('\n'))
  const { stdout } = await run(process.execPath, ['-p', 'JSON.stringify([process.env, process.argv, process.title])'])
  look("a child's environment", stdout)
  look('process environment', JSON.stringify(process.env))
  look('process title and arguments', JSON.stringify([process.title, process.argv, process.execArgv]))
}
