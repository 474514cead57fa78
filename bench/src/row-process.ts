import { hold } from './contest.js'
import type { Message } from './messages.js'
import { ROWS } from './rows/index.js'

// One row in a process of its own: what it leaves in the heap, in compiled code and in sockets troubles no other.

const [name, rounds] = process.argv.slice(2)
const row = ROWS.find((one) => one.name === name)
if (!row) throw new Error(`there is no row "${name}"`)

for await (const contest of row.contests()) {
  const { title } = contest
  await send({
    kind: 'result',
    result: await hold(contest, Number(rounds), (round) => send({ kind: 'round', title, round })),
  })
}
await send({ kind: 'end' })
// Not every peer can be closed.
process.exit(0)

function send(message: Message): Promise<void> {
  return new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()))
}
