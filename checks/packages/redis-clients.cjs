/** What an app gives `redisStore` to reach a Redis: a client of each library, or where it is. With what ends it. */
module.exports = {
  async redis({ createClient }, url) {
    const client = createClient({ url })
    await client.connect()
    return { options: { client }, end: () => client.destroy() }
  },
  async ioredis({ Redis }, url) {
    const client = new Redis(url, { lazyConnect: true })
    await client.connect()
    return { options: { client }, end: () => client.disconnect() }
  },
  async url(_libraries, url) {
    return { options: { url }, end: () => {} }
  },
}
