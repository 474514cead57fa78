import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ServerProcess, startServer } from './servers/server-process.js'
import type { Signing } from './signing.js'

export interface AuthServers {
  readonly plain: ServerProcess
  readonly service: ServerProcess
  /** The service's own tokens, one for each of so many users. */
  readonly tokens: readonly string[]
}

const SERVICE = new URL('bin/imkit-auth-service.js', import.meta.resolve('@imkit-auth/auth-service/package.json'))
const SIGN_SECRET = 'who-may-sign-in-the-benchmark'

/** Both have the same key. @throws Error when one does not tell a good token from a bad one. */
export async function startAuthServers(signing: Signing, users: number): Promise<AuthServers> {
  const folder = await mkdtemp(join(tmpdir(), 'imkit-auth-bench-'))
  try {
    const jwksFile = join(folder, 'jwks.json')
    await writeFile(jwksFile, JSON.stringify(signing.jwks), { mode: 0o600 })
    const [plain, service] = await Promise.all([
      startServer({ module: 'plain-auth-service', env: signing.env }),
      startServer({
        module: SERVICE,
        env: {
          PORT: '0',
          IMKIT_BASE_URL: 'http://127.0.0.1:9/',
          JWKS_FILE: jwksFile,
          SIGN_PATH_SECRET: SIGN_SECRET,
          // The plain one counts nobody, and one caller asks more than 10,000 times a second here.
          REQUESTS_PER_MINUTE: '0',
        },
      }),
    ])
    const tokens: string[] = []
    for (let at = 0; at < users; at++) tokens.push(await signed(service.url, at))
    for (const { url } of [plain, service]) await check(url, tokens)
    return { plain, service, tokens }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function signed(url: string, at: number): Promise<string> {
  const answer = await post(`${url}/sign/${SIGN_SECRET}`, { id: `user-${at}`, nickname: `User ${at}` })
  return ((await answer.json()) as { token: string }).token
}

async function check(url: string, tokens: readonly string[]): Promise<void> {
  for (const [at, token] of tokens.slice(0, 10).entries()) {
    const good = await post(`${url}/verify`, { token })
    const { id } = (await good.json()) as { id?: string }
    if (id !== `user-${at}`) throw new Error(`${url} says ${id} (${good.status}) of the token of user-${at}`)
    const bad = await post(`${url}/verify`, { token: token.replace(/\.[^.]+$/, '.AAAA') })
    if (bad.status !== 401) throw new Error(`${url} answers ${bad.status} to a forged token`)
  }
}

function post(url: string, body: object): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}
