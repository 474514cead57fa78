import { defineProject } from 'vitest/config'

export default defineProject({ test: { name: 'example-external-central', include: ['test/**/*.test.ts'] } })
