import type { ContenderResult, ContestResult, Figure, Target } from './contest.js'
import { spread } from './statistics.js'

const GAP = '   '

/** A contest as people read it: medians, with the least and the most that was measured in brackets. */
export function table({ title, figures, contenders }: ContestResult): string {
  const names = figures.map(({ name, unit }) => (unit === undefined ? name : `${name}, ${unit}`))
  const compared = contenders.length > 1 && contenders.some(({ ratios }) => ratios.length > 0) ? ['ratio'] : []
  const rows = contenders.map((contender, at) => {
    const [first = '', ...others] = contender.figures.map(summary)
    const ratio = at === 0 ? '1' : summary(contender.ratios)
    const targets = contender.targets.map((target) => verdict(target, figures, contender))
    return [contender.name, first, ...compared.map(() => ratio), ...others, targets.join(', ')]
  })
  const [first = '', ...others] = names
  const lines = aligned([['', first, ...compared, ...others, 'target'], ...rows])
  return [title, ...lines.map((line) => `  ${line}`), ''].join('\n')
}

/** Whether the median keeps the target. */
export function isMet(
  target: Target,
  figures: readonly Figure[],
  { ratios, figures: values }: ContenderResult,
): boolean {
  const { of, atMost = Infinity, atLeast = -Infinity } = target
  const { median } = spread((of === 'ratio' ? ratios : values[figures.findIndex(({ name }) => name === of)]) ?? [])
  return median <= atMost && median >= atLeast
}

function verdict(target: Target, figures: readonly Figure[], contender: ContenderResult): string {
  const limit = target.atMost === undefined ? `≥ ${text(target.atLeast ?? 0)}` : `≤ ${text(target.atMost)}`
  // The one that stands nearest needs no name.
  const name = target.of === 'ratio' ? '' : `${target.of} `
  return `${name}${limit} ${isMet(target, figures, contender) ? '✓' : '✗'}`
}

function summary(values: readonly number[]): string {
  const { median, min, max } = spread(values)
  return min === max ? text(median) : `${text(median)} (${text(min)}–${text(max)})`
}

/** Three digits, or all of a larger number before its point. */
function text(value: number): string {
  const [most, least] = value >= 100 ? [0, 0] : value >= 10 ? [1, 0] : [2, 0]
  return value.toLocaleString('en', { maximumFractionDigits: most, minimumFractionDigits: least })
}

/** Columns: names to the left, figures to the right, what follows them to the left again. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const last = (rows[0]?.length ?? 0) - 1
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === last ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join(GAP)
      .trimEnd(),
  )
}
