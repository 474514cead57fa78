import { defineProject } from 'vitest/config'

export default defineProject({ test: { name: 'example-nestjs-graphql', include: ['test/**/*.test.ts'] } })
