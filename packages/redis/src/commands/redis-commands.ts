/** A command and its arguments. */
export type Command = readonly string[]

/** Hears what is published, until it is ended: also one that never got a connection. */
export interface Subscription {
  readonly ready: Promise<unknown>
  end(): void
}

/** The few things that the store needs of a Redis client, whichever it is. */
export interface RedisCommands {
  /** Whether keys live on several nodes. */
  readonly isCluster: boolean
  /** While the client itself is being loaded. Rejects when none is installed. */
  readonly loading?: Promise<unknown> | undefined
  /** Whether a command would be sent at once. */
  readonly isReady: boolean
  /** Whether it is connected, or tries to be. */
  readonly isOpen: boolean
  /** The client itself, if there is one yet. */
  readonly client: object | undefined
  /** Sends commands together, on one connection to the node that has the key. Resolves with a reply or an `Error` for each. */
  send(key: string, commands: readonly Command[]): Promise<readonly unknown[]>
  /** Listens on a connection of its own. */
  subscribe(channel: string, onMessage: (message: string) => void): Subscription
  /** Takes a new connection, where it was opened here. */
  renew?(): void
  /** Closes what was opened here; a client of the app stays open. */
  close?(): Promise<void>
}
