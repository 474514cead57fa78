import type { Choices } from '../fleet/choices.js'
import type { Population, Sample } from './population.js'

/** What an attack has to work with: a token that was really minted, another one, and the keys. */
export interface Target {
  readonly sample: Sample
  readonly other: Sample
  readonly choose: Choices
  readonly population: Population
}

/** One way to make a token that nobody minted. */
export type Attack = (target: Target) => string

export type Attacks = Readonly<Record<string, Attack>>

export function partsOf(token: string): [header: string, claims: string, signature: string] {
  const [header = '', claims = '', signature = ''] = token.split('.')
  return [header, claims, signature]
}

export function decoded(part: string): string {
  return Buffer.from(part, 'base64url').toString('utf8')
}
