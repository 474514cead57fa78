/** What an app in TypeScript says of its own users and sessions. */
declare global {
  // Express's own types are extended through this namespace.
  // oxlint-disable-next-line typescript/no-namespace
  namespace Express {
    interface User {
      readonly id: string
      readonly name: string
    }
  }
}

declare module 'express-session' {
  interface SessionData {
    user: { readonly id: string; readonly nickname: string }
    accessToken: string
  }
}
