/** The environment variables that choose ports, and what they are without. */
const DEFAULTS = { PORT: 3000, CHAT_PORT: 4100, CONTROL_PORT: 4101 }

type PortName = keyof typeof DEFAULTS

/** Where the demo, the chat server and its control listen; 0 takes any free port. */
export type Ports = Readonly<Record<PortName, number>>

const NAMES = Object.keys(DEFAULTS) as PortName[]

/**
 * Reads the ports from the environment.
 * @throws Error of one line that names the variable.
 */
export function portsFrom(env: NodeJS.ProcessEnv): Ports {
  const ports = { ...DEFAULTS }
  for (const name of NAMES) {
    const value = env[name] || String(DEFAULTS[name])
    if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) {
      throw new Error(`${name} must be a port, a number from 0 to 65535; it is "${value}".`)
    }
    ports[name] = Number(value)
  }
  for (const [index, name] of NAMES.entries()) {
    const twin = NAMES.slice(0, index).find((other) => ports[other] === ports[name])
    if (twin && ports[name] !== 0) throw new Error(`${twin} and ${name} are both ${ports[name]}; they must differ.`)
  }
  return ports
}

/** What to do about a port that cannot be had, or else what the error says. */
export function explain(error: unknown, ports: Ports): string {
  // The emulator wraps Node's error, which knows the port.
  const { code, port } = ((error as Error).cause ?? error) as { code?: string; port?: number }
  const name = NAMES.find((candidate) => ports[candidate] === port)
  if (!name) return error instanceof Error ? error.message : String(error)
  const problem = code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${code})`
  return `Port ${port} ${problem}. Stop what listens there, or choose another port: ${name}=${DEFAULTS[name] + 10} npm start`
}
