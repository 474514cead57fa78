import { hunt, type LeakHuntOptions, type LeakReport } from './hunt.js'
import { leakJobs } from './jobs.js'

/**
 * Lets every operation of core meet every fault, and looks for keys and tokens in every place where they must not show.
 * While it runs, this process prints nothing.
 */
export function runLeakHunt(options: LeakHuntOptions = {}): Promise<LeakReport> {
  return hunt(leakJobs(), options)
}
