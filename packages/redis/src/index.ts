export { redisStore, type RedisStoreOptions } from './redis-store.js'
export type { RedisClient } from './commands/connect.js'
export type { IoRedisClient } from './commands/ioredis.js'
export type { NodeRedisClient } from './commands/node-redis.js'
