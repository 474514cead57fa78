import { randomFrom, shuffled } from './random.js'

/** What one contender is measured by, such as `{ name: 'a call', unit: 'ns' }`. */
export interface Figure {
  readonly name: string
  readonly unit?: string
}

/** What performance is aimed at: of the ratio to the first contender, or of the figure with this name. */
export interface Target {
  readonly of: string
  readonly atMost?: number
  readonly atLeast?: number
}

export interface Contender {
  readonly name: string
  readonly targets?: readonly Target[]
  /** One round: a value for each figure, in their order. */
  readonly measure: () => number[] | Promise<number[]>
}

/** Contenders measured in turns. The first figure is what is compared, and the first contender is 1. */
export interface Contest {
  readonly title: string
  readonly figures: readonly Figure[]
  readonly contenders: readonly Contender[]
}

/** One row of the benchmark: what it prepares before a contest and cleans up after it stands around its `yield`. */
export interface Row {
  readonly name: string
  /** What it needs and where to get it, when that is missing here. */
  readonly missing?: () => string | undefined
  readonly contests: () => AsyncGenerator<Contest>
}

export interface ContenderResult {
  readonly name: string
  readonly targets: readonly Target[]
  /** One list of values, a value a round, for each figure. */
  readonly figures: readonly (readonly number[])[]
  /** To the first contender, in the same round each. */
  readonly ratios: readonly number[]
}

export interface ContestResult {
  readonly title: string
  readonly figures: readonly Figure[]
  readonly contenders: readonly ContenderResult[]
}

/**
 * Everybody once in a round, each round in another order: all meet the same weather, and nobody always comes after the
 * same one, whose data the processor still has at hand. A round before that is not counted.
 */
export async function hold(
  { title, figures, contenders }: Contest,
  rounds: number,
  onRound: (round: number) => unknown,
): Promise<ContestResult> {
  const values = contenders.map((): number[][] => figures.map(() => []))
  for (let round = 0; round <= rounds; round++) {
    onRound(round)
    for (const [at, contender] of shuffled([...contenders.entries()], randomFrom(round))) {
      const measured = await contender.measure()
      if (round > 0) for (const [figure, value] of measured.entries()) values[at]?.[figure]?.push(value)
    }
  }
  const base = values[0]?.[0] ?? []
  return {
    title,
    figures,
    contenders: contenders.map(({ name, targets = [] }, at) => ({
      name,
      targets,
      figures: values[at] ?? [],
      ratios: (values[at]?.[0] ?? []).map((value, round) => value / (base[round] ?? Number.NaN)),
    })),
  }
}
