// What is published is what works: packs every public package, and uses the tarballs as apps do. Needs a build.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appNames, installApp, runApp } from './packages/apps.mjs'
import { compileConsumer, CONFIGURATIONS, installCompilers, nameOf } from './packages/compile.mjs'
import { checkContents } from './packages/contents.mjs'
import { lintManifest, lintTypes } from './packages/lint-tarball.mjs'
import { compileNest, lintNest, NEST_VERSIONS, scaffoldNest, testNest } from './packages/nest-apps.mjs'
import { buildNext, installNext, startNext } from './packages/next-app.mjs'
import { oldApps, testOldApp } from './packages/old-apps.mjs'
import { MANAGERS, runManaged } from './packages/package-managers.mjs'
import { pack, publicPackages } from './packages/pack.mjs'
import { obtainRedis, whyNoRedis } from './packages/redis.mjs'
import { Report } from './packages/report.mjs'
import { obtainRuntime, RUNTIMES, THIS_NODE } from './packages/runtimes.mjs'
import { checkOutputs } from './packages/stale-outputs.mjs'
import { proveStore, refuteStore } from './packages/stores.mjs'

const report = new Report()
const temporary = mkdtempSync(join(tmpdir(), 'imkit-auth-packages-'))
process.once('exit', () => rmSync(temporary, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

/** Packs and inspects every public package. Resolves to the tarballs by name. */
async function tarballsOfAll() {
  const tarballs = new Map()
  for (const { name, folder } of await publicPackages()) {
    await report.step(`pack ${name}`, async () => {
      const { tarball, files } = await pack(folder, temporary)
      tarballs.set(name, tarball)
      checkOutputs(files)
      await checkContents(name, files)
      return `${files.length} files`
    })
    const tarball = tarballs.get(name)
    if (!tarball) continue
    await report.step(`publint ${name}`, () => lintManifest(tarball))
    await report.step(`attw ${name}`, () => lintTypes(tarball))
  }
  return tarballs
}

/** Installs the tarballs beside each set of frameworks. Resolves to the folders of those that could be installed, by name. */
async function installedApps(tarballs) {
  const apps = new Map()
  for (const app of await appNames()) {
    const folder = join(temporary, app)
    if (await report.step(`install with the ${app} frameworks`, () => installApp(app, folder, tarballs))) {
      apps.set(app, folder)
    }
  }
  return apps
}

/** Starts a Redis for the apps. One that is not installed is skipped. */
async function redisOfApps() {
  const missing = whyNoRedis()
  if (missing !== undefined) return report.skip('redisStore in the apps', missing)
  let redis
  await report.step('start a Redis', async () => void (redis = await obtainRedis()))
  return redis
}

/** Resolves to every runtime, with the steps' name for it. One that cannot be had is skipped, or fails with ALL_RUNTIMES=1. */
async function runtimesOfApps() {
  const obtained = []
  for (const wish of RUNTIMES) {
    const version = `${wish.name} ${wish.wanted}`
    try {
      obtained.push({ ...wish, version, ...(await obtainRuntime(wish, temporary)) })
    } catch (error) {
      const hint = `\`npx -y ${wish.name}@${wish.wanted}\` has to work; ALL_RUNTIMES=1 makes this a failure.`
      if (process.env.ALL_RUNTIMES === '1') await report.step(`get ${version}`, () => Promise.reject(error))
      else report.skip(version, `This runtime cannot be had here. ${hint}\n${error.message}`)
    }
  }
  return obtained
}

/** Runs every app on each runtime. */
async function runOnEveryRuntime(runtimes, apps, redisUrl) {
  for (const runtime of runtimes) {
    for (const [app, folder] of apps) {
      for (const group of runtime.groups) {
        const together = group.map((file) =>
          report.step(`run ${file} with the ${app} frameworks on ${runtime.version}`, () =>
            runApp(runtime, file, folder, redisUrl),
          ),
        )
        await Promise.all(together)
      }
    }
  }
}

/** Has each app prove its own driver on this Node.js, and the newest one the memory store on every runtime. */
async function proveStores(runtimes, apps) {
  for (const [app, folder] of apps) {
    await report.step(`prove an app's own store with the ${app} frameworks`, () =>
      proveStore(THIS_NODE, 'own-store.test.ts', folder),
    )
  }
  // The oldest vitest does not start on Bun 1.2.
  const folder = apps.get('newest')
  if (!folder) return
  const test = 'memory-store.test.mjs'
  for (const runtime of runtimes) {
    await report.step(`prove the memory store on ${runtime.version}`, () => proveStore(runtime, test, folder))
    await report.step(`refute a careless store on ${runtime.version}`, () => refuteStore(runtime, test, folder))
  }
}

/** Compiles a TypeScript consumer with each configuration. Where Nest 12 cannot be found, as it has no `main`, the oldest frameworks do. */
async function compileAll(apps) {
  let compilers
  await report.step('install the compilers of apps', async () => {
    compilers = await installCompilers(join(temporary, 'compilers'))
  })
  if (!compilers) return
  const jobs = CONFIGURATIONS.flatMap((configuration) => {
    const { typescript, moduleResolution } = configuration
    const wanted = typescript === undefined ? [...apps.keys()] : [moduleResolution === 'node10' ? 'oldest' : 'newest']
    return wanted.filter((app) => apps.has(app)).map((app) => ({ configuration, app }))
  })
  // Two at a time, as there are cores.
  const work = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const { configuration, app } = job
      await report.step(`compile with ${nameOf(configuration)} and the ${app} frameworks`, () =>
        compileConsumer(configuration, apps.get(app), compilers),
      )
    }
  }
  await Promise.all([work(), work()])
}

/** Has Nest's own command line make apps, and tries the README of our Nest package in them, with their compiler, linter and tests. */
async function readmeInNestApps(tarballs) {
  const apps = NEST_VERSIONS.map(async (version) => {
    let folder
    const app = `the app that Nest ${version} makes`
    const made = await report.step(`make ${app}`, async () => {
      folder = await scaffoldNest(version, temporary, tarballs)
    })
    if (!made) return
    await report.step(`compile the README's snippets in ${app}`, () => compileNest(folder))
    await report.step(`lint them in ${app}`, () => lintNest(version, folder))
    await report.step(`run the README's tests in ${app}`, () => testNest(folder))
  })
  await Promise.all(apps)
}

/** Has Next.js build an app without the environment that it is then started in. */
async function buildWithNext(tarballs) {
  const folder = join(temporary, 'next')
  const made = await report.step('install an app of Next.js', () => installNext(folder, tarballs))
  if (!made) return
  const built = await report.step('have Next.js build it without an environment', () => buildNext(folder))
  if (built) await report.step('start what Next.js built, and ask it for a token', () => startNext(folder))
}

const tarballs = await tarballsOfAll()
const apps = await installedApps(tarballs)
const redis = await redisOfApps()
const runtimes = await runtimesOfApps()
await runOnEveryRuntime(runtimes, apps, redis?.url)
await redis?.stop()
await proveStores(runtimes, apps)
await compileAll(apps)
for (const manager of Object.keys(MANAGERS)) {
  await report.step(`install with ${manager}, and run`, () => runManaged(manager, temporary, tarballs))
}
for (const app of await oldApps()) {
  await report.step(`run the tests of an old app: ${app}`, () => testOldApp(app, temporary, tarballs))
}
await buildWithNext(tarballs)
await readmeInNestApps(tarballs)
process.exitCode = report.end()
