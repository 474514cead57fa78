import { crc32 } from 'node:zlib'

/** A user's keys and their shard's outbox share one hash tag, and thereby one node of a cluster. */
export const SHARDS = 256

/** The names of everything that one chat server and namespace have in Redis. No user id can reach another's. */
export class Keys {
  readonly #prefix: string
  readonly #space: string

  constructor(prefix: string, space: string) {
    this.#prefix = prefix
    this.#space = space
  }

  shardOf(userId: string): number {
    return crc32(userId) % SHARDS
  }

  /** A user's row. The id comes last, as it is. */
  row(userId: string): string {
    return `${this.#inShard(this.shardOf(userId))}:user:${userId}`
  }

  /** Who in the shard has revocations waiting, by when they are due. */
  outbox(shard: number): string {
    return `${this.#inShard(shard)}:outbox`
  }

  /** Set while somebody waits for the user's lease. */
  waiters(userId: string): string {
    return `${this.#inShard(this.shardOf(userId))}:waiters:${userId}`
  }

  /** Where those who wait for a lease hear that it was given back. */
  get released(): string {
    return `${this.#prefix}:${this.#space}:released`
  }

  #inShard(shard: number): string {
    return `${this.#prefix}:{${shard.toString(16).padStart(2, '0')}}:${this.#space}`
  }
}
