/** What reads the name of a middleware when it is mounted: Express 4 and 5 as they make a layer, and Koa's `use`. */
const MOUNTING = /\bnew Layer\b|[\\/]layer\.js\b|\bApplication\.use\b/

/**
 * A function that makes middleware, and so has to be called. A framework that is given the function itself would wait for
 * ever for it to go on. Some look at the name of what they are given: those are told at start-up, the others at the first
 * request.
 */
export function middlewareFactory<T>(name: string, make: () => T): () => T {
  const refuse = (): never => {
    throw new TypeError(`chat.${name} makes middleware: write chat.${name}(), with parentheses`)
  }
  const factory = (...args: readonly unknown[]): T => (args.length > 0 ? refuse() : make())
  return Object.defineProperty(factory, 'name', { get: () => (isBeingMounted() ? refuse() : name) })
}

/** Debuggers and test tools read names as well, and must get one. */
function isBeingMounted(): boolean {
  const [, , , reader = ''] = new Error('where').stack?.split('\n') ?? []
  return MOUNTING.test(reader)
}
