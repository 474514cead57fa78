import * as express from '@imkit-auth/express'
import { expect, it } from 'vitest'

it('exports imkitChat and nothing else that runs', () => {
  expect(Object.keys(express).sort()).toEqual(['imkitChat'])
})
