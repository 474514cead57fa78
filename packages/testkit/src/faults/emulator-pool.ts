import { type Emulator, type EmulatorOptions, startEmulator } from '@imkit-auth/emulator'

/** Emulators that are used again, as new, because starting one takes longer than a run works. */
export class EmulatorPool {
  readonly #idle = new Map<string, Emulator[]>()
  readonly #all: Emulator[] = []

  /** Lends an emulator that nobody else uses and that knows nothing. */
  async use<T>(options: EmulatorOptions, work: (emulator: Emulator) => Promise<T>): Promise<T> {
    const kind = JSON.stringify(options)
    const idle = this.#idle.get(kind) ?? []
    this.#idle.set(kind, idle)
    const emulator = idle.pop() ?? (await this.#start(options))
    try {
      return await work(emulator)
    } finally {
      await emulator.reset()
      idle.push(emulator)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((emulator) => emulator.close()))
  }

  async #start(options: EmulatorOptions): Promise<Emulator> {
    const emulator = await startEmulator({ rateLimit: 0, ...options })
    this.#all.push(emulator)
    return emulator
  }
}
