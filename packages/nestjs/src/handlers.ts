import { type ExecutionContext, SetMetadata } from '@nestjs/common'
import { nameOf } from './request-of.js'

/** Nest's own metadata, and that of @nestjs/cache-manager: they are not exported, and have stayed the same for years. */
const SSE = '__sse__'
const REDIRECT = '__redirect__'
const CACHE_KEY = 'cache_module:cache_key'

/** `CacheInterceptor` keeps nothing that has no key: one user's answer must never be another's. */
export const neverCached = (): MethodDecorator => (target, property, handler) => {
  const withoutKey = SetMetadata(CACHE_KEY, () => undefined)
  withoutKey(target, property, handler)
  // Once more behind the decorators that stand above: one of them may be @CacheKey().
  queueMicrotask(() => withoutKey(target, property, handler))
}

/** Refuses a handler whose answer is a stream of events: it begins when the answer ends, which is never. */
export function refuseEventStream(decorator: string, context: ExecutionContext): void {
  if (Reflect.getMetadata(SSE, context.getHandler()) === undefined) return
  throw new Error(
    `@${decorator}() cannot work on ${nameOf(context)}, whose @Sse() answer never ends: put it on the handler that logs in or out.`,
  )
}

export function hasRedirect(context: ExecutionContext): boolean {
  return Reflect.getMetadata(REDIRECT, context.getHandler()) !== undefined
}
