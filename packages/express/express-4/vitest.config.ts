import { defineProject } from 'vitest/config'

export default defineProject({
  // What a browser sends does not depend on the version of Express.
  test: {
    name: 'express-4',
    include: ['test/**/*.test.ts', '../test/**/*.test.ts'],
    exclude: ['../test/*in-a-browser.test.ts'],
  },
  // The tests that are shared live beside Express 5; here they get this folder's Express 4.
  resolve: { dedupe: ['express'] },
})
