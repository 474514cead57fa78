import type { AuthService } from '../service/auth-service.js'

/** A handler that is mounted without being called gets a request here: it would never answer. */
export function assertService(name: string, service: AuthService): void {
  if (typeof service?.respond === 'function') return
  throw new TypeError(`${name} makes a handler: write ${name}(createAuthService({ … }))`)
}
