const events = require('node:events')

/** Starts an app on a free port. Resolves to its server. */
async function listening(app) {
  const server = app.listen(0, '127.0.0.1')
  await events.once(server, 'listening')
  return server
}

/** Starts a Nest app around a module on a free port. Resolves to its server. */
async function listeningNest(NestFactory, imported) {
  class App {}
  const app = await NestFactory.create({ module: App, imports: [imported] }, { logger: false })
  await app.listen(0, '127.0.0.1')
  return app.getHttpServer()
}

module.exports = { listening, listeningNest }
