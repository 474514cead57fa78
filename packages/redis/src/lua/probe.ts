/**
 * Calls every command that a script here may call: where one is refused, something would be, sooner or later.
 * KEYS: a string and a sorted set that nobody reads. ARGV: a channel to which nobody listens.
 */
export const PROBE: string = `
redis.call('TIME')
redis.call('PUBLISH', ARGV[1], '')
redis.call('SET', KEYS[1], '0', 'PX', 1000)
redis.call('GET', KEYS[1])
redis.call('ZADD', KEYS[2], 0, 'user')
redis.call('PEXPIRE', KEYS[2], 1000)
redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
redis.call('ZCARD', KEYS[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], 1, 1)
redis.call('ZREM', KEYS[2], 'user')
redis.call('DEL', KEYS[1], KEYS[2])
`
