import { bindingMatrix } from '@imkit-auth/testkit'
import { startFastifyApp } from './fastify-app.js'

bindingMatrix(startFastifyApp)
