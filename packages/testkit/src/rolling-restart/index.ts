export { nginxMissing } from './nginx.js'
export { rollingRestart, type RollingRestartOptions, type RollingRestartReport } from './rolling-restart.js'
