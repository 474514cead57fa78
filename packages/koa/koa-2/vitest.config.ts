import { defineProject } from 'vitest/config'

export default defineProject({
  // The others look at what Koa itself answers and logs, which has changed since.
  test: { name: 'koa-2', include: ['../test/{contract,sessions,session-scope,testing}.test.ts'] },
  // The tests live beside Koa 3; here they get this folder's Koa, the oldest that our peer range takes.
  resolve: { dedupe: ['koa'] },
})
