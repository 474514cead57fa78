import { mutate } from '@imkit-auth/testkit/mutants'
import { defineProject } from 'vitest/config'

const mutant = process.env['MUTANT']

export default defineProject({
  plugins: mutant ? [mutate(mutant)] : [],
  test: { name: 'redis', include: ['test/**/*.test.ts'] },
})
