import type { ExecutionContext } from '@nestjs/common'
import type { HostRequest } from './chat-request.js'
import type { ImkitChatBindingOptions } from './imkit-chat.options.js'

/**
 * The HTTP request behind a handler's call. Messages of a gateway or a microservice are never taken for one: whoever sends
 * them could say in them who is logged in.
 *
 * @throws Error that says what to do, when there is none.
 */
export function requestOf(
  context: ExecutionContext,
  options: Pick<ImkitChatBindingOptions<never>, 'requestOf'>,
): HostRequest {
  const type = context.getType<string>()
  if (type === 'http') return context.switchToHttp().getRequest<HostRequest>()
  const handler = nameOf(context)
  if (options.requestOf) {
    const { found, cause } = attempt(() => options.requestOf?.(context))
    if (isRequest(found)) return found
    throw new Error(`${handler} has no HTTP request behind it: requestOf found none for this call of type '${type}'.`, {
      cause,
    })
  }
  throw new Error(
    `${handler} is called by '${type}' and not by an HTTP request, so the chat cannot know its user. ` +
      (type === 'graphql'
        ? 'Give ImkitChatModule the option requestOf: (context) => GqlExecutionContext.create(context).getContext().req'
        : 'Leave the decorator out, and call ImkitChatService.tokens for a user that you know; or give ImkitChatModule the option requestOf.'),
  )
}

/** Written for one kind of call, `requestOf` may throw at another. */
function attempt<T>(find: () => T): { found?: T; cause?: unknown } {
  try {
    return { found: find() }
  } catch (cause) {
    return { cause }
  }
}

export function nameOf(context: ExecutionContext): string {
  return `${context.getClass().name}.${context.getHandler().name}`
}

function isRequest(found: object | null | undefined): found is HostRequest {
  return typeof found === 'object' && found !== null && typeof Reflect.get(found, 'headers') === 'object'
}
