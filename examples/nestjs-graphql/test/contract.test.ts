import { issue } from '@imkit-auth/core'
import { bindingAgainst } from '@imkit-auth/testkit'
import { createApp } from '../src/app.js'
import { GraphqlBrowser } from './graphql-browser.js'

bindingAgainst(
  {},
  issue(),
  async (tokens) => {
    const app = await createApp(tokens)
    await app.listen(0, '127.0.0.1')
    return { url: await app.getUrl(), close: () => app.close() }
  },
  GraphqlBrowser,
)
