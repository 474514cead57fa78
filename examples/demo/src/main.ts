import { announcement } from './announcement.js'
import { explain, type Ports, portsFrom } from './ports.js'
import { type Demo, startDemo } from './start-demo.js'

async function start(ports: Ports): Promise<Demo> {
  try {
    return await startDemo(ports)
  } catch (error) {
    throw new Error(explain(error, ports), { cause: error })
  }
}

try {
  const demo = await start(portsFrom(process.env))
  const stop = async () => {
    await demo.close()
    console.log('\n  Stopped: the demo and its chat server.')
  }
  // A second Ctrl-C does not wait.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
  console.log(announcement(demo, process.stdout.isTTY && process.stdout.hasColors()))
} catch (error) {
  console.error(`\n  ${(error as Error).message}\n`)
  process.exitCode = 1
}
