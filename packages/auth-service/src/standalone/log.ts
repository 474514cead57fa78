import type { ServiceEvent } from '../service/service-event.js'

export const LEVELS = ['debug', 'info', 'warn'] as const
type Level = (typeof LEVELS)[number]

/** One JSON object a line, for whatever collects logs. */
export interface Log {
  readonly write: (level: Level, message: string, more?: object) => void
  /** How loud each event of the service is. */
  readonly event: (event: ServiceEvent) => void
}

const LEVEL_OF: Readonly<Record<ServiceEvent['type'], Level>> = {
  verified: 'debug',
  refused: 'info',
  unavailable: 'warn',
  callerRefused: 'warn',
  limited: 'warn',
  signed: 'info',
}

export function createLog(least: string, print: (line: string) => void): Log {
  const write: Log['write'] = (level, message, more = {}) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least as Level)) return
    print(JSON.stringify({ time: new Date().toISOString(), level, message, ...more }))
  }
  return { write, event: ({ type, ...more }) => write(LEVEL_OF[type], type, more) }
}
