import { createHash } from 'node:crypto'
import { TAKE, PAUSE } from './lua/budget.js'
import { OUTBOXES } from './lua/outboxes.js'
import { PROBE } from './lua/probe.js'
import { SWAP } from './lua/swap.js'

/** A Lua script and the name under which Redis remembers it. */
export interface Script {
  readonly source: string
  readonly sha: string
}

function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') }
}

export const SCRIPTS: Readonly<Record<'swap' | 'outboxes' | 'take' | 'pause' | 'probe', Script>> = {
  swap: script(SWAP),
  outboxes: script(OUTBOXES),
  take: script(TAKE),
  pause: script(PAUSE),
  probe: script(PROBE),
}
