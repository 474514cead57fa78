import { respRequest } from '@imkit-auth/testkit/redis-servers'
import { expect, test } from 'vitest'
import { Wire, WireTap } from '../../src/redis-servers/wire.js'

test.each([
  ['2', '*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n', '*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\n1\r\n'],
  ['3', '>3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n', '>3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\n1\r\n'],
])(
  'a message in protocol %s answers nothing, unlike what says that a client has subscribed',
  (_, subscribed, message) => {
    const wire = new Wire()
    const tap = new WireTap(wire)
    const record = wire.record()
    const send = (...command: readonly string[]) => {
      tap.clientSent(Buffer.from(respRequest(command)))
      return record.roundTrips
    }
    const receive = (bytes: string) => tap.serverSent(Buffer.from(bytes))

    expect(send('SUBSCRIBE', 'a')).toBe(1)
    receive(subscribed)
    expect(send('PING')).toBe(2)
    receive(message)
    expect(send('PING')).toBe(2)
    receive('+PONG\r\n+PONG\r\n')
    expect(send('PING')).toBe(3)
  },
)

test('a request that comes in pieces is one, of one round trip, also when what was sent with it is answered first', () => {
  const wire = new Wire()
  const tap = new WireTap(wire)
  const record = wire.record()
  const bytes = Buffer.from(respRequest(['PING']) + respRequest(['ECHO', 'a']))
  tap.clientSent(bytes.subarray(0, -3))
  tap.serverSent(Buffer.from('+PONG\r\n'))
  tap.clientSent(bytes.subarray(-3))
  expect(record.roundTrips).toBe(1)
  expect(record.commands).toEqual([['PING'], ['ECHO', 'a']])
})

test('a push answers nothing', () => {
  const wire = new Wire()
  const tap = new WireTap(wire)
  const record = wire.record()
  tap.clientSent(Buffer.from(respRequest(['PING'])))
  tap.serverSent(Buffer.from('>2\r\n$10\r\ninvalidate\r\n_\r\n'))
  tap.clientSent(Buffer.from(respRequest(['PING'])))
  expect(record.roundTrips).toBe(1)
})
