import type { Emulator } from './emulator.js'
import { checkFaultRule, ruleFields } from './fault-rule.js'
import type { Fields } from './request-body.js'

/** One call of the control port. */
export interface ControlCall {
  readonly method: string
  readonly path: string
  readonly does: string
  /** The answer as JSON, `{ ok: true }` if there is none; throws TypeError for a bad field. */
  readonly run: (emulator: Emulator, body: Fields, query: URLSearchParams) => unknown
}

/** Every call of the control port; each is a method of {@link Emulator}. */
export const controlCalls: readonly ControlCall[] = [
  {
    method: 'GET',
    path: '/',
    does: 'this index',
    run: (emulator) => ({
      emulator: true,
      url: emulator.url,
      controlUrl: emulator.controlUrl,
      now: emulator.now(),
      calls: controlCalls.map(({ method, path, does }) => `${method} ${path}: ${does}`),
    }),
  },
  {
    method: 'GET',
    path: '/requests',
    does: 'requests to the chat port, secrets shortened; ?since=n leaves out the first n',
    run(emulator, _body, query) {
      const since = Number(query.get('since') ?? 0)
      if (!Number.isInteger(since)) throw new TypeError('since must be a whole number')
      return { requests: emulator.requests(since) }
    },
  },
  {
    method: 'GET',
    path: '/clients',
    does: 'clients and their live tokens, in full',
    run: (emulator) => ({ clients: emulator.clients() }),
  },
  {
    method: 'GET',
    path: '/redirected',
    does: 'requests that followed a redirect, secrets in full',
    run: (emulator) => ({ redirected: emulator.redirected() }),
  },
  {
    method: 'POST',
    path: '/faults',
    does: `lets requests meet a fault: ${ruleFields.join(', ')}`,
    run: (emulator, body) => emulator.fault(checkFaultRule(Object.fromEntries(body))),
  },
  { method: 'DELETE', path: '/faults', does: 'ends all faults', run: (emulator) => emulator.clearFaults() },
  {
    method: 'POST',
    path: '/settle',
    does: 'does now what faults have put off',
    run: (emulator) => emulator.settle(),
  },
  {
    method: 'POST',
    path: '/listener',
    does: '{accept: false} refuses connections, {accept: true} takes them again',
    run(emulator, body) {
      const accept = body.get('accept')
      if (typeof accept !== 'boolean') throw new TypeError('accept must be true or false')
      return emulator.accept(accept)
    },
  },
  {
    method: 'POST',
    path: '/clock',
    does: '{advanceMs} moves the time on',
    run(emulator, body) {
      const ms = body.get('advanceMs')
      emulator.advance(typeof ms === 'number' ? ms : Number.NaN)
      return { now: emulator.now() }
    },
  },
  { method: 'POST', path: '/reset', does: 'forgets everything', run: (emulator) => emulator.reset() },
]
