import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['packages/*', 'packages/nestjs/nest-11', 'examples/*'],
  },
})
