import { pipeline, Readable, type Writable } from 'node:stream'
import type { FaultTable } from './fault-behaviour.js'
import { gzippedBlanks, gzippedText } from './gzip-members.js'

const MIB = 1_048_576
const BOMB_BYTES = 200_000_000
const PIECE = Buffer.alloc(65_536, ' ')

// Blanks after it leave JSON what it is, so a reader without a limit gets the usual answer.
function* padded(content: Buffer, bytes: number): Iterable<Buffer> {
  yield content
  for (let left = bytes - content.length; left > 0; left -= PIECE.length) yield PIECE.subarray(0, left)
}

function* bomb(content: Buffer, bytes: number): Iterable<Buffer> {
  yield gzippedText(content)
  yield* gzippedBlanks(bytes - content.length)
}

function send(pieces: Iterable<Buffer>, body: Writable): void {
  pipeline(Readable.from(pieces), body, () => {
    // The caller has hung up, as it should.
  })
}

/** Faults that send more than anybody wants; the answer is right but for its size, and says no length. */
export type SizeFault = 'huge' | 'gzip-bomb'

/** What each {@link SizeFault} does. */
export const sizeFaults: FaultTable<SizeFault> = {
  huge: {
    apply(exchange, { bytes = MIB }) {
      const answer = exchange.act()
      send(padded(Buffer.from(answer.body), bytes), exchange.begin(answer))
    },
  },
  'gzip-bomb': {
    apply(exchange, { bytes = BOMB_BYTES }) {
      const answer = exchange.act()
      const headers = { ...answer.headers, 'Content-Encoding': 'gzip' }
      send(bomb(Buffer.from(answer.body), bytes), exchange.begin({ ...answer, headers }))
    },
  },
}
