import * as koa from '@imkit-auth/koa'
import { expect, it } from 'vitest'

it('exports imkitChat and nothing else that runs', () => {
  expect(Object.keys(koa).sort()).toEqual(['imkitChat'])
})
