import { fileURLToPath } from 'node:url'
import type { Emulator } from '@imkit-auth/emulator'
import express, { type Express } from 'express'
import type { AppProcess } from './app-process.js'
import { balancer } from './balancer.js'

const PAGE = fileURLToPath(new URL('../public/index.html', import.meta.url))

/** What browsers connect to: the page, a look behind the scenes for it, and for everything else the balancer. */
export function createFront(processes: readonly AppProcess[], emulator: Emulator): Express {
  let accepts = true
  const scene = () => ({
    processes: processes.map(({ name, pid, port }) => ({ name, pid, up: port !== undefined })),
    chatServer: {
      up: accepts,
      issues: emulator.requests().filter(({ method, path }) => `${method} ${path}` === 'POST /admin/clients').length,
      liveTokens: emulator.clients().reduce((sum, { tokens }) => sum + tokens.length, 0),
    },
  })

  const front = express().disable('x-powered-by')
  front.get('/', (_req, res) => {
    res.sendFile(PAGE)
  })
  front.get('/scene', (_req, res) => {
    res.json(scene())
  })
  front.post('/scene/kill', express.json(), (req, res) => {
    processes.find(({ name }) => name === req.body?.name)?.kill()
    res.json(scene())
  })
  front.post('/scene/chat-server', express.json(), async (req, res) => {
    if (typeof req.body?.up === 'boolean') await emulator.accept((accepts = req.body.up))
    res.json(scene())
  })
  front.use(balancer(() => processes.flatMap(({ port }) => port ?? [])))
  return front
}
