import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ContestResult, Row } from './contest.js'
import type { Message } from './messages.js'

const PROCESS = fileURLToPath(new URL('row-process.js', import.meta.url))

/** Holds the contests of a row in a process of its own. @throws Error when that ends before its work is done. */
export function runRow(
  { name }: Row,
  rounds: number,
  onRound: (title: string, round: number) => void,
): Promise<readonly ContestResult[]> {
  const results: ContestResult[] = []
  // Whatever a peer prints is no result.
  const child = fork(PROCESS, [name, String(rounds)], { execArgv: ['--expose-gc'], stdio: ['ignore', 2, 2, 'ipc'] })
  return new Promise((resolve, reject) => {
    child.on('message', (message: Message) => {
      if (message.kind === 'round') onRound(message.title, message.round)
      if (message.kind === 'result') results.push(message.result)
      if (message.kind === 'end') resolve(results)
    })
    child.on('error', reject)
    child.on('exit', (code, signal) =>
      reject(new Error(`row ${name} ended early, with ${signal ?? `exit code ${code}`}`)),
    )
  })
}
