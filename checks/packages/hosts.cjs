const { listening, listeningNest } = require('./listening.cjs')

/** An app of each framework that offers `POST /chat/token` to somebody who is logged in. Resolves to its server. */
module.exports = {
  async express({ imkitChat }, { createExpress }, tokens, identify) {
    return listening(createExpress().use(imkitChat(tokens, { identify }).token()))
  },
  async koa({ imkitChat }, { Koa }, tokens, identify) {
    return listening(new Koa().use(imkitChat(tokens, { identify }).token()))
  },
  async nestjs({ ImkitChatModule }, { NestFactory }, tokens, identify) {
    return listeningNest(NestFactory, ImkitChatModule.forRoot({ tokens, identify }))
  },
}
