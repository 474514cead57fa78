import { memoryStore } from '@imkit-auth/core'
import { invariantsContract } from '@imkit-auth/testkit'
import { describe } from 'vitest'

describe('with memoryStore', () => {
  invariantsContract(() => memoryStore())
})
