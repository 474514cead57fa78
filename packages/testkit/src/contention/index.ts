export type { Refusal } from './messages.js'
export type { Round } from './round.js'
export { type ContentionOptions, type ContentionReport, runContention } from './run-contention.js'
