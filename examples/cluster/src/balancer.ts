import { request, type RequestListener, type ServerResponse } from 'node:http'

/** Hands each request to the next of the processes that listen, and adds nothing but `x-forwarded-*`. */
export function balancer(ports: () => readonly number[]): RequestListener {
  let turn = 0
  return (req, res) => {
    const listening = ports()
    const port = listening[turn++ % listening.length]
    if (port === undefined) {
      refuse(res, 503, 'No process of the app runs. One is started in two seconds.')
      return
    }
    const headers = {
      ...req.headers,
      connection: 'close',
      'x-forwarded-for': req.socket.remoteAddress,
      'x-forwarded-host': req.headers.host,
      'x-forwarded-proto': 'http',
    }
    const { method, url: path } = req
    const onward = request({ host: '127.0.0.1', port, method, path, headers, agent: false })
    onward.on('response', (answer) => {
      // The connection to the browser is another one.
      delete answer.headers.connection
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('error', () => res.destroy()).pipe(res)
    })
    // It may have acted on the request: only the page can know whether to ask again.
    onward.on('error', () => refuse(res, 502, 'The process that had this request died.'))
    res.on('close', () => onward.destroy())
    req.pipe(onward)
  }
}

function refuse(res: ServerResponse, status: number, error: string): void {
  if (res.headersSent) res.destroy()
  else res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
}
