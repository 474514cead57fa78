import { format, inspect } from 'node:util'
import { reachable } from './reachable.js'
import type { Look, Sinks } from './sinks.js'

/** All that `inspect` can show. */
export function inspected(value: unknown): string {
  const everything = { depth: Infinity, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null }
  return `${inspect(value, everything)}\n${inspect(value, { ...everything, customInspect: false })}`
}

/** Looks at an object the way logs, debuggers and serializers do. */
export function lookAtObject(sinks: Sinks, name: string, value: unknown, look: Look): void {
  sinks.look(`${name}, inspected`, inspected(value), look)
  // In an object, as log lines have it.
  sinks.look(`${name}, as JSON`, JSON.stringify({ value }), look)
  sinks.look(`${name}, all that code can reach`, reachable(value), look)
}

/** Looks at everything that an error tells. */
export function lookAtError(sinks: Sinks, error: unknown, look: Look): void {
  lookAtObject(sinks, 'error', error, look)
  if (!(error instanceof Error)) return sinks.hit(`something that is no error was thrown, ${look.during}`)
  const { own, hidden } = properties(error)
  sinks.look('error, message', error.message, look)
  sinks.look('error, stack', error.stack ?? '', look)
  sinks.look('error, as a string', String(error), look)
  sinks.look('error, causes', causes(error).join('\n'), look)
  sinks.look('error, own enumerable properties', own, look)
  sinks.look('error, own hidden properties', hidden, look)
  sinks.look('error, formatted', format('%s %o %O %j', error, error, error, error), look)
  sinks.look('error, structured clone', inspected(structuredClone(error)), look)
}

function properties(error: object): { own: string; hidden: string } {
  const all = Object.entries(Object.getOwnPropertyDescriptors(error))
  const written = (enumerable: boolean) =>
    all
      .filter(([, descriptor]) => descriptor.enumerable === enumerable)
      .map(([name]) => `${name}: ${String((error as Record<string, unknown>)[name])}`)
      .join('\n')
  return { own: written(true), hidden: written(false) }
}

function causes(error: unknown): string[] {
  if (error === undefined || error === null) return []
  const { cause } = error as { cause?: unknown }
  return [error instanceof Error ? String(error) : inspected(error), ...causes(cause)]
}
