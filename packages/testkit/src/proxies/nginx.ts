import { programMissing, ProxyProcess, type ProxyProgram } from './proxy-process.js'

const NGINX: ProxyProgram = {
  command: 'nginx',
  args: (configuration) => ['-p', '.', '-e', 'stderr', '-c', configuration],
}

/** Without a master there is one process to stop, and root or not makes no difference. */
function inOneProcess(http: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${kind};`)
  return `
    daemon off;
    master_process off;
    pid nginx.pid;
    error_log stderr warn;
    events { worker_connections 1024; }
    http {
      access_log off;
      ${temporary.join('\n      ')}
      ${http}
    }
  `
}

/** Why suites with a real nginx are skipped and how to get them, or undefined when they can run. */
export function nginxMissing(): string | undefined {
  return programMissing(NGINX)
}

/** Starts an nginx with this in its `http` block. */
export function startNginx(http: (port: number) => string): Promise<ProxyProcess> {
  return ProxyProcess.start(NGINX, (port) => inOneProcess(http(port)))
}

/** What an nginx has logged and how often, without what was different each time. */
export function complaints(nginx: ProxyProcess): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const line of nginx.log().split('\n')) {
    const what = /\[(?:warn|error|crit|alert|emerg)\] [\d#]+: (?:\*\d+ )?(.*?)(?:, client: .*)?$/.exec(line)?.[1]
    if (what !== undefined) counts[what] = (counts[what] ?? 0) + 1
  }
  return counts
}
