import { checkFaultRule, type FaultRule } from './fault-rule.js'
import { matchesPath, parseTarget, type Target } from './request-target.js'

/** The rules in force. */
export interface Faults {
  /** @throws TypeError that starts with the name of the bad field. */
  add(rule: FaultRule): void
  clear(): void
  /** The first rule that this request meets; it is one use the less. */
  take(method: string, target: Target): FaultRule | undefined
}

interface RuleInForce {
  readonly rule: FaultRule
  readonly method: string
  /** Absent for a rule that every path matches. */
  readonly segments?: readonly string[]
  uses: number
}

/** No rules at first. */
export function createFaults(): Faults {
  const rules: RuleInForce[] = []
  return {
    add(input) {
      const rule = checkFaultRule(input)
      const [method = '*', path] = rule.match.split(' ')
      const uses = rule.times ?? Number.POSITIVE_INFINITY
      rules.push({ rule, method, uses, ...(path !== undefined && { segments: parseTarget(path).segments }) })
    },
    clear() {
      rules.length = 0
    },
    take(method, target) {
      const found = rules.find(
        (one) =>
          (one.method === '*' || one.method === method) &&
          (!one.segments || matchesPath(one.segments, target.segments)),
      )
      if (!found) return undefined
      found.uses -= 1
      if (found.uses === 0) rules.splice(rules.indexOf(found), 1)
      return found.rule
    },
  }
}
