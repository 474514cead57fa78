import { type Fault, FAULTY_USER, inPlace } from './fault.js'

type Document = Readonly<Record<string, unknown>>

const DAY = 86_400_000
const LONGEST_TOKEN = 8_192
const FALSE_TOKEN = 'made-up-by-a-fault'

/** The answer to an issue, right but for these fields. */
const document = (name: string, wrong: Document | ((right: Document) => unknown)): Fault =>
  inPlace(
    name,
    ({ now }) => {
      const expirationDate = new Date(now() + 7 * DAY).toISOString()
      const right = { _id: FAULTY_USER, id: FAULTY_USER, issueAccessToken: true, token: FALSE_TOKEN, expirationDate }
      return { kind: 'status', status: 200, body: typeof wrong === 'function' ? wrong(right) : { ...right, ...wrong } }
    },
    true,
  )

/** Documents of a client that are wrong in one point, for which no token of theirs may ever be taken. */
export const falseDocuments: readonly Fault[] = [
  document('a token with a line break', { token: 'a\r\nIM-API-KEY: stolen' }),
  document('a token with a blank', { token: 'two words' }),
  document('a token outside ASCII', { token: 'tökën' }),
  document('a token that is too long', { token: 'x'.repeat(LONGEST_TOKEN + 1) }),
  document('an empty token', { token: '' }),
  document('a token null', { token: null }),
  document('a number as token', { token: 12_345 }),
  document('an object as token', { token: { token: FALSE_TOKEN } }),
  document('a number as expirationDate', { expirationDate: 4_102_444_800_000 }),
  document('an empty expirationDate', { expirationDate: '' }),
  document('expirationDate null and no exp', ({ _id, token }) => ({ _id, token, expirationDate: null })),
  document('a number as id', { _id: 1, id: 1 }),
  document('the id in another case', { _id: FAULTY_USER.toUpperCase(), id: FAULTY_USER.toUpperCase() }),
  document('the document of somebody else', { _id: 'bob', id: 'bob' }),
  document('the same field twice', (right) =>
    JSON.stringify(right).replace('{', '{"_id":"bob",').replace(/}$/, ',"_id":"bob"}'),
  ),
  document('the document in __proto__', (right) => `{"__proto__":${JSON.stringify(right)}}`),
  document('the document in a list', (right) => ({ RC: 0, RM: 'OK', result: [right] })),
  document('the document in an error', (right) => ({ RC: 0, error: right, result: {} })),
]
