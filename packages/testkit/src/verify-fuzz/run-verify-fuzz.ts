import type { ServiceResponse } from '@imkit-auth/auth-service'
import { Choices } from '../fleet/choices.js'
import { seededRandom } from '../simulation/seeded-random.js'
import { type Attacks, partsOf } from './attack.js'
import { claims } from './claims.js'
import { damage } from './damage.js'
import { headers } from './headers.js'
import { Population, type Sample } from './population.js'
import { asked, misasked, type Request } from './requests.js'
import { spellings } from './spellings.js'

export interface VerifyFuzzOptions {
  readonly seed: number
  /** How many mutated tokens to show; beside these some are shown as they were minted, or asked about wrongly. */
  readonly runs: number
  readonly onProgress?: (done: number) => void
}

export interface VerifyFuzzReport {
  readonly seed: number
  readonly mutated: number
  /** How often each kind of token was shown, and what it was answered: `kind → status → times`. */
  readonly answers: Readonly<Record<string, Readonly<Record<number, number>>>>
  /** Live tokens with the other ECDSA signature: the same claims, signed by the same key. */
  readonly otherSignatures: number
  readonly violations: readonly string[]
}

const KINDS: Readonly<Record<string, Attacks>> = { damage, headers, claims, spellings }
const MINTED = 'as it was minted'
const OTHER_SIGNATURE = 'other signature'
/** One token in so many is shown as it was minted. */
const AS_IT_IS = 20
/** One in so many is shown in a request that nobody should send. */
const MISASKED = 25
/** So many tokens are shown between two things that users do. */
const BETWEEN = 15
const PROGRESS = 1_000
const ENOUGH = 20

/**
 * Shows `/verify` tokens that nobody minted, and some that somebody did, while users log in and out and report tokens. Only
 * the very text of a live token may be accepted, and nothing may be answered with 5xx. The same seed makes the same choices;
 * keys and signatures are new each time.
 */
export async function runVerifyFuzz({ seed, runs, onProgress }: VerifyFuzzOptions): Promise<VerifyFuzzReport> {
  const choose = new Choices(seededRandom(seed))
  const population = new Population(choose)
  const answers: Record<string, Record<number, number>> = {}
  const violations: string[] = []
  let otherSignatures = 0
  await population.begin()
  let mutated = 0
  for (let turn = 1; mutated < runs && violations.length < ENOUGH; turn++) {
    if (turn % BETWEEN === 0) await population.live()
    const { kind, token } = shown(population, choose)
    const isMisasked = choose.below(MISASKED) === 0
    if (kind !== MINTED && !isMisasked) mutated += 1
    const ask: (token: string) => Request = isMisasked
      ? choose.of(Object.values(misasked))
      : choose.of([asked.parsed, asked.parsed, asked.streamed])
    const { request, allowed } = ask(token)
    const answer = await population.service.respond(request)
    const status = answer?.status ?? 404
    const counted = (answers[isMisasked ? 'asked wrongly' : kind] ??= {})
    counted[status] = (counted[status] ?? 0) + 1
    const verdict = allowed === 'token' ? judge(population, token, answer) : judgeRequest(allowed, status)
    if (verdict === OTHER_SIGNATURE) otherSignatures += 1
    else if (verdict) violations.push(`turn ${turn}, ${kind}: ${verdict}: ${JSON.stringify(token)}`)
    if (turn % PROGRESS === 0 || mutated === runs) onProgress?.(mutated)
  }
  await population.close()
  return { seed, mutated, answers, otherSignatures, violations }
}

function shown(population: Population, choose: Choices): { kind: string; token: string } {
  const target = { sample: population.any(), other: population.any(), choose, population }
  if (choose.below(AS_IT_IS) === 0) return { kind: MINTED, token: target.sample.token }
  const [kind, attacks] = choose.of(Object.entries(KINDS))
  const [name, attack] = choose.of(Object.entries(attacks))
  const token = attack(target)
  // Some changes change nothing.
  return { kind: population.find(token) ? MINTED : `${kind}: ${name}`, token }
}

function judge(population: Population, token: string, answer: ServiceResponse | undefined): string | undefined {
  const status = answer?.status ?? 404
  if (status >= 500) return `answered ${status}`
  const sample = population.find(token)
  if (status !== 200) return sample && population.isLive(sample) ? `a live token was refused with ${status}` : undefined
  const { id } = (answer?.body ?? {}) as { id?: unknown }
  if (sample && !population.isDead(sample)) return id === sample.userId ? undefined : `accepted as ${String(id)}`
  if (sample) return 'a token that had ended was accepted'
  return isOtherSignature(population, token, id) ? OTHER_SIGNATURE : 'a token that nobody minted was accepted'
}

function judgeRequest(allowed: readonly number[], status: number): string | undefined {
  return allowed.includes(status) ? undefined : `asked wrongly, and answered ${status}`
}

/** Whether it says what a live token says, signed by the key that signed it, in the one algorithm that has two signatures. */
function isOtherSignature(population: Population, token: string, id: unknown): boolean {
  const [header, payload] = partsOf(token)
  const same = (sample: Sample) => sample.token.startsWith(`${header}.${payload}.`)
  const original = population.all().find(same)
  if (!original || original.signer.algorithm !== 'ES256') return false
  return original.userId === id && !population.isDead(original)
}
