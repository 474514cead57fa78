/** What each name stands for that the snippets of Nest's README leave out: the framework's, and what the reader has. */
const NEST = {
  /** Where names come from that any editor adds an import for. */
  modules: {
    '@nestjs/common': 'Controller Get Injectable Module Post Req Res UseGuards',
    '@nestjs/config': 'ConfigService',
    '@nestjs/graphql': 'GqlExecutionContext',
    '@nestjs/passport': 'AuthGuard',
    '@nestjs/swagger': 'ApiProperty',
    '@nestjs/throttler': 'SkipThrottle',
    'node:util': 'promisify',
  },
  have: {
    Request: "import type { Request } from 'express'",
    tokens: "declare const tokens: import('@imkit-auth/core').ChatTokens",
    eu: "declare const eu: import('@imkit-auth/nestjs').ImkitChatModuleOptions",
    us: "declare const us: import('@imkit-auth/nestjs').ImkitChatModuleOptions",
    Public: 'declare const Public: () => ClassDecorator',
  },
}

/** The same for all other READMEs, whose apps use Express. */
const EXPRESS = {
  modules: {
    '@imkit-auth/nestjs': 'ProvisionChatToken RevokeChatToken',
    '@nestjs/common': 'Body Post',
    'connect-redis': 'RedisStore',
    'node:crypto': 'randomUUID',
    redis: 'createClient',
    vitest: 'expect',
  },
  have: {
    passport: "import passport from 'passport'",
    session: "import session from 'express-session'",
    Request: "import type { Request } from 'express'",
    Credentials: 'interface Credentials { username: string; password: string }',
    tokens: "declare const tokens: import('@imkit-auth/core').ChatTokens",
    app: "declare const app: import('express').Express",
    authenticate: "declare const authenticate: import('express').RequestHandler",
    createApp: "declare const createApp: (tokens: import('@imkit-auth/core').ChatTokens) => import('express').Express",
    server: "declare const server: import('node:http').Server",
    client: "declare const client: import('redis').RedisClientType",
    sessions: 'declare const sessions: { find(token: string): Promise<{ userId: string; name: string } | undefined> }',
    database: "declare const database: import('./table-driver.js').Table",
    openEmptyDatabase:
      "declare const openEmptyDatabase: () => Promise<{ connect(): import('./table-driver.js').Table }>",
    serverUrl: 'declare const serverUrl: string',
    apiKey: 'declare const apiKey: string',
    clientKey: 'declare const clientKey: string',
    secret: 'declare const secret: string',
    sessionId: 'declare const sessionId: string',
    body: 'declare const body: string',
  },
}

const KOA = {
  modules: {},
  have: {
    ...EXPRESS.have,
    app: "declare const app: import('koa')",
    router: "declare const router: import('@koa/router').Router",
    authenticate: "declare const authenticate: import('koa').Middleware",
  },
}

/** README.md and an example show the imports elsewhere: in the program at the top, and in its sources. */
const SHOWN_ELSEWHERE = {
  modules: {
    ...EXPRESS.modules,
    '@imkit-auth/core': 'chatTokensFromEnv',
    '@imkit-auth/express': 'imkitChat',
    '@imkit-auth/redis': 'redisStore',
  },
  have: EXPRESS.have,
}

/** What the reader of a README has, by its path. */
export function readerOf(path) {
  if (path === 'README.md' || path.startsWith('examples/')) return SHOWN_ELSEWHERE
  if (path.includes('nestjs')) return NEST
  return path.includes('koa') ? KOA : EXPRESS
}
