import { Inject, type Type } from '@nestjs/common'
import { ImkitChatService } from './imkit-chat.service.js'

/** The token by which a chat's service is injected: to override it in a test, say. */
export function getImkitChatToken(name?: string): string | typeof ImkitChatService {
  return name === undefined ? ImkitChatService : `ImkitChatService(${name})`
}

/**
 * Injects the `ImkitChatService` of the chat with this name; without a name the class itself says it all.
 *
 * @example
 * constructor(@InjectImkitChat('eu') private readonly chat: ImkitChatService) {}
 */
export function InjectImkitChat(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(getImkitChatToken(name))
}

/** One class for each name, as Nest injects by class: the given one where there is no name. */
export function perChat<Base extends Type<unknown>>(base: Base, named: (token: string) => Base) {
  const made = new Map<string, Base>()
  return (name: string | undefined): Base => {
    const token = getImkitChatToken(name)
    if (typeof token !== 'string') return base
    const known = made.get(token) ?? named(token)
    made.set(token, known)
    return known
  }
}
