import { createGzip, type Gzip } from 'node:zlib'
import type { RequestHandler } from 'express'

/** Takes over `write` and `end` as the package `compression` does: what is longer than 100 bytes, or of unknown length. */
export const gzip: RequestHandler = (req, res, next) => {
  const write = res.write.bind(res) as (chunk: unknown, encoding?: unknown) => boolean
  const end = res.end.bind(res) as (...args: unknown[]) => typeof res
  const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => typeof res
  let decided = false
  let zip: Gzip | undefined
  let ended = false

  const begin = () => {
    zip = createGzip()
    res.setHeader('Content-Encoding', 'gzip').removeHeader('Content-Length')
    zip.on('data', (chunk) => write(chunk) || zip?.pause()).on('end', () => end())
    res.on('drain', () => zip?.resume())
  }
  const decide = () => {
    if (decided) return
    decided = true
    if (req.method !== 'HEAD' && Number(res.getHeader('Content-Length') ?? Infinity) > 100) begin()
  }
  const implicitHeader = () => {
    if (!res.headersSent) res.writeHead(res.statusCode)
  }
  res.writeHead = (...args: unknown[]) => {
    decide()
    return writeHead(...args)
  }
  res.write = (chunk: unknown, encoding?: unknown) => {
    if (ended) return false
    implicitHeader()
    return zip ? zip.write(chunk, encoding as 'utf8') : write(chunk, encoding)
  }
  res.end = (...args: unknown[]) => {
    if (ended) return res
    implicitHeader()
    if (!zip) return end(...args)
    ended = true
    zip.end(...(args as []))
    return res
  }
  next()
}
