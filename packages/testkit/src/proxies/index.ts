export { complaints, nginxMissing, startNginx } from './nginx.js'
export { PATH_PROXIES, type PathProxy } from './path-proxies.js'
export type { ProxyProcess } from './proxy-process.js'
