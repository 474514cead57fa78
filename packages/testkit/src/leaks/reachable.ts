/** Deep enough for whatever is ours. */
const DEEPEST = 12

/**
 * Every string and byte that code can get at from a value: own properties of any kind and name, getters (its classes' as
 * well), entries of collections. What is `#private`, or in a closure, is out of reach.
 */
export function reachable(value: unknown): string {
  const seen = new Set<unknown>()
  const texts: string[] = []

  function visit(item: unknown, depth: number): void {
    if (typeof item === 'string') texts.push(item)
    if ((typeof item !== 'object' && typeof item !== 'function') || item === null || seen.has(item)) return
    seen.add(item)
    if (depth > DEEPEST) return
    if (ArrayBuffer.isView(item)) texts.push(Buffer.from(item.buffer, item.byteOffset, item.byteLength).toString())
    if (item instanceof Map || item instanceof Set) for (const entry of item.entries()) visit(entry, depth + 1)
    for (const holder of [item, ...classesOf(item)]) {
      for (const name of Reflect.ownKeys(holder)) {
        texts.push(String(name))
        if (name !== 'constructor' && name !== 'prototype') visit(read(item, name), depth + 1)
      }
    }
  }

  visit(value, 0)
  return texts.join('\n')
}

/** The prototypes of the classes it belongs to, but those that JavaScript brings along. */
function classesOf(item: object): object[] {
  const prototype = Object.getPrototypeOf(item) as object | null
  if (prototype === null || /\[native code\]\s*\}$/.test(String(prototype.constructor))) return []
  return [prototype, ...classesOf(prototype)]
}

function read(item: object, name: string | symbol): unknown {
  try {
    return Reflect.get(item, name)
  } catch {
    return undefined
  }
}
