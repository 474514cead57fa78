const events = require('node:events')

/** An app of each framework that offers `POST /chat/token` to somebody who is logged in. Resolves to its server. */
module.exports = {
  async express({ imkitChat }, { createExpress }, tokens, identify) {
    return listening(createExpress().use(imkitChat(tokens, { identify }).token()))
  },
  async koa({ imkitChat }, { Koa }, tokens, identify) {
    return listening(new Koa().use(imkitChat(tokens, { identify }).token()))
  },
  async nestjs({ ImkitChatModule }, { NestFactory }, tokens, identify) {
    class App {}
    const imports = [ImkitChatModule.forRoot({ tokens, identify })]
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
