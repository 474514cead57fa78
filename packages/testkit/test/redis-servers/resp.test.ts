import { type RespMessage, RespReader, respRequest, type RespValue } from '@imkit-auth/testkit/redis-servers'
import { describe, expect, test } from 'vitest'

const MESSAGES: readonly (readonly [wire: string, value: RespValue, kind?: RespMessage['kind']])[] = [
  ['+OK\r\n', 'OK'],
  ['-ERR no\r\n', 'ERR no', 'error'],
  [':-42\r\n', -42],
  ['$0\r\n\r\n', ''],
  ['$-1\r\n', null],
  ['$6\r\na\r\nb\r\n\r\n', 'a\r\nb\r\n'],
  ['$5\r\ncafé\r\n', 'café'],
  ['*-1\r\n', null],
  ['*0\r\n', []],
  ['*3\r\n:1\r\n*2\r\n+a\r\n$-1\r\n-ERR in it\r\n', [1, ['a', null], 'ERR in it']],
  ['_\r\n', null],
  ['#t\r\n', 1],
  ['#f\r\n', 0],
  [',3.14\r\n', '3.14'],
  ['(3492890328409238509324850943850943825024385\r\n', '3492890328409238509324850943850943825024385'],
  ['!9\r\nERR\r\nlong\r\n', 'ERR\r\nlong', 'error'],
  ['=8\r\ntxt:text\r\n', 'text'],
  ['%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n', ['a', 1, 'b', [2]]],
  ['~2\r\n:1\r\n:2\r\n', [1, 2]],
  ['>2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n', ['invalidate', ['k']], 'push'],
  ['|1\r\n+ttl\r\n:3\r\n*1\r\n+a\r\n', ['a']],
  ['PING now\r\n', ['PING', 'now']],
]
const EXPECTED = MESSAGES.map(([, value, kind = 'value']) => ({ kind, value }))
const WIRE = Buffer.from(MESSAGES.map(([wire]) => wire).join(''))

describe('a reader of RESP', () => {
  test('reads every type', () => {
    expect(new RespReader().read(WIRE)).toEqual(EXPECTED)
  })

  test('does not care where the bytes are split', () => {
    for (let at = 0; at <= WIRE.length; at++) {
      const reader = new RespReader()
      expect([...reader.read(WIRE.subarray(0, at)), ...reader.read(WIRE.subarray(at))]).toEqual(EXPECTED)
    }
  })

  test('takes bytes one by one, and gives a message with its last one', () => {
    for (const [wire, value, kind = 'value'] of MESSAGES) {
      const reader = new RespReader()
      const bytes = Buffer.from(wire)
      const before = [...bytes.subarray(0, -1)].flatMap((byte) => reader.read(Buffer.of(byte)))
      expect(before).toEqual([])
      expect(reader.midway).toBe(true)
      expect(reader.read(bytes.subarray(-1))).toEqual([{ kind, value }])
      expect(reader.midway).toBe(false)
    }
  })

  test('reads what a client sends', () => {
    const command = ['SET', 'café', '']
    expect(new RespReader().read(Buffer.from(respRequest(command)))).toEqual([{ kind: 'value', value: command }])
  })
})
