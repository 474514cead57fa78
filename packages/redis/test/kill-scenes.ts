import type { AppServer, FleetUser, KillPoint, Stage } from '@imkit-auth/testkit/fleet'

/** Where the process that is going to die stands in the fleet, and two others. */
export const PLACES = { victim: 0, other: 1, unlucky: 2 }

/** How often a process asks a chat server that refuses before it gives a call up, and before it leaves it alone. */
const REFUSALS = { perCall: 3, inARow: 5 }

type Arm = () => Promise<unknown>

/** What leads a process to a moment. */
export interface Scene {
  /** Only the victim may ask for tokens meanwhile. */
  readonly quiet?: boolean
  play(stage: Stage, user: FleetUser, victim: AppServer, arm: Arm): Promise<unknown>
}

const login: Scene = {
  async play(_stage, user, victim, arm) {
    await arm()
    return user.login(victim)
  },
}

const refusedLogin: Scene = {
  quiet: true,
  async play(stage, user, victim, arm) {
    stage.misbehave({ match: 'POST /admin/clients', kind: 'status', status: 503, times: REFUSALS.perCall })
    return login.play(stage, user, victim, arm)
  },
}

const logout: Scene = {
  async play(stage, user, victim, arm) {
    await user.login(await stage.fleet.at(PLACES.other))
    await arm()
    return user.logout(victim)
  },
}

const refusedLogout: Scene = {
  async play(stage, user, victim, arm) {
    stage.misbehave({ ...revocationRefused(user.id), times: REFUSALS.perCall })
    return logout.play(stage, user, victim, arm)
  },
}

/** A logout of whom nothing is known waits in a process that leaves the chat server alone: all their tokens must go first. */
const loginAfterUnknown: Scene = {
  async play(stage, user, victim, arm) {
    const unlucky = await stage.fleet.at(PLACES.unlucky)
    const others = Array.from({ length: REFUSALS.inARow }, (_, n) => `${user.id}, ${n} before`)
    stage.misbehave(...others.map(revocationRefused))
    await Promise.all(others.map((other) => unlucky.ask('revoke', { user: other, session: 's', waitMs: 100 })))
    await user.logout(unlucky)
    stage.misbehave()
    return login.play(stage, user, victim, arm)
  },
}

function revocationRefused(user: string) {
  return { match: `DELETE /admin/clients/${encodeURIComponent(user)}/token`, kind: 'status', status: 503 } as const
}

const SCENES: { readonly [Step in KillPoint['step']]: readonly Scene[] } = {
  read: [login],
  acquire: [login],
  begin: [loginAfterUnknown],
  commit: [login],
  release: [refusedLogin],
  logout: [logout],
  claim: [login, logout],
  settle: [logout],
  retry: [refusedLogout],
  request: [login, logout],
}

export function scenesOf({ step }: KillPoint): readonly Scene[] {
  return SCENES[step]
}
