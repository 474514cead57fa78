import type { FaultTable } from './fault-behaviour.js'

/** Faults of the connection, over which no whole answer comes. */
export type ConnectionFault = 'reset-before' | 'reset-after-acting' | 'hang' | 'truncate'

/** What each {@link ConnectionFault} does. */
export const connectionFaults: FaultTable<ConnectionFault> = {
  'reset-before': {
    apply: (exchange) => exchange.cut(),
  },
  'reset-after-acting': {
    apply(exchange) {
      exchange.act()
      exchange.cut()
    },
  },
  hang: {
    apply: (exchange) => exchange.hold(),
  },
  truncate: {
    apply(exchange) {
      const answer = exchange.act()
      const content = Buffer.from(answer.body)
      const headers = { ...answer.headers, 'Content-Length': String(content.length) }
      const body = exchange.begin({ ...answer, headers })
      // Not a reset, which could overtake the half that is to arrive.
      body.write(content.subarray(0, content.length / 2), () => body.destroy())
    },
  },
}
