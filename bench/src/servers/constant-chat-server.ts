import { createServer } from 'node:http'
import { addressOf, announce } from './answers.js'
import { issueDocument } from './issue-document.js'

// Answers everything with the same document, and looks at nothing: what HTTP itself costs.

const DOCUMENT = JSON.stringify(issueDocument('user-0000000'))

const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
    response.end(DOCUMENT)
  })
})
server.listen(0, '127.0.0.1', () => announce(addressOf(server)))
