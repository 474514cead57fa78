import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Report } from './reports.js'

/** A server in a process of its own: it neither takes time from those who are measured nor waits for them. */
export interface ServerProcess<Answers> {
  readonly url: string
  readonly ask: <Question extends keyof Answers & string>(question: Question) => Promise<Answers[Question]>
  readonly stop: () => Promise<void>
}

/** Starts a module of this folder, by its name. @throws Error when the process ends before it listens. */
export async function startServer<Answers>(
  module: string,
  args: readonly string[] = [],
): Promise<ServerProcess<Answers>> {
  const path = fileURLToPath(new URL(`${module}.js`, import.meta.url))
  const child = fork(path, args, { execArgv: ['--expose-gc'], stdio: ['ignore', 2, 2, 'ipc'] })
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${module} ended early, with ${String(signal ?? `exit code ${code}`)}`)
  })
  ended.catch(() => {})
  const next = (): Promise<Report> =>
    Promise.race([once(child, 'message').then(([message]) => message as Report), ended])
  const started = await next()
  if (!('url' in started)) throw new Error(`${module} said something before it listened`)
  return {
    url: started.url,
    async ask<Question extends keyof Answers & string>(question: Question) {
      const answered = next()
      child.send(question)
      const answer = await answered
      if (!('answer' in answer)) throw new Error(`${module} cannot answer "${question}"`)
      return answer.answer as Answers[Question]
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill()
      await ended.catch(() => {})
    },
  }
}
