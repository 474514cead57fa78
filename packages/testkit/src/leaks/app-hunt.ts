import { AppRun, type StartHuntedApp } from './app-run.js'
import { hunt, type Job, type LeakReport } from './hunt.js'
import { LEAK_FAULTS } from './jobs.js'

/** Core meets every fault; of what an app makes of that, these show every kind. */
const FAULTS = [
  ...[401, 429, 500].map((status) => `${status} quoting in RC, RM and error`),
  '403 with a page of a proxy',
  '409 USER_EXISTS',
  '500 quoting in page of a proxy',
  '401 quoting in error and message',
  '200 quoting in half of a JSON',
  '302 quoting in the header Location',
  '500 quoting in the header Set-Cookie',
  '500 quoting in the status text',
  'an answer that quotes and is no HTTP',
  'a refused connection',
  'no answer at all',
  'a reset after acting',
  'half of the body',
  'another id than asked for',
  'more revoked than asked',
  '307 to a decoy',
]

/** Frameworks make their error pages by it. */
const ENVIRONMENTS = ['development', 'production'] as const

/** Lets an app with a binding meet faults, and looks for keys and tokens in every place where they must not show. */
export async function runAppLeakHunt(start: StartHuntedApp): Promise<readonly LeakReport[]> {
  const reports: LeakReport[] = []
  const { NODE_ENV: before } = process.env
  try {
    for (const environment of ENVIRONMENTS) {
      process.env['NODE_ENV'] = environment
      reports.push(await hunt(jobsIn(environment, start), {}))
    }
  } finally {
    if (before === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = before
  }
  return reports
}

function jobsIn(environment: string, start: StartHuntedApp): Job[] {
  return (['fail', 'continue'] as const).flatMap((onUnavailable) => {
    const during = (what: string) => `in ${environment} with onUnavailable '${onUnavailable}', ${what}`
    const healthy: Job = async (lane, sinks) => {
      const run = await AppRun.open(start, onUnavailable, [lane, sinks, during('while all is well')])
      await run.askForEverything()
      await run.end()
    }
    const faulty = FAULTS.map((name): Job => {
      const fault = LEAK_FAULTS.find((one) => one.name === name)
      if (!fault) throw new TypeError(`There is no fault "${name}"`)
      return async (lane, sinks) => {
        const run = await AppRun.open(start, onUnavailable, [lane, sinks, during(`under "${name}"`)])
        await run.suffer(fault)
        await run.end()
      }
    })
    return faulty.concat(healthy)
  })
}
