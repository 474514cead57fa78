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
  const fields = Object.getOwnPropertyDescriptors(instance)
  const own = { value: chat, enumerable: true, writable: true, configurable: true }
  return Object.create(Object.getPrototypeOf(instance) as object, { ...fields, chat: own }) as object
}
