import { defineProject } from 'vitest/config'

export default defineProject({
  // What a browser sends does not depend on the version of Express, and the neighbours are those of a newer one.
  test: {
    name: 'express-4-16',
    include: ['../test/**/*.test.ts'],
    exclude: ['../test/*in-a-browser.test.ts', '../test/neighbours.test.ts'],
  },
  // The tests live beside Express 5; here they get this folder's Express, the oldest that our peer range takes.
  resolve: { dedupe: ['express'] },
})
