import type { Step } from './records.js'

/** A step that waits to be written. */
export interface Job<T = unknown> {
  readonly step: Step<T>
  /** Whether the caller has to know that it survives a failover. */
  readonly confirm?: boolean
  /** Whether the database says that something of the user is due. */
  readonly isDue?: boolean
  /** Called with what the step is going to answer, when that is sent. */
  readonly beforeSend?: (answer: T) => unknown
  /** Called when it is written. */
  readonly onDone?: (durable: boolean) => unknown
}

interface Waiting {
  readonly job: Job
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Writes jobs together. Resolves to their answers, in order. */
type Write = (userId: string, jobs: readonly Job[]) => Promise<unknown[]>

/**
 * One write at a time for each user: steps that are asked for meanwhile share the next one. Otherwise fifty logouts of one user
 * would spend their time in conflicts with each other. None joins a write that is under way: what that has loaded may be from
 * before it was asked for.
 */
export class WriteQueue {
  readonly #write: Write
  readonly #users = new Map<string, Waiting[]>()

  constructor(write: Write) {
    this.#write = write
  }

  run<T>(userId: string, job: Job<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = { job, resolve, reject } as unknown as Waiting
      const queue = this.#users.get(userId)
      if (queue) queue.push(waiting)
      else void this.#writeAll(userId, [waiting])
    })
  }

  async #writeAll(userId: string, queue: Waiting[]): Promise<void> {
    this.#users.set(userId, queue)
    while (queue.length > 0) {
      const taken = queue.splice(0)
      try {
        const answers = await this.#write(
          userId,
          taken.map(({ job }) => job),
        )
        for (const [at, { resolve }] of taken.entries()) resolve(answers[at])
      } catch (error) {
        for (const { reject } of taken) reject(error)
      }
    }
    this.#users.delete(userId)
  }
}
