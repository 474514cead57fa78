import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as after } from 'node:timers/promises'
import { addressOf, announce, answer } from './answers.js'
import { issueDocument } from './issue-document.js'
import type { CommonAnswers } from './server-process.js'

/** What a chat server that is far away can be asked. */
export interface SlowChatServerAnswers extends CommonAnswers {
  /** Closes all connections and counts from 0 again. Done when the other side has closed them as well. */
  readonly reset: null
  readonly counts: { readonly calls: number; readonly connections: number }
}

/** How long everybody waits for an answer, in ms. */
const LATENCY = Number(process.argv[2])

const sockets = new Set<Socket>()
let calls = 0
let connections = 0

const server = createServer((request, response) => void issue(request, response))
server.on('connection', (socket) => {
  connections += 1
  sockets.add(socket)
  socket.once('close', () => sockets.delete(socket))
})
// Room for everybody who knocks at once: who is turned away knocks again a second later.
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => announce(addressOf(server)))

answer({
  async reset(): Promise<SlowChatServerAnswers['reset']> {
    for (const socket of sockets) socket.end()
    while (sockets.size > 0) await after(1)
    calls = 0
    connections = 0
    return null
  },
  counts: (): SlowChatServerAnswers['counts'] => ({ calls, connections }),
})

async function issue(request: IncomingMessage, response: ServerResponse): Promise<void> {
  calls += 1
  const due = after(LATENCY)
  const { _id: id, issueAccessToken } = (await json(request)) as {
    readonly _id: string
    readonly issueAccessToken: boolean
  }
  const asked = request.method === 'POST' && request.url === '/admin/clients' && issueAccessToken
  await due
  response.writeHead(asked ? 200 : 404, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(asked ? issueDocument(id) : { RC: 404 }))
}
