/** Where an app server can be made to die: at a step of the store, or at a request to the chat server. */
export const KILL_STEPS = [
  'read',
  'acquire',
  'begin',
  'commit',
  'release',
  'logout',
  'claim',
  'settle',
  'retry',
  'request',
] as const

export type KillStep = (typeof KILL_STEPS)[number]

/**
 * A moment in the life of a process: just before or just after it has done this step so many times. After a request means
 * that its answer has arrived and nobody has read it.
 */
export interface KillPoint {
  readonly when: 'before' | 'after'
  readonly step: KillStep
  readonly nth: number
}

/** Every moment at which a process can be made to die the first time it comes there. */
export const KILL_POINTS: readonly KillPoint[] = KILL_STEPS.flatMap((step) => [
  { when: 'before', step, nth: 1 },
  { when: 'after', step, nth: 1 },
])

export function nameOf({ when, step }: KillPoint): string {
  return `${when} ${step}`
}
