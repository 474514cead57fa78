/** Counts what nobody handles in this process until `stop` is called. */
export interface Unhandled {
  readonly seen: string[]
  stop(): void
}

/** Listens to unhandled rejections and uncaught exceptions; who else listens still hears of them. */
export function countUnhandled(): Unhandled {
  const seen: string[] = []
  const note = (reason: unknown) => void seen.push(String(reason))
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
  return {
    seen,
    stop() {
      process.off('unhandledRejection', note)
      process.off('uncaughtException', note)
    },
  }
}
