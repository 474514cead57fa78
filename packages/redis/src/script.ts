import { createHash } from 'node:crypto'
import { TAKE, PAUSE } from './lua/budget.js'
import { LIFE_CYCLE } from './lua/life-cycle.js'
import { OUTBOXES } from './lua/outboxes.js'
import { READ } from './lua/read.js'

/** A Lua script and the name under which Redis remembers it. */
export interface Script {
  readonly source: string
  readonly sha: string
}

function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') }
}

export const SCRIPTS: Readonly<Record<'read' | 'step' | 'outboxes' | 'take' | 'pause', Script>> = {
  read: script(READ),
  step: script(LIFE_CYCLE),
  outboxes: script(OUTBOXES),
  take: script(TAKE),
  pause: script(PAUSE),
}
