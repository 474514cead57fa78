import { cpuTime } from '../cpu-time.js'
import { answer } from './answers.js'

// Comes into every server's process before the server, which need not know of it.

answer({ cpuTime })
process.on('disconnect', () => process.exit())
