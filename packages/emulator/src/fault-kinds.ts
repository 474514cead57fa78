import { type ConnectionFault, connectionFaults } from './connection-faults.js'
import type { FaultTable } from './fault-behaviour.js'
import { type ReplyFault, replyFaults } from './reply-faults.js'
import { type ResultFault, resultFaults } from './result-faults.js'
import { type SizeFault, sizeFaults } from './size-faults.js'
import { type TimingFault, timingFaults } from './timing-faults.js'

/** What can go wrong. */
export type FaultKind = ReplyFault | TimingFault | ConnectionFault | ResultFault | SizeFault

/** Every kind of fault: to add one, say what it does in the table it belongs to. */
export const faultKinds: FaultTable<FaultKind> = {
  ...replyFaults,
  ...timingFaults,
  ...connectionFaults,
  ...resultFaults,
  ...sizeFaults,
}
