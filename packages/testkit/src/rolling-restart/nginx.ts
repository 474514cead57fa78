import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findCommand } from '../find-command.js'
import { freePort } from '../redis-servers/free-port.js'
import { LastWill } from '../redis-servers/last-will.js'

const READY_WITHIN_MS = 5_000
/** Debian keeps it where only root looks. */
const SBIN = ['/usr/sbin', '/usr/local/sbin']

/**
 * As most people set it up. What is no default: connections to the app are kept, and one failure takes a process out for a
 * second. A POST that was sent is not sent again to another process, as it may have been acted on: that is a default.
 * Without a master there is one process to stop, and root or not makes no difference.
 */
function configuration(port: number, upstreams: readonly number[]): string {
  const servers = upstreams.map((each) => `server 127.0.0.1:${each} max_fails=1 fail_timeout=1s;`)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${kind};`)
  return `
    daemon off;
    master_process off;
    pid nginx.pid;
    error_log error.log warn;
    events { worker_connections 1024; }
    http {
      access_log off;
      ${temporary.join('\n      ')}
      upstream app {
        ${servers.join('\n        ')}
        keepalive 16;
      }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://app;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
        }
      }
    }
  `
}

/** Why suites with a real nginx are skipped and how to get them, or undefined when they can run. */
export function nginxMissing(): string | undefined {
  return findCommand('nginx', ...SBIN) === undefined
    ? 'Skipped without nginx: install it, e.g. with `apt-get install nginx`.'
    : undefined
}

/** An nginx that only this test knows, in front of these ports. It has ended when our process has, however that ends. */
export class Nginx {
  readonly url: string
  readonly #port: number
  readonly #dir: string
  readonly #lastWill: LastWill
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>

  private constructor(command: string, port: number, upstreams: readonly number[]) {
    this.#port = port
    this.url = `http://127.0.0.1:${port}`
    this.#dir = mkdtempSync(join(tmpdir(), `nginx-${port}-`))
    writeFileSync(join(this.#dir, 'nginx.conf'), configuration(port, upstreams))
    const args = ['-p', this.#dir, '-e', 'error.log', '-c', 'nginx.conf']
    this.#lastWill = new LastWill(this.#dir)
    this.#process = spawn(command, args, { stdio: 'ignore' })
    this.#ended = once(this.#process, 'exit')
    this.#lastWill.name(this.#process.pid)
  }

  /** Resolves once it accepts connections. */
  static async start(upstreams: readonly number[]): Promise<Nginx> {
    const command = findCommand('nginx', ...SBIN)
    if (command === undefined) throw new Error(nginxMissing())
    const nginx = new Nginx(command, await freePort(), upstreams)
    const giveUpAt = performance.now() + READY_WITHIN_MS
    while (!(await nginx.#accepts())) {
      if (performance.now() < giveUpAt && nginx.#process.exitCode === null) {
        await sleep(10)
        continue
      }
      const log = nginx.#log()
      await nginx.stop()
      throw new Error(`nginx does not start. Its last words:\n${log}`)
    }
    return nginx
  }

  /** What it has logged and how often, without what was different each time. */
  complaints(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const line of this.#log().split('\n')) {
      const what = /\[(?:warn|error|crit|alert|emerg)\] [\d#]+: (?:\*\d+ )?(.*?)(?:, client: .*)?$/.exec(line)?.[1]
      if (what !== undefined) counts[what] = (counts[what] ?? 0) + 1
    }
    return counts
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGTERM')
    await this.#ended
    this.#lastWill.name(undefined)
    this.#lastWill.execute()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  #log(): string {
    return readFileSync(join(this.#dir, 'error.log'), 'utf8')
  }

  async #accepts(): Promise<boolean> {
    const socket = connect(this.#port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return true
    } catch {
      return false
    } finally {
      socket.destroy()
    }
  }
}
