// An app in two processes of node:cluster, whose worker tells what it was warned of.
import cluster from 'node:cluster'
import { createChatTokens, issue } from '@imkit-auth/core'

if (cluster.isPrimary) {
  cluster.fork().once('message', (warnings) => process.send(warnings, () => process.exit()))
} else {
  const warnings = []
  const logger = { warn: (message) => warnings.push(message) }
  createChatTokens({ serverUrl: 'https://app.imkit.example', apiKey: 'key', mode: issue(), logger })
  process.send(warnings)
}
