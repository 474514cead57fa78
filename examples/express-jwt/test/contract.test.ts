import { issue } from '@imkit-auth/core'
import { bindingAgainst, listening } from '@imkit-auth/testkit'
import { createApp } from '../src/app.js'

bindingAgainst({}, issue(), (tokens) => listening(createApp(tokens).listen(0, '127.0.0.1')))
