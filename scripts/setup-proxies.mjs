// Gets nginx and HAProxy for the tests where that is possible without asking, and says so where it is not. Never fails.
import { installPackage, isInstalled } from './install-package.mjs'

/** Each proxy by its command, and what cannot be shown without it. */
const PROXIES = {
  nginx: 'restart processes behind one, and send user ids through one',
  haproxy: 'send user ids through one',
}

for (const [command, tests] of Object.entries(PROXIES)) installProxy(command, tests)

function installProxy(command, tests) {
  if (isInstalled(command)) return
  const failure = installPackage(command)
  if (isInstalled(command)) return
  console.error(`
********************************************************************************************************
  THERE IS NO ${command.toUpperCase()} ON THIS MACHINE: the tests that ${tests} will be SKIPPED.
  To run them, install ${command}, e.g. with \`apt-get install ${command}\`.
********************************************************************************************************
${failure ? `\n${failure}\n` : ''}`)
}
