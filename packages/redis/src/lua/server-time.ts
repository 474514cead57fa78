/** What time it is by the server's own clock, in epoch ms: for scripts that are given none. */
export const SERVER_TIME = `
local function serverTime()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`
