import { type ChatTokens, createChatTokens, external, memoryStore, type TokenStore } from '@imkit-auth/core'
import { interceptedStore } from '@imkit-auth/testkit'
import * as fc from 'fast-check'
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'

const RUNS = Number(process.env['EXTERNAL_RUNS'] ?? 300)
const SEED = Number(process.env['EXTERNAL_SEED'] ?? Date.now() % 2 ** 31)
const AMY = { id: 'amy' }

/** What somebody does on one of three servers, after so many turns. */
interface Op {
  readonly server: 0 | 1 | 2
  readonly does: 'login' | 'page' | 'logout' | 'report'
  readonly after: number
}

const ops = fc.array(
  fc.record<Op>({
    server: fc.constantFrom(0, 1, 2),
    does: fc.constantFrom('login', 'login', 'page', 'logout', 'report'),
    after: fc.nat(60),
  }),
  { minLength: 4, maxLength: 24 },
)
const delays = fc.array(fc.nat(12), { minLength: 20, maxLength: 60 })

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve()
}

/** Every step of the store takes some turns, before and after it is done. */
function slow(store: TokenStore, delay: readonly number[]): TokenStore {
  let next = 0
  const wait = () => turns(delay[next++ % delay.length] ?? 0)
  return interceptedStore(store, async (_step, run) => {
    await wait()
    const result = await run()
    await wait()
    return result
  })
}

/** Three servers, what they do to amy, and what has to be true of it. */
class Scene {
  readonly violations: string[] = []
  readonly #servers: readonly [ChatTokens, ChatTokens, ChatTokens]
  readonly #judge: ChatTokens
  readonly #handedOut: string[] = []
  #minted = 0
  /** Logouts and reports that are under way, and those that have been. */
  #ending = 0
  #ended = 0

  constructor(delay: readonly number[]) {
    const store = memoryStore()
    const slower = slow(store, delay.toReversed())
    this.#servers = [this.#open(slow(store, delay)), this.#open(slower), this.#open(slow(store, delay))]
    this.#judge = this.#open(store)
  }

  #open(store: TokenStore): ChatTokens {
    const mode = external({
      mint: async ({ epoch: ep, now }) => {
        await turns(this.#minted % 9)
        const claims = Buffer.from(JSON.stringify({ id: 'amy', jti: String(++this.#minted), ep }))
        return { token: `e30.${claims.toString('base64url')}.x`, expiresAt: now + 60_000 }
      },
    })
    return createChatTokens({ serverUrl: 'https://app.imkit.io', mode, store, logger: { warn() {} } })
  }

  /** As `/verify` decides. */
  async #isGood(token: string): Promise<boolean> {
    const { jti = '', ep } = decodeJwt(token)
    const { epoch, denied } = await this.#judge.standing('amy')
    return ep === epoch && !denied.includes(jti)
  }

  async act({ server, does, after }: Op): Promise<void> {
    await turns(after)
    const tokens = this.#servers[server]
    if (does === 'logout') return this.#end(() => this.#logout(tokens))
    if (does === 'report') return this.#end(() => this.#report(tokens))
    const [ended, quiet] = [this.#ended, this.#ending === 0]
    const got = await tokens[does === 'page' ? 'provision' : 'login'](AMY).catch(() => undefined)
    if (!got) return
    this.#handedOut.push(got.token)
    const good = await this.#isGood(got.token)
    // Unless somebody ended it meanwhile, it has to work.
    if (!good && quiet && this.#ending === 0 && this.#ended === ended) this.violations.push('it was handed out dead')
  }

  async #end(act: () => Promise<void>): Promise<void> {
    this.#ending += 1
    await act()
    this.#ending -= 1
    this.#ended += 1
  }

  async #logout(tokens: ChatTokens): Promise<void> {
    const before = [...this.#handedOut]
    await tokens.revoke('amy')
    for (const token of before) if (await this.#isGood(token)) this.violations.push('it outlived a logout')
  }

  async #report(tokens: ChatTokens): Promise<void> {
    const current = await tokens.current('amy')
    if (!current) return
    const denied = await tokens.reportInvalid('amy', current.token).then(
      () => true,
      () => false,
    )
    const still = (await this.#judge.current('amy'))?.token === current.token
    if (denied && (still || (await this.#isGood(current.token)))) this.violations.push('it outlived a report')
  }

  async comeToRest(): Promise<void> {
    const current = await this.#judge.current('amy')
    if (current && !(await this.#isGood(current.token))) this.violations.push('the store rests on a dead token')
    await this.#logout(this.#servers[0])
    if ((await this.#judge.pendingRevocations()).length > 0) this.violations.push('something waits to be revoked')
    for (const tokens of [...this.#servers, this.#judge]) await tokens.close({ withinMs: 0 })
  }
}

/** `EXTERNAL_SEED` replays a failing run. */
test(`minted tokens and logouts keep their promises in ${RUNS} random orders (seed ${SEED})`, async () => {
  const play = fc.asyncProperty(ops, delays, async (script, delay) => {
    const scene = new Scene(delay)
    await Promise.all(script.map((op) => scene.act(op)))
    await scene.comeToRest()
    expect(scene.violations).toEqual([])
  })
  await fc.assert(play, { numRuns: RUNS, seed: SEED })
}, 120_000)
