/** A user as this app knows them; the chat knows them by the same id. */
export interface DemoUser {
  readonly id: string
  readonly name: string
}

export const USERS: readonly DemoUser[] = [
  { id: 'amy', name: 'Amy' },
  { id: 'bob', name: 'Bob' },
  { id: 'cleo', name: 'Cleo' },
]

/** Everybody's, as the page says. A real app keeps a hash for each user. */
export const PASSWORD = 'chat'
