import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'

/** Answers the questions of the process that has started this one, each with what its function says then. */
export function answer(answers: Readonly<Record<string, () => unknown>>): void {
  process.on('message', (question: string) => {
    const say = answers[question]
    if (say) void reply(say)
  })
}

/** Says where this process can be reached, as `imkit-auth-service` does: in a line of JSON. */
export function announce(url: string): void {
  console.log(JSON.stringify({ url }))
}

export function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function reply(say: () => unknown): Promise<void> {
  process.send?.({ answer: await say() })
}
