import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Most tests wait for servers rather than for a core.
    maxWorkers: '100%',
    // Waiting for deadlines and browsers is not worth a line each.
    slowTestThreshold: 3_000,
    projects: [
      'packages/*/vitest.config.ts',
      'packages/express/*/vitest.config.ts',
      'packages/koa/*/vitest.config.ts',
      'packages/nestjs/*/vitest.config.ts',
      'examples/*/vitest.config.ts',
      'bench/vitest.config.ts',
    ],
  },
})
