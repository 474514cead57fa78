import type { Row } from '../contest.js'
import { cached } from './cached.js'
import { memory } from './memory.js'

export const ROWS: readonly Row[] = [cached, memory]
