export { bindingContract } from './binding-contract.js'
export { bindingMatrix, type ListeningApp } from './chat-server-matrix.js'
export { EmulatorControl, type SeenRequest } from './emulator-control.js'
export { eventually } from './eventually.js'
