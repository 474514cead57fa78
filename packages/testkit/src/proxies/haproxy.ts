import { programMissing, ProxyProcess, type ProxyProgram } from './proxy-process.js'

const HAPROXY: ProxyProgram = { command: 'haproxy', args: (configuration) => ['-db', '-f', configuration] }

/** `normalize-uri` has to be asked for. In ms. */
const DEFAULTS = `
global
  expose-experimental-directives
defaults
  mode http
  timeout connect 15000
  timeout client 60000
  timeout server 60000
`

/** Why suites with a real HAProxy are skipped and how to get them, or undefined when they can run. */
export function haproxyMissing(): string | undefined {
  return programMissing(HAPROXY)
}

/** Starts a HAProxy in front of this port, which does these things to a request. */
export function startHaproxy(upstream: number, rules: readonly string[]): Promise<ProxyProcess> {
  return ProxyProcess.start(HAPROXY, (port) =>
    [
      DEFAULTS,
      'listen proxy',
      `  bind 127.0.0.1:${port}`,
      ...rules.map((rule) => `  http-request ${rule}`),
      `  server upstream 127.0.0.1:${upstream}`,
      '',
    ].join('\n'),
  )
}
