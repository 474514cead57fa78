import { Readable } from 'node:stream'
import type { Scene } from './scene.js'

/** Asks the token route for amy's token, as a binding does, and looks at the answer: no more than her token may be there. */
export async function askForToken({ handler, lane, attempt, sinks, look }: Scene, body: object): Promise<void> {
  const stream = Readable.from([])
  const answer = await attempt(handler.token({ user: 'amy' }, { method: 'POST', headers: {}, body, stream }))
  lane.canaries.learn(lane.emulator)
  if (!answer) return
  const sink = answer.status === 200 ? 'token route, credentials' : 'token route, refusal'
  sinks.look(sink, JSON.stringify(answer.body), {
    ...look,
    isAllowed: ({ owner }) => answer.status === 200 && owner === 'amy',
  })
  sinks.look('token route, headers', JSON.stringify(answer.headers), look)
  if (answer.headers['cache-control'] !== 'no-store') sinks.hit(`the token route may be cached, ${look.during}`)
}
