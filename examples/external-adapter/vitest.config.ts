import { defineProject } from 'vitest/config'

export default defineProject({ test: { name: 'example-external-adapter', include: ['test/**/*.test.ts'] } })
