import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** What the process of every server can be asked. */
export interface CommonAnswers {
  /** What all of its threads have computed so far, in ms. */
  readonly cpuTime: number
}

/** A server in a process of its own: it neither takes time from those who are measured nor waits for them. */
export interface ServerProcess<Answers = CommonAnswers> {
  readonly url: string
  readonly ask: <Question extends keyof Answers & string>(question: Question) => Promise<Answers[Question]>
  readonly stop: () => Promise<void>
}

export interface ServerCommand {
  /** A module of this folder, by its name, or any other. */
  readonly module: string | URL
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const PROBE = new URL('cpu-probe.js', import.meta.url)

/** Starts a server that says in a line of JSON where it listens. @throws Error when it ends before that. */
export async function startServer<Answers extends CommonAnswers = CommonAnswers>({
  module,
  args = [],
  env = {},
}: ServerCommand): Promise<ServerProcess<Answers>> {
  const file = typeof module === 'string' ? new URL(`${module}.js`, import.meta.url) : module
  const child = fork(file, args, {
    execArgv: ['--expose-gc', '--import', PROBE.href],
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 2, 'ipc'],
  })
  const url = await addressOf(child)
  const ended = once(child, 'exit')
  return {
    url,
    async ask<Question extends keyof Answers & string>(question: Question) {
      const answered = once(child, 'message')
      child.send(question)
      const [answer] = await Promise.race([answered, ended.then(() => [undefined])])
      if (answer === undefined) throw new Error(`${file.pathname} ended and has not answered "${question}"`)
      return (answer as { readonly answer: Answers[Question] }).answer
    },
    async stop() {
      child.kill()
      await ended
    },
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('a server needs a standard output')
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const { url } = JSON.parse(line) as { url?: string }
      if (url !== undefined) return url
    }
  } finally {
    // What else it prints is not read, and must not block it.
    child.stdout.resume()
  }
  throw new Error(`${child.spawnargs.slice(1).join(' ')} ended without having listened`)
}
