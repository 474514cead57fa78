import { connect } from 'node:net'
import { RespReader, respRequest, type RespValue } from './resp.js'

const WITHIN_MS = 10_000

/** Sends one command over a connection of its own. @throws Error with what Redis says when it refuses. */
export function askRedis(port: number, args: readonly string[], withinMs: number = WITHIN_MS): Promise<RespValue> {
  const name = `Redis on port ${port}, asked for ${args.slice(0, 2).join(' ')},`
  return new Promise((resolve, reject) => {
    const reader = new RespReader()
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const slow = setTimeout(() => {
      reject(new Error(`${name} has not answered within ${withinMs} ms`))
      socket.destroy()
    }, withinMs)
    socket.on('connect', () => socket.write(respRequest(args)))
    socket.on('data', (bytes) => {
      const [answer] = reader.read(bytes)
      if (answer === undefined) return
      if (answer.kind === 'error') reject(new Error(`${name} refused: ${String(answer.value)}`))
      else resolve(answer.value)
      socket.destroy()
    })
    socket.on('error', (cause) => reject(new Error(`${name} cannot be reached: ${cause.message}`, { cause })))
    socket.on('close', () => {
      clearTimeout(slow)
      reject(new Error(`${name} has closed the connection`))
    })
  })
}
