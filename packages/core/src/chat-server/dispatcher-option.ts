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
  // The other classes of Bun's have no request() at all.
  const standIns: unknown[] = [undefined, Pool.prototype.request, Client.prototype.request]
  return !standIns.includes(dispatcher.request)
}
