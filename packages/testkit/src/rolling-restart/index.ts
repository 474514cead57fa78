export { nginxMissing } from '../proxies/index.js'
export { rollingRestart, type RollingRestartOptions, type RollingRestartReport } from './rolling-restart.js'
