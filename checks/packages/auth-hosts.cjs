const events = require('node:events')
const { createServer } = require('node:http')

/** The auth service in an app of each framework. Resolves to its server. */
module.exports = {
  async node({ authServiceNode }, _frameworks, service) {
    return listening(createServer(authServiceNode.authServiceListener(service)))
  },
  async express({ authServiceExpress }, { createExpress }, service) {
    return listening(createExpress().use(authServiceExpress.authServiceHandler(service)))
  },
  async koa({ authServiceKoa }, { Koa }, service) {
    return listening(new Koa().use(authServiceKoa.authServiceMiddleware(service)))
  },
  async nestjs({ authServiceNest }, { NestFactory }, _service, options) {
    class App {}
    const imports = [authServiceNest.AuthServiceModule.forRoot(options)]
    const app = await NestFactory.create({ module: App, imports }, { logger: false })
    await app.listen(0, '127.0.0.1')
    return app.getHttpServer()
  },
}

async function listening(app) {
  const server = app.listen(0, '127.0.0.1')
  await events.once(server, 'listening')
  return server
}
