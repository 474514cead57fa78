import { commandContract } from '@imkit-auth/testkit'

commandContract(new URL('../dist/main.js', import.meta.url))
