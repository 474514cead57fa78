import { defineProject } from 'vitest/config'
import manifest from './package.json' with { type: 'json' }

export default defineProject({
  // How Nest's other packages are met is tested with those of Nest 11 and 12.
  test: { name: 'nest-10', include: ['../test/*.test.ts'] },
  // The tests live beside Nest 12; here they get this folder's Nest, the oldest that our peer range takes.
  resolve: { dedupe: Object.keys(manifest.devDependencies).filter((name) => !name.startsWith('@imkit-auth/')) },
})
