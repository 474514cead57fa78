import { Client, type Dispatcher, Pool } from 'undici'

/** Whether `undici` is Bun's stand-in for it: the classes are there, and send nothing. */
export const isBun = (): boolean => process.versions['bun'] !== undefined

/** The option `dispatcher`. @throws TypeError under Bun when it would send nothing: at the start, not at the first login. */
export function dispatcherFrom(dispatcher: Dispatcher | undefined): Dispatcher | undefined {
  if (!dispatcher || !isBun() || sends(dispatcher)) return dispatcher
  throw new TypeError(
    "dispatcher: under Bun, undici's classes send nothing. Leave the option out, and Bun's own fetch is used, which follows HTTPS_PROXY",
  )
}

function sends(dispatcher: Dispatcher): boolean {
  const requestOf = (one: object): unknown => Reflect.get(one, 'request')
  // The other classes of Bun's have no request() at all.
  return ![undefined, requestOf(Pool.prototype), requestOf(Client.prototype)].includes(requestOf(dispatcher))
}
