import cluster from 'node:cluster'

/** Shared by all copies of this module that a process has loaded: two of them are one way to get two stores. */
const OPENED = Symbol.for('@imkit-auth/core: memory stores')

type Opened = Map<string, Set<WeakRef<object>>>

/** Notes that a space of a memory store is in use, and says when what it keeps is not all that there is. */
export function noteSpace(name: string, space: object, warn: (message: string) => void): void {
  if (cluster.isWorker) {
    warn(
      'this is a worker of node:cluster, and the tokens are in its own memory: a logout in another worker is not seen here. Give store, such as redisStore({ client }).',
    )
  }
  const others = othersOf(name, space)
  others.add(new WeakRef(space))
  if (others.size > 1) {
    warn(
      'two memory stores in this process keep tokens of the same chat server: a logout at one is not seen by the other. Create the tokens once, or give both the same store.',
    )
  }
}

/** The space is not in use any more. */
export function forgetSpace(name: string, space: object): void {
  othersOf(name, space)
}

/** The other spaces of that name which are in use. */
function othersOf(name: string, space: object): Set<WeakRef<object>> {
  const holder = globalThis as { [OPENED]?: Opened }
  const opened = (holder[OPENED] ??= new Map<string, Set<WeakRef<object>>>())
  const spaces = opened.get(name) ?? new Set()
  for (const other of spaces) {
    const known = other.deref()
    if (known === undefined || known === space) spaces.delete(other)
  }
  opened.set(name, spaces)
  return spaces
}
