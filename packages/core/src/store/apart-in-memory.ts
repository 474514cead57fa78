import cluster from 'node:cluster'

/** Shared by all copies of this module that a process has loaded: two of them are one way to get two stores. */
const OPENED = Symbol.for('@imkit-auth/core: memory stores')

/** By server and namespace, the space that was opened last. */
type Opened = Map<string, WeakRef<object>>

/** Notes that a space of a memory store is in use, and says when what it keeps is not all that there is. */
export function noteSpace(name: string, space: object, warn: (message: string) => void): void {
  if (cluster.isWorker) {
    warn(
      'this is a worker of node:cluster, and the tokens are in its own memory: a logout in another worker is not seen here. Give store, such as redisStore({ client }).',
    )
  }
  const other = opened().get(name)?.deref()
  opened().set(name, new WeakRef(space))
  if (other !== undefined && other !== space) {
    warn(
      'two memory stores in this process keep tokens of the same chat server: a logout at one is not seen by the other. Create the tokens once, or give both the same store.',
    )
  }
}

/** The space is not in use any more. */
export function forgetSpace(name: string, space: object): void {
  if (opened().get(name)?.deref() === space) opened().delete(name)
}

function opened(): Opened {
  const holder = globalThis as { [OPENED]?: Opened }
  return (holder[OPENED] ??= new Map())
}
