/** What Redis says when it is there and does not do what it is asked, and what helps. */
const WHAT_TO_DO: Readonly<Record<string, string>> = {
  NOPERM:
    "Redis refuses a command, a key or a channel to this user: grant what the README of @imkit-auth/redis lists under 'ACL'.",
  NOAUTH: 'Redis wants a password: give the client its user and password.',
  WRONGPASS: 'Redis refuses the user or the password of the client.',
  ERR: 'Redis does not know a command that is needed, or not in this form: give it back its name if it is renamed or disabled (rename-command), and take Redis 7 or newer.',
  OOM: "Redis's memory is full: raise maxmemory, or remove what else is kept there.",
  READONLY:
    'This Redis is a replica, and takes no writes: after a failover a client that follows the master is needed (Sentinel or Cluster).',
  MISCONF: 'Redis takes no writes, as it cannot save to its disk: free the disk, or look into its log.',
  NOREPLICAS: 'Redis takes no writes, as it has too few replicas (min-replicas-to-write).',
  LOADING: 'Redis is loading its data.',
  BUSY: 'Redis is busy with a script of somebody else.',
  MASTERDOWN: 'This Redis is a replica that has lost its master, and answers nothing.',
  CLUSTERDOWN: 'The Redis Cluster is down: some of its slots have no node.',
  CROSSSLOT: 'The client splits one command over several nodes of the cluster: is it made for a cluster?',
}

/** What an operator is told of an error that Redis answered; `undefined` for any other. It quotes only the code and the command. */
export function refusalOf(error: unknown): string | undefined {
  const code = codeOf(error)
  if (code === undefined) return undefined
  const [, command] = /(?:unknown command|to run the) ['`]([a-z|]{1,30})['`]/i.exec((error as Error).message) ?? []
  return `${WHAT_TO_DO[code]} (${code}${command === undefined ? '' : `, ${command.toUpperCase()}`})`
}

/** Whether the error says something of one key, and nothing of Redis. */
export function isOfOneKey(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('WRONGTYPE')
}

/** A Redis that was restarted, or has become the master, does not know our scripts. */
export function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

const INSIDE = /\b(NOPERM|OOM|READONLY|MISCONF|NOREPLICAS)\b|executing the script can't|ACL failure in script/

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  // An error inside a script may come with its code further back.
  const code = /^[A-Z]+(?= )/.exec(error.message)?.[0]
  if (code === undefined || !Object.hasOwn(WHAT_TO_DO, code)) return undefined
  const inner = code === 'ERR' ? INSIDE.exec(error.message) : null
  return inner === null ? code : (inner[1] ?? 'NOPERM')
}
