import { defineProject } from 'vitest/config'
import manifest from './package.json' with { type: 'json' }

export default defineProject({
  test: { name: 'nest-11', include: ['test/**/*.test.ts', '../test/**/*.test.ts'] },
  // The library and the app it is tested with live beside Nest 12; here both get this folder's Nest 11.
  resolve: { dedupe: Object.keys(manifest.devDependencies).filter((name) => !name.startsWith('@imkit-auth/')) },
})
