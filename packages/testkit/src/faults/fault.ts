import type { Emulator, FaultRule } from '@imkit-auth/emulator'

/** One way in which a chat server, or what stands in front of it, goes wrong. */
export interface Fault {
  readonly name: string
  /** Whether the request may have taken effect although no usable answer came. */
  readonly mayAct: boolean
  /** Whether the answer says what is not so, such as a success or "already gone", and nobody can tell by its form. */
  readonly lies: boolean
  /** Lets every request that `match` describes, such as `POST /admin/clients`, meet the fault, until {@link heal}. */
  cause(emulator: Emulator, match: string): void | Promise<void>
}

/** What a rule says beside its `match`. */
export type Details = Omit<FaultRule, 'match' | 'times'>

/** Documents of a client that a fault makes up are about this user, so that only what is wrong with them is wrong. */
export const FAULTY_USER = 'amy'

/** Ends what a fault has caused; what it has put off is still to come. */
export async function heal(emulator: Emulator): Promise<void> {
  emulator.clearFaults()
  await emulator.accept(true)
}

/** A fault that answers in place of the chat server, which does not act. */
export function inPlace(name: string, details: Details | ((emulator: Emulator) => Details), lies = false): Fault {
  const detailsFor = typeof details === 'function' ? details : () => details
  const cause: Fault['cause'] = (emulator, match) => emulator.fault({ match, ...detailsFor(emulator) })
  return { name, mayAct: false, lies, cause }
}

/** A fault on top of what the chat server does. */
export function acting(name: string, details: Details): Fault {
  return { ...inPlace(name, details), mayAct: true }
}
