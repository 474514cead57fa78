export { runVerifyFuzz, type VerifyFuzzOptions, type VerifyFuzzReport } from './run-verify-fuzz.js'
