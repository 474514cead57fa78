import { text } from 'node:stream/consumers'
import { createChatTokens, issue } from '@imkit-auth/core'

/** What the child gets on its standard input: neither its arguments nor its environment hold a secret. */
export interface CrashOrder {
  readonly serverUrl: string
  readonly apiKey: string
}

// An app that prints whatever it has, and dies of a rejection that nobody handles.
const { serverUrl, apiKey } = JSON.parse(await text(process.stdin)) as CrashOrder
const say = (name: string, value: unknown) => process.stdout.write(`\n---${name}---\n${JSON.stringify(value)}`)
const log: unknown[] = []
const tokens = createChatTokens({
  serverUrl,
  apiKey,
  mode: issue(),
  deadline: 500,
  logger: { warn: (m) => log.push(m) },
})
const died = tokens.login({ id: 'amy' })
const error: unknown = await died.catch((reason: unknown) => reason)
process.emitWarning(error instanceof Error ? error : 'nothing was thrown')
say('environment', process.env)
say('title and arguments', [process.title, process.argv, process.execArgv])
say('diagnostic report', process.report.getReport(error instanceof Error ? error : undefined))
void Promise.reject(error)
