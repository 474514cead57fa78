import { Lane } from './lane.js'
import { goAstray, lookAtProcess } from './process-sinks.js'
import { ProcessTaps } from './process-taps.js'
import { Sinks } from './sinks.js'

/** One run of a hunt, with a chat server to itself. */
export type Job = (lane: Lane, sinks: Sinks) => Promise<void>

/** What a hunt has found. */
export interface LeakReport {
  readonly runs: number
  /** How many named places were looked at. */
  readonly sinks: number
  readonly sinkNames: readonly string[]
  /** Places that never held anything, where looking has proved nothing. */
  readonly emptySinks: readonly string[]
  /** Where something was that should not be; without the secret itself. */
  readonly hits: string[]
}

export interface LeakHuntOptions {
  readonly onProgress?: (done: number, of: number) => void
}

/** Side by side, because most of a run is spent waiting; on servers that differ in what they answer. */
const LANES = Array.from({ length: 6 }, () => [
  { dialect: 'envelope' } as const,
  { dialect: 'bare', conflictOnExisting: true } as const,
]).flat()

/** Does the jobs side by side, each with secrets of its own. While it runs, this process prints nothing. */
export async function hunt(jobs: readonly Job[], { onProgress = () => {} }: LeakHuntOptions): Promise<LeakReport> {
  const sinks = new Sinks()
  const waiting = [...jobs]
  const lanes = await Promise.all(LANES.map((server) => Lane.open(server)))
  const taps = new ProcessTaps()
  const work = async (lane: Lane) => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      await job(lane, sinks)
      await lane.clear()
      onProgress(jobs.length - waiting.length, jobs.length)
    }
  }
  try {
    await Promise.all(lanes.map(work))
    await goAstray(lanes, taps, sinks)
    await lookAtProcess(sinks, taps, lanes)
  } finally {
    taps.close()
    await Promise.all(lanes.map((lane) => lane.close()))
  }
  const { names, empty, hits } = sinks
  return { runs: jobs.length, sinks: names.length, sinkNames: names, emptySinks: empty, hits: [...hits] }
}
