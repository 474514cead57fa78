import type { FaultTable } from './fault-behaviour.js'

const MOST_PIECES = 100

function inPieces(body: Buffer): Buffer[] {
  const size = Math.ceil(body.length / MOST_PIECES) || 1
  return Array.from({ length: Math.ceil(body.length / size) }, (_, n) => body.subarray(n * size, (n + 1) * size))
}

/** Faults that do the right thing, but late. */
export type TimingFault = 'delay-before' | 'act-late' | 'slow-headers' | 'slow-body'

/** What each {@link TimingFault} does. */
export const timingFaults: FaultTable<TimingFault> = {
  'delay-before': {
    ms: 'wait',
    apply: (exchange, { ms = 0 }) => exchange.at(exchange.received + ms, () => exchange.answer(exchange.act())),
  },
  'act-late': {
    ms: 'wait',
    apply(exchange, { ms = 0 }) {
      exchange.hold()
      exchange.at(exchange.received + ms, () => exchange.act())
    },
  },
  'slow-headers': {
    ms: 'wait',
    apply(exchange, { ms = 0 }) {
      const answer = exchange.act()
      exchange.at(exchange.received + ms, () => exchange.answer(answer))
    },
  },
  'slow-body': {
    ms: 'wait',
    apply(exchange, { ms = 0 }) {
      const answer = exchange.act()
      const content = Buffer.from(answer.body)
      const headers = { ...answer.headers, 'Content-Length': String(content.length) }
      const body = exchange.begin({ ...answer, headers })
      const pieces = inPieces(content)
      // All at once, as what waits for a piece before it would be lost on whoever settles.
      for (const [index, piece] of pieces.entries()) {
        const due = exchange.received + (ms * (index + 1)) / pieces.length
        exchange.at(due, () => (index === pieces.length - 1 ? body.end(piece) : body.write(piece)))
      }
    },
  },
}
