import { defineProject } from 'vitest/config'

export default defineProject({ test: { name: 'example-express-jwt', include: ['test/**/*.test.ts'] } })
