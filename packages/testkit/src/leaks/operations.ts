import { setTimeout as sleep } from 'node:timers/promises'
import { DEADLINE, type Scene } from './scene.js'
import { lookAtObject } from './texts.js'
import { askForToken } from './token-route.js'

const DAY = 86_400_000
/** How long a logout waits for its confirmation. In ms. */
const WAIT = 30

/** What an app does with its tokens: once all is well, and once more when everything that is sent meets the fault. */
export interface Operation {
  readonly before: (scene: Scene) => Promise<unknown>
  readonly faulty: (scene: Scene) => Promise<unknown>
}

const loggedIn = (scene: Scene) => scene.logIn()
const settled = () => sleep(DEADLINE / 2)

/** Every call there is. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  provision: { before: async () => {}, faulty: (scene) => scene.provision() },
  renew: {
    async before(scene) {
      await scene.logIn()
      scene.lane.emulator.advance(6.5 * DAY)
    },
    faulty: (scene) => scene.provision(),
  },
  revoke: { before: loggedIn, faulty: ({ attempt, tokens }) => attempt(tokens.revoke('amy', { waitMs: WAIT })) },
  revokeEverywhere: {
    before: loggedIn,
    faulty: ({ attempt, tokens }) => attempt(tokens.revokeEverywhere('amy', { waitMs: WAIT })),
  },
  'report invalid': {
    before: loggedIn,
    async faulty({ lane, attempt, tokens }) {
      const [live] = lane.emulator.clients()[0]?.tokens ?? []
      await attempt(tokens.reportInvalid('amy', lane.canaries.reported.value))
      await attempt(tokens.reportInvalid('amy', live?.token ?? ''))
      await attempt(tokens.login({ id: 'amy', nickname: 'Amy' }))
      await settled()
    },
  },
  updateProfile: {
    before: loggedIn,
    async faulty(scene) {
      await scene.attempt(scene.tokens.updateProfile({ id: 'amy', nickname: 'Amelia' }))
      await scene.provision('amy', 'Amanda')
      await settled()
    },
  },
  provisionProfiles: {
    before: loggedIn,
    async faulty({ attempt, tokens, sinks, look }) {
      const report = await attempt(
        tokens.provisionProfiles([{ id: 'amy', nickname: 'Amy' }, { id: 'bob' }, { id: '..' }], {
          onProgress: (progress) => sinks.look('progress of provisionProfiles()', JSON.stringify(progress), look),
          signal: AbortSignal.timeout(2 * DEADLINE),
        }),
      )
      lookAtObject(sinks, 'report of provisionProfiles()', report, look)
    },
  },
  'token route': {
    before: loggedIn,
    async faulty(scene) {
      const { lane, handler, attempt } = scene
      await askForToken(scene, {})
      await askForToken(scene, { invalid: lane.canaries.reported.value })
      await askForToken(scene, { invalid: lane.emulator.clients()[0]?.tokens[0]?.token })
      await askForToken(scene, { invalid: [lane.canaries.reported.value] })
      await attempt(handler.login({ user: 'amy' }))
      await attempt((await handler.logout({ user: 'amy' }))(204))
    },
  },
  close: {
    before: loggedIn,
    async faulty({ attempt, tokens }) {
      await attempt(tokens.revoke('amy', { waitMs: 0 }))
      await attempt(tokens.close({ withinMs: WAIT }))
    },
  },
}
