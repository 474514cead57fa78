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

/** Contenders measured in turns. The first figure is what is compared, and the first contender is 1, where they do the same. */
export interface Contest {
  readonly title: string
  readonly figures: readonly Figure[]
  readonly contenders: readonly Contender[]
  /** Whether they do the same, so that a ratio of them says something. @default true */
  readonly areAlike?: boolean
  /**
   * How often everybody's turn comes in a round, whose values are the means: where a disturbance on the machine is larger
   * than what is to be seen, it is to hit all alike.
   * @default 1
   */
  readonly turns?: number
  /** Whether a round is held before the first, and not counted. @default true */
  readonly warmUp?: boolean
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
  /** To the first contender, in the same round each. None where they are not alike. */
  readonly ratios: readonly number[]
}

export interface ContestResult {
  readonly title: string
  readonly figures: readonly Figure[]
  readonly contenders: readonly ContenderResult[]
}

/**
 * Everybody in each round, each time in another order: all meet the same weather, and nobody always comes after the same
 * one, whose data the processor still has at hand. A round before that is not counted.
 */
export async function hold(
  contest: Contest,
  rounds: number,
  onRound: (round: number) => unknown,
): Promise<ContestResult> {
  const { title, figures, contenders, areAlike = true, warmUp = true } = contest
  const values = contenders.map((): number[][] => figures.map(() => []))
  for (let round = warmUp ? 0 : 1; round <= rounds; round++) {
    onRound(round)
    const measured = await measureAll(contest, round)
    if (round === 0) continue
    for (const [at, own] of measured.entries()) {
      for (const [figure, value] of own.entries()) values[at]?.[figure]?.push(value)
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
      ratios: (areAlike ? (values[at]?.[0] ?? []) : []).map((value, round) => value / (base[round] ?? Number.NaN)),
    })),
  }
}

/** The values of one round, for each contender. */
async function measureAll({ figures, contenders, turns = 1 }: Contest, round: number): Promise<number[][]> {
  const means = contenders.map(() => figures.map(() => 0))
  for (let turn = 0; turn < turns; turn++) {
    for (const [at, { measure }] of shuffled([...contenders.entries()], randomFrom(round * turns + turn))) {
      const measured = await measure()
      means[at] = (means[at] ?? []).map((mean, figure) => mean + (measured[figure] ?? Number.NaN) / turns)
    }
  }
  return means
}
