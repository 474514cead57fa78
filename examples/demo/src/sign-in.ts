import passport from 'passport'
import { Strategy } from 'passport-local'
import { type DemoUser, PASSWORD, USERS } from './users.js'

declare global {
  // Passport's own type of `req.user` is extended through this namespace.
  // oxlint-disable-next-line typescript/no-namespace
  namespace Express {
    interface User extends DemoUser {}
  }
}

const userOf = (id: unknown) => USERS.find((user) => user.id === id)

/** Sign-in by name and password, as any app with Passport has it. */
export function createPassport(): InstanceType<typeof passport.Passport> {
  const own = new passport.Passport()
  own.use(
    new Strategy((username, password, done) => {
      done(null, password === PASSWORD && userOf(username))
    }),
  )
  own.serializeUser((user, done) => done(null, user.id))
  own.deserializeUser((id, done) => done(null, userOf(id) ?? false))
  return own
}
