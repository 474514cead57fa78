import type { ChatCredentials } from '@imkit-auth/core'

/** What a login handler's answer becomes with `chat`; `undefined` where it cannot hold any. */
export function withChat(body: unknown, chat: ChatCredentials | null): object | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  if (isPlainObject(body)) return { ...body, chat }
  return declaresChat(body) ? copyWithChat(body, chat) : undefined
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A class has room for `chat` by a field of that name: it initialises it, or decorates it (`@ApiProperty()`, `@Field()`, `@Expose()`). */
function declaresChat(instance: object): boolean {
  if ('chat' in instance) return true
  const { getMetadata } = Reflect as { getMetadata?: (key: string, target: object, property: string) => unknown }
  return getMetadata?.('design:type', instance, 'chat') !== undefined
}

/** The handler may hand the same instance to others, who must not find this user's token in it. */
function copyWithChat(instance: object, chat: ChatCredentials | null): object {
  const own = { value: chat, enumerable: true, writable: true, configurable: true }
  const fields = { ...Object.getOwnPropertyDescriptors(instance), chat: own }
  const copy = Object.create(Object.getPrototypeOf(instance) as object, fields) as object
  return new Proxy(copy, {
    get: (_copy, key): unknown => (Object.hasOwn(copy, key) ? Reflect.get(copy, key) : inherited(instance, key, chat)),
  })
}

/** Getters and methods work on the instance itself: a copy has none of its `#private` fields. */
function inherited(instance: object, key: string | symbol, chat: ChatCredentials | null): unknown {
  const value: unknown = Reflect.get(instance, key)
  if (typeof value !== 'function' || key === 'constructor') return value
  if (key !== 'toJSON') return value.bind(instance) as unknown
  return (...args: unknown[]): unknown => {
    const json: unknown = value.apply(instance, args)
    return typeof json === 'object' && json !== null && isPlainObject(json) ? { ...json, chat } : json
  }
}
