import { haproxyMissing, startHaproxy } from './haproxy.js'
import { nginxMissing, startNginx } from './nginx.js'
import type { ProxyProcess } from './proxy-process.js'

/** A proxy that does something of its own to the paths it passes on, or nothing. */
export interface PathProxy {
  readonly name: string
  /** Other users whose path is Amy's behind it, although their ids are encoded in it. */
  readonly makesAmyOf: readonly string[]
  /** Why it cannot be had here, if so. */
  readonly missing: () => string | undefined
  /** Puts it in front of this port of 127.0.0.1. */
  readonly start: (upstream: number) => Promise<ProxyProcess>
}

const SLASHES = ['/amy', 'amy/', 'amy//']
const DOTS = ['./amy', 'x/../amy', '../clients/amy']
const ENCODED = ['%61my', '%2famy', 'x%2f%2e%2e%2famy']

const NORMALIZE = [
  'normalize-uri percent-decode-unreserved',
  'normalize-uri path-strip-dot',
  'normalize-uri path-strip-dotdot full',
  'normalize-uri path-merge-slashes',
]

/**
 * What people put in front of a server: from what leaves encoded paths as they are to what takes them apart and does not put
 * them together again. Captures in a `proxy_pass` are all it takes.
 */
export const PATH_PROXIES: readonly PathProxy[] = [
  nginx('nginx', [], (upstream) => `location / { proxy_pass ${upstream}; }`),
  nginx('nginx with a URI', [...SLASHES, ...DOTS], (upstream) => `location / { proxy_pass ${upstream}/; }`),
  nginx('nginx with a URI that merges no slashes', DOTS, (upstream) => {
    return `merge_slashes off; location / { proxy_pass ${upstream}/; }`
  }),
  nginx('nginx with a capture', [...SLASHES, ...DOTS, '%61my', 'amy/token?'], (upstream) => {
    return `location ~ ^/(.*)$ { proxy_pass ${upstream}/$1$is_args$args; }`
  }),
  {
    name: 'nginx with a capture before nginx with a URI',
    makesAmyOf: [...SLASHES, ...DOTS, ...ENCODED],
    missing: nginxMissing,
    start: (upstream) => startNginx((port) => decodingTwice(port, upstream)),
  },
  haproxy('HAProxy', []),
  haproxy('HAProxy that normalizes', [], ...NORMALIZE),
  haproxy(
    'HAProxy that decodes and normalizes',
    [...SLASHES, ...DOTS, '%61my', 'amy/token?'],
    'set-path %[path,url_dec]',
    ...NORMALIZE,
  ),
  haproxy(
    'HAProxy that decodes twice and normalizes',
    [...SLASHES, ...DOTS, ...ENCODED, '%2561my', 'amy%2Ftoken?'],
    'set-path %[path,url_dec,url_dec]',
    ...NORMALIZE,
  ),
]

function nginx(name: string, makesAmyOf: readonly string[], server: (upstream: string) => string): PathProxy {
  return {
    name,
    makesAmyOf,
    missing: nginxMissing,
    start: (upstream) =>
      startNginx((port) => `server { listen 127.0.0.1:${port}; ${server(`http://127.0.0.1:${upstream}`)} }`),
  }
}

/** One process, told apart by the name it is called by. */
function decodingTwice(port: number, upstream: number): string {
  return `
    server {
      listen 127.0.0.1:${port} default_server;
      location ~ ^/(.*)$ { proxy_set_header Host inner; proxy_pass http://127.0.0.1:${port}/$1$is_args$args; }
    }
    server {
      listen 127.0.0.1:${port};
      server_name inner;
      location / { proxy_pass http://127.0.0.1:${upstream}/; }
    }`
}

function haproxy(name: string, makesAmyOf: readonly string[], ...rules: readonly string[]): PathProxy {
  return { name, makesAmyOf, missing: haproxyMissing, start: (upstream) => startHaproxy(upstream, rules) }
}
