import { errorMonitor, type EventEmitter } from 'node:events'

const lastErrors = new WeakMap<object, { error: unknown }>()

/** What a connection of the client failed with last, since the first call. An error that no listener of the app handles stays one. */
export function lastErrorOf(client: object | undefined): unknown {
  if (!client) return undefined
  const known = lastErrors.get(client)
  if (known) return known.error
  const last = { error: undefined as unknown }
  lastErrors.set(client, last)
  const emitter = client as EventEmitter
  emitter.on(errorMonitor, (error) => (last.error = error))
  emitter.on('ready', () => (last.error = undefined))
  return undefined
}
