import { actingFaults } from './acting-faults.js'
import { falseDocuments } from './false-documents.js'
import type { Fault } from './fault.js'
import { nonsense } from './nonsense.js'
import { refusals } from './refusals.js'

/** Every fault there is; their names are unique and stable. */
export const FAULTS: readonly Fault[] = [...refusals, ...nonsense, ...falseDocuments, ...actingFaults]
