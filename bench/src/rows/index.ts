import type { Row } from '../contest.js'
import { cached } from './cached.js'

export const ROWS: readonly Row[] = [cached]
