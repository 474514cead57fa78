import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { include: ['careless-driver.ts'] } })
