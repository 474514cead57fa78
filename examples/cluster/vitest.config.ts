import { defineProject } from 'vitest/config'

export default defineProject({
  // Each test starts four processes.
  test: { name: 'example-cluster', include: ['test/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 30_000 },
})
