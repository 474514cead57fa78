import { type ProxyProcess, startNginx } from '../proxies/index.js'

/**
 * Puts nginx in front of these ports, as most people set it up. What is no default: connections to the app are kept, and
 * one failure takes a process out for a second. A POST that was sent is not sent again to another process, as it may have
 * been acted on: that is a default.
 */
export function startLoadBalancer(upstreams: readonly number[]): Promise<ProxyProcess> {
  const servers = upstreams.map((each) => `server 127.0.0.1:${each} max_fails=1 fail_timeout=1s;`)
  return startNginx(
    (port) => `
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
      }`,
  )
}
