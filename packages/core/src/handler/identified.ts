import type { Awaitable } from '../store/awaitable.js'
import type { Identified } from '../user.js'

type Identify<Request> = (request: Request) => Awaitable<Identified>

/** Copies the user in the very moment in which the host tells who it is: its object may be emptied or used again. */
export function copying<Request>(identify: Identify<Request>): Identify<Request> {
  return (request) => {
    const found = identify(request)
    // Some libraries have promises of their own.
    return isThenable(found) ? Promise.resolve(found).then(copied) : copied(found)
  }
}

function isThenable(found: Awaitable<Identified>): found is Promise<Identified> {
  return typeof found === 'object' && found !== null && 'then' in found
}

/** What is no object is left for others to refuse. */
function copied(found: Identified): Identified {
  if (typeof found !== 'object' || found === null) return found
  const { id, nickname, avatarUrl } = found
  return { id, nickname, avatarUrl }
}
