import type { Row } from '../contest.js'
import { cached } from './cached.js'
import { cold } from './cold.js'
import { emulator } from './emulator.js'
import { hello } from './hello.js'
import { memory } from './memory.js'
import { processes } from './processes.js'
import { redis } from './redis.js'
import { stores } from './stores.js'
import { verify } from './verify.js'

export const ROWS: readonly Row[] = [cached, cold, processes, redis, stores, hello, memory, verify, emulator]
