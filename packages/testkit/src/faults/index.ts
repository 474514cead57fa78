export { type Fault, FAULTY_USER, heal } from './fault.js'
export { type MatrixOptions, type MatrixReport, runFaultMatrix } from './fault-matrix.js'
export { FAULTS } from './faults.js'
export { type Operation, OPERATIONS } from './scenario.js'
