import { commandContract } from '@imkit-auth/testkit'
import { GraphqlBrowser } from './graphql-browser.js'

commandContract(new URL('../dist/main.js', import.meta.url), GraphqlBrowser)
