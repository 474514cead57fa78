import { bindingContract } from '@imkit-auth/testkit'
import { afterAll, beforeAll } from 'vitest'
import { type RunningApp, runApp } from './run-app.js'

let app: RunningApp

beforeAll(async () => {
  app = await runApp()
})
afterAll(() => app.close())

bindingContract(() => app.url)
