const { createServer } = require('node:http')
const { listening, listeningNest } = require('./listening.cjs')

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
    return listeningNest(NestFactory, authServiceNest.AuthServiceModule.forRoot(options))
  },
}
