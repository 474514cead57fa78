import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url))

/** Does one task in a process of its own, and returns its report. */
export function inWorker(task, options, onProgress) {
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, [task, JSON.stringify(options)])
    let report
    child.on('message', (message) => {
      if (message.report) report = message.report
      else onProgress?.(message.done, message.total)
    })
    child.on('exit', (code) => {
      if (report) resolve(report)
      else reject(new Error(`the task "${task}" with ${JSON.stringify(options)} ended with code ${code} and no report`))
    })
  })
}
