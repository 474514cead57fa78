// Express 4 has no types of its own here. What the bench uses of it is as in 5.
declare module 'express-4' {
  export { default } from 'express'
}
