import { bindingMatrix } from '@imkit-auth/testkit'
import { startApp } from './app.js'

bindingMatrix(startApp)
