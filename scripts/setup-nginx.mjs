// Gets nginx for the tests where that is possible without asking, and says so where it is not. Never fails.
import { installPackage, isInstalled } from './install-package.mjs'

installNginx()

function installNginx() {
  if (isInstalled('nginx')) return
  const failure = installPackage('nginx')
  if (isInstalled('nginx')) return
  console.error(`
********************************************************************************************************
  THERE IS NO NGINX ON THIS MACHINE: the suite that restarts processes behind one will be SKIPPED.
  To run it, install nginx, e.g. with \`apt-get install nginx\`.
********************************************************************************************************
${failure ? `\n${failure}\n` : ''}`)
}
