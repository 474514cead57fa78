import { describe, expect, test } from 'vitest'
import { type ContestResult, hold } from '../src/contest.js'
import { percentile, spread } from '../src/statistics.js'
import { isMet, table } from '../src/table.js'

// Every figure of the README goes through here.

describe('hold', () => {
  test('measures everybody once in a round, and does not count the one before the first', async () => {
    const order: string[] = []
    const contender = (name: string) => {
      let times = 0
      return {
        name,
        measure: () => {
          order.push(name)
          return [times++]
        },
      }
    }
    const { contenders } = await hold(
      { title: '', figures: [{ name: 'a call' }], contenders: ['a', 'b', 'c'].map(contender) },
      7,
      () => {},
    )
    for (let round = 0; round < 8; round++) expect(order.splice(0, 3).sort()).toEqual(['a', 'b', 'c'])
    for (const { figures } of contenders) expect(figures).toEqual([[1, 2, 3, 4, 5, 6, 7]])
  })

  test('takes each round in another order', async () => {
    const order: string[] = []
    const contenders = ['a', 'b', 'c'].map((name) => ({ name, measure: () => [order.push(name)] }))
    await hold({ title: '', figures: [{ name: 'a call' }], contenders }, 20, () => {})
    const rounds = Array.from({ length: 21 }, (_, round) => order.slice(round * 3, round * 3 + 3).join(''))
    expect(new Set(rounds).size).toBe(6)
  })

  test('compares to the first contender in the same round', async () => {
    const values = { base: [0, 10, 100, 1], other: [0, 20, 300, 4] }
    const contender = (name: 'base' | 'other') => ({ name, measure: () => [values[name].shift() ?? 0, 7] })
    const { contenders } = await hold(
      {
        title: '',
        figures: [{ name: 'a call' }, { name: 'calls' }],
        contenders: [contender('base'), contender('other')],
      },
      3,
      () => {},
    )
    expect(contenders.map(({ ratios }) => ratios)).toEqual([
      [1, 1, 1],
      [2, 3, 4],
    ])
  })
})

describe('statistics', () => {
  test('spread is the middle and the ends', () => {
    expect(spread([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9 })
    expect(spread([4, 1, 9, 2])).toEqual({ median: 3, min: 1, max: 9 })
    expect(spread([]).median).toBeNaN()
  })

  test('a percentile is the value that so many do not exceed', () => {
    const values = Array.from({ length: 1_000 }, (_, at) => 1_000 - at)
    expect(percentile(values, 0.99)).toBe(990)
    expect(percentile([3], 0.99)).toBe(3)
  })
})

describe('table', () => {
  const result: ContestResult = {
    title: 'A contest',
    figures: [{ name: 'a call', unit: 'ns' }, { name: 'calls' }],
    contenders: [
      {
        name: 'base',
        targets: [],
        figures: [
          [10, 11, 12],
          [1, 1, 1],
        ],
        ratios: [1, 1, 1],
      },
      {
        name: 'ours',
        targets: [
          { of: 'ratio', atMost: 1.5 },
          { of: 'calls', atMost: 1 },
        ],
        figures: [
          [20_000, 22, 24],
          [1, 1, 1],
        ],
        ratios: [2000, 2, 2],
      },
    ],
  }

  test('shows medians with their ends, ratios, and what became of the targets', () => {
    expect(table(result)).toBe(
      [
        'A contest',
        '             a call, ns         ratio   calls   target',
        '  base       11 (10–12)             1       1',
        '  ours   24 (22–20,000)   2 (2–2,000)       1   ≤ 1.5 ✗, calls ≤ 1 ✓',
        '',
      ].join('\n'),
    )
  })

  test('compares nobody where they are not alike', async () => {
    const contenders = [10, 20].map((value) => ({ name: `one of ${value}`, measure: () => [value] }))
    const contest = { title: 'Two things', figures: [{ name: 'each' }], contenders, areAlike: false }
    expect(table(await hold(contest, 3, () => {}))).toBe(
      ['Two things', '              each   target', '  one of 10     10', '  one of 20     20', ''].join('\n'),
    )
  })

  test('a target that nothing was measured for is not met', () => {
    const [, ours] = result.contenders
    expect(ours && isMet({ of: 'wall', atMost: Infinity }, result.figures, ours)).toBe(false)
    expect(ours && isMet({ of: 'a call', atLeast: 24 }, result.figures, ours)).toBe(true)
    expect(ours && isMet({ of: 'a call', atLeast: 25 }, result.figures, ours)).toBe(false)
  })
})
