import type { Plugin } from 'vitest/config'

/** One mechanism of the life cycle taken out of the built code. */
interface Mutant {
  /** What breaks without it, in the words of ARCHITECTURE.md. */
  readonly without: string
  /** Edits of built files: each text must be there, or the mutant is out of date and says so. */
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[]
}

const lifeCycle = 'core/dist/store/life-cycle.js'
const duties = 'core/dist/store/duties.js'

/** The six mutants that a good suite catches. `pnpm mutants` runs the life-cycle tests against each. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'no-epoch': {
    without: 'the epoch',
    edits: [{ file: lifeCycle, from: 'record.epoch !== step.epoch', to: 'false' }],
  },
  'no-fence': {
    without: 'the fence',
    edits: [{ file: lifeCycle, from: 'record.duties.fence !== step.fence', to: 'false' }],
  },
  'no-lease': {
    without: 'the lease',
    edits: [{ file: duties, from: 'this.leasedUntil > now', to: 'false' }],
  },
  'no-intent': {
    without: 'the intent',
    edits: [{ file: lifeCycle, from: 'record.duties.intent = step.intent', to: 'record.duties.intent = undefined' }],
  },
  'revoke-all': {
    without: 'revocation by token',
    edits: [
      {
        file: 'core/dist/outbox-worker.js',
        from: 'await this.#server.revokeToken(userId, token, deadline)',
        to: "(await this.#server.revokeAll(userId, deadline), 'one')",
      },
    ],
  },
  'short-horizon': {
    without: 'the lease through H',
    edits: [
      { file: duties, from: 'this.leasedUntil = until ?? 0', to: 'this.leasedUntil = 0' },
      {
        file: 'core/dist/horizon.js',
        from: 'deadline + ambiguityHorizon',
        to: 'deadline',
      },
    ],
  },
}

/** A vitest plugin that tests the mutant in place of the code. Nothing on disk changes. */
export function mutate(name: string): Plugin {
  const mutant = MUTANTS[name]
  if (!mutant) throw new Error(`There is no mutant "${name}": ${Object.keys(MUTANTS).join(', ')}`)
  return {
    name: `mutant-${name}`,
    transform(code, id) {
      const edits = mutant.edits.filter(({ file }) => id.endsWith(file))
      for (const { file, from } of edits) {
        if (!code.includes(from)) throw new Error(`Mutant "${name}" is out of date: ${file} no longer holds ${from}`)
      }
      return edits.length > 0 ? edits.reduce((text, { from, to }) => text.replaceAll(from, to), code) : undefined
    },
  }
}
