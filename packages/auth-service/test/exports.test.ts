import * as authService from '@imkit-auth/auth-service'
import * as express from '@imkit-auth/auth-service/express'
import * as koa from '@imkit-auth/auth-service/koa'
import * as nestjs from '@imkit-auth/auth-service/nestjs'
import * as node from '@imkit-auth/auth-service/node'
import * as web from '@imkit-auth/auth-service/web'
import { expect, it, test } from 'vitest'

it('exports these names that run, and no others', () => {
  expect(Object.keys(authService).sort()).toEqual([
    'AuthService',
    'createAuthService',
    'createVerifier',
    'introspection',
    'remoteJwks',
    'verifyWith',
  ])
})

test.each([
  ['express', express, ['authServiceHandler']],
  ['koa', koa, ['authServiceMiddleware']],
  ['nestjs', nestjs, ['AuthServiceModule']],
  ['node', node, ['authServiceListener', 'respondTo', 'send']],
  ['web', web, ['authServiceFetch']],
])('exports from its subpath %s its handler, and nothing else that runs', (_, exported, names) => {
  expect(Object.keys(exported).sort()).toEqual(names)
})
