// One task of the soak: `worker.mjs <task> <options as JSON>`; reports to the process that forked it.
let unhandled = 0
process.on('unhandledRejection', () => (unhandled += 1))

const [task, options] = process.argv.slice(2)
let toldAt = 0
const onProgress = (done, total) => {
  if (Date.now() - toldAt < 500 && done !== total) return
  toldAt = Date.now()
  process.send({ done, total })
}

const TASKS = {
  async schedules(given) {
    const { runSchedules } = await import('../../packages/testkit/dist/simulation/index.js')
    return runSchedules(given)
  },
  async matrix(given) {
    const { runFaultMatrix } = await import('../../packages/testkit/dist/faults/index.js')
    return runFaultMatrix({ ...given, onProgress })
  },
  async leaks() {
    const { runLeakHunt } = await import('../../packages/testkit/dist/leaks/index.js')
    return runLeakHunt({ onProgress })
  },
}
const report = await TASKS[task](JSON.parse(options))
process.send({ report: { unhandled, ...report } }, () => process.exit(0))
