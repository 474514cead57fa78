// The chat server of memory.mjs: it issues tokens of 300 characters and remembers nothing.
import { createServer } from 'node:http'

const expirationDate = new Date(Date.now() + 7 * 86_400_000).toISOString()
let issued = 0

const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    const { _id } = JSON.parse(body)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ _id, token: `${issued++}-`.padEnd(300, 'x'), expirationDate }))
  })
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
