import { createPublicKey, createSecretKey } from 'node:crypto'
import express from 'express-4'
import { jwtVerify } from 'jose'
import jwt from 'jsonwebtoken'
import { addressOf, announce } from './answers.js'

// What an app would write itself: IMKIT's reference service as its documents describe it, less its leaks. It takes a
// token for good as long as its signature is: of a logout it knows nothing.

interface Claims {
  readonly id?: string
  readonly nickname?: string
  readonly avatarUrl?: string
}

const { JWT_SECRET, JWT_PUBLIC_KEY } = process.env
const verify = JWT_PUBLIC_KEY === undefined ? withSecret(String(JWT_SECRET)) : withPublicKey(JWT_PUBLIC_KEY)

const app = express()
app.use(express.json())
app.post('/verify', async (req, res) => {
  try {
    const { id, nickname, avatarUrl } = await verify(String((req.body as { token?: unknown }).token))
    res.json({ id, nickname, avatarUrl })
  } catch {
    res.status(401).json({ message: 'The token is not valid.' })
  }
})
const server = app.listen(0, '127.0.0.1', () => announce(addressOf(server)))

/** A key object, as jsonwebtoken would try to read a text as a public key first, for every token. */
function withSecret(secret: string): (token: string) => Claims {
  const key = createSecretKey(secret, 'utf8')
  return (token) => jwt.verify(token, key, { algorithms: ['HS256'] }) as Claims
}

/** jsonwebtoken knows no EdDSA. */
function withPublicKey(pem: string): (token: string) => Promise<Claims> {
  const key = createPublicKey(pem)
  return async (token) => (await jwtVerify<Claims>(token, key, { algorithms: ['EdDSA'] })).payload
}
