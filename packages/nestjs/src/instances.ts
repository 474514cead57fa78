import type { HttpAdapterHost } from '@nestjs/core'
import type { ImkitChatModuleExtras } from './imkit-chat.options.js'

/** What tells the chats of one app apart. */
export interface ImkitChatInstance {
  readonly name: string | undefined
  readonly path: string | false
}

/** @throws TypeError that names what is wrong. */
export function instanceFrom({ name, path }: Pick<ImkitChatModuleExtras, 'name' | 'path'>): ImkitChatInstance {
  if (name !== undefined && (typeof name !== 'string' || !/^[\w-]{1,64}$/.test(name))) {
    throw new TypeError('name must be 1 to 64 letters, digits, - or _, or be left out')
  }
  if (path !== undefined && path !== false && (typeof path !== 'string' || path === '')) {
    throw new TypeError("path must be the token route, such as 'chat/token', or false for none")
  }
  return { name, path: path ?? (name === undefined ? 'chat/token' : `chat/${name}/token`) }
}

/** What each Nest application has, known by its host: there is one in each, also without HTTP. */
const claimed = new WeakMap<HttpAdapterHost, ImkitChatInstance[]>()

/**
 * Notes that an application has this chat. Two with one name would be two life cycles that know nothing of each other: a
 * logout in one would leave the token of the other alive.
 *
 * @throws Error when the application has one of that name, or on that path.
 */
export function claim(application: HttpAdapterHost, instance: ImkitChatInstance): void {
  const others = claimed.get(application) ?? []
  const { name, path } = instance
  if (others.some((other) => other.name === name)) throw new Error(secondOf(name))
  if (path !== false && others.some((other) => other.path !== false && comparable(other.path) === comparable(path))) {
    throw new Error(`Two ImkitChatModules have the path '${path}': give one of them another path.`)
  }
  claimed.set(application, [...others, instance])
}

function secondOf(name: string | undefined): string {
  const which = name === undefined ? 'without a name' : `with the name '${name}'`
  return (
    `ImkitChatModule was made a second time ${which}: tokens of the one would outlive logouts of the other. Call forRoot or ` +
    'forRootAsync once, in the root module, which makes it global; or give each chat a name of its own: forRoot({ name }).'
  )
}

/** As routers compare paths. */
function comparable(path: string): string {
  return path.split('/').filter(Boolean).join('/').toLowerCase()
}
