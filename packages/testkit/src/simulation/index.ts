export { runSchedules, type SchedulesReport } from './run-schedules.js'
