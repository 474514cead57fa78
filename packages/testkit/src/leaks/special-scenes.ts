import { setTimeout as sleep } from 'node:timers/promises'
import { assign } from '@imkit-auth/core'
import { jwtMinter } from '@imkit-auth/core/jwt'
import type { Lane } from './lane.js'
import { Scene } from './scene.js'
import type { Sinks } from './sinks.js'
import { lookAtObject } from './texts.js'

/** Nothing hangs here, and a busy machine shall not look like a fault. */
const PATIENT = { deadline: 5_000 }

type SpecialScene = (lane: Lane, sinks: Sinks, during: string) => Promise<Scene>

/** What goes wrong in the app rather than at the chat server, and what only its own options bring about. */
export const SPECIAL_SCENES: Readonly<Record<string, SpecialScene>> = {
  async 'mint() throws a secret'(lane, sinks, during) {
    const mint = () => Promise.reject(new Error(lane.canaries.thrown.value))
    const scene = new Scene(lane, sinks, during, { ...PATIENT, mode: assign({ mint }) })
    await scene.provision()
    return scene
  },
  async 'mint() returns unusable tokens'(lane, sinks, during) {
    const secret = lane.canaries.thrown.value
    const tokens = [`${secret}\n`, [secret], secret, secret]
    const ends = [lane.emulator.now() + 1e6, lane.emulator.now() + 1e6, -1, Number.NaN]
    const mint = () => ({ token: tokens.pop() as string, expiresAt: ends.pop() ?? 0 })
    const scene = new Scene(lane, sinks, during, { ...PATIENT, mode: assign({ mint }) })
    for (const _ of ends.slice()) await scene.provision()
    return scene
  },
  async 'the function apiKey throws a secret'(lane, sinks, during) {
    const apiKey = () => {
      throw new Error(lane.canaries.thrown.value)
    }
    const scene = new Scene(lane, sinks, during, { ...PATIENT, apiKey })
    await scene.provision()
    return scene
  },
  async 'the function apiKey returns a line break'(lane, sinks, during) {
    const scene = new Scene(lane, sinks, during, { ...PATIENT, apiKey: () => `${lane.canaries.apiKey.value}\r\nX: y` })
    await scene.provision()
    return scene
  },
  async 'a refused key is replaced'(lane, sinks, during) {
    let key = lane.canaries.thrown.value
    const scene = new Scene(lane, sinks, during, { ...PATIENT, apiKey: () => key })
    await scene.provision()
    key = lane.canaries.apiKey.value
    await scene.provision()
    return scene
  },
  async 'listeners throw secrets'(lane, sinks, during) {
    const scene = new Scene(lane, sinks, during, PATIENT)
    scene.tokens.on('obtained', () => {
      throw new Error(lane.canaries.thrown.value)
    })
    scene.tokens.on('revoked', () => Promise.reject(new Error(lane.canaries.thrown.value)))
    await scene.provision()
    await scene.attempt(scene.tokens.revoke('amy'))
    return scene
  },
  async 'sessions with tokens of their own'(lane, sinks, during) {
    const scene = new Scene(lane, sinks, during, { ...PATIENT, scope: 'session' })
    const { tokens, attempt } = scene
    await attempt(tokens.login({ id: 'amy' }, { session: 'laptop' }))
    await attempt(tokens.login({ id: 'amy' }, { session: 'phone' }))
    await attempt(tokens.login({ id: 'amy' }))
    await attempt(tokens.revoke('amy', { session: 'laptop' }))
    await attempt(tokens.provision({ id: 'amy' }, { session: 'laptop' }))
    return scene
  },
  async 'jwtMinter() signs'(lane, sinks, during) {
    const secret = lane.canaries.thrown.value
    const mint = jwtMinter({ secret, ttl: 3_600 })
    const scene = new Scene(lane, sinks, during, { ...PATIENT, mode: assign({ mint }) })
    lookAtObject(sinks, 'jwtMinter()', { mint }, scene.look)
    await scene.provision()
    await scene.attempt(scene.tokens.revoke('amy', { waitMs: 0 }))
    return scene
  },
  async 'two reports within half a minute'(lane, sinks, during) {
    const scene = new Scene(lane, sinks, during, PATIENT)
    for (let report = 0; report < 2; report++) {
      const credentials = await scene.provision()
      await scene.attempt(scene.tokens.reportInvalid('amy', credentials?.token ?? ''))
    }
    return scene
  },
  async 'a chat server that revokes too much'(lane, sinks, during) {
    const scene = new Scene(lane, sinks, during, PATIENT)
    await scene.provision()
    const body = { success: true, revokedTokens: 3 }
    lane.emulator.fault({ match: 'DELETE /admin/clients/*/token', kind: 'status', status: 200, body })
    await scene.attempt(scene.tokens.revoke('amy'))
    return scene
  },
  async 'a changed profile'(lane, sinks, during) {
    const scene = new Scene(lane, sinks, during, PATIENT)
    await scene.attempt(scene.tokens.updateProfile({ id: 'amy', nickname: 'Amelia' }))
    return scene
  },
  async 'the console is the logger'(lane, sinks, during) {
    const { serverUrl, apiKey, mode } = { serverUrl: lane.emulator.url, apiKey: 'not-the-key', mode: assign }
    const mint = () => lane.canaries.mint('amy', lane.emulator.now())
    const scene = new Scene(lane, sinks, during, {
      ...PATIENT,
      serverUrl,
      apiKey,
      mode: mode({ mint }),
      logger: console,
    })
    await scene.provision()
    return scene
  },
  async 'a token that arrives after its logout'(lane, sinks, during) {
    const scene = new Scene(lane, sinks, during, PATIENT)
    lane.emulator.fault({ match: 'POST /admin/clients', kind: 'slow-headers', ms: 40 })
    const late = scene.attempt(scene.tokens.provision({ id: 'amy' }))
    await sleep(20)
    lane.canaries.learn(lane.emulator)
    await scene.attempt(scene.tokens.revoke('amy', { waitMs: 0 }))
    await late
    return scene
  },
}
