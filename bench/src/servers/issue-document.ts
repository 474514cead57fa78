import { tokenOf } from '../population.js'

/** What the chat server answers to whom it issued a token: the document that the emulator makes, and as long. */
export function issueDocument(id: string): object {
  const { token, expiresAt } = tokenOf({ id })
  const now = Date.now()
  const date = new Date(now).toISOString()
  const client = { _id: id, id, createdAt: date, updatedAt: date, createdAtMS: now, updatedAtMS: now }
  return { RC: 0, RM: 'OK', result: { ...client, token, expirationDate: new Date(expiresAt).toISOString() } }
}
