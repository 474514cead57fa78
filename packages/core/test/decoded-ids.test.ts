import { toUser, ChatTokenError } from '@imkit-auth/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

const percentEncoded = (text: string, times: number): string =>
  times === 0
    ? text
    : percentEncoded([...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''), times - 1)

const SPECIAL = ['', 'x', '.', '..', '/', '/', '\\', '?', '#', '/token?', '/token#', '%', '%zz', '%C3', 'é', ';', '\0']
/** Some become sequences only when others are decoded. */
const PIECES = ['%2e', '%2E%2e', '%2f', '%5C', '%61', '%25', '%2', '%', '%32', '25', '2e', '2f', '61', 'a', 'my', 'amy']

const special = fc
  .tuple(fc.constantFrom(...SPECIAL), fc.constantFrom(0, 0, 0, 1, 2))
  .map(([text, times]) => percentEncoded(text, times))
const amy = fc.constantFrom(0, 0, 1, 2).map((times) => percentEncoded('amy', times))

/** Amy's id with something around it, and whatever pieces make. */
const ids = fc.oneof(
  fc.tuple(fc.array(special, { maxLength: 4 }), amy, fc.array(special, { maxLength: 4 })),
  fc.array(fc.constantFrom(...SPECIAL, ...PIECES), { maxLength: 9 }),
)

function isAccepted(id: string): boolean {
  try {
    toUser({ id })
    return true
  } catch (error) {
    if (error instanceof ChatTokenError && error.code === 'INVALID_USER') return false
    throw error
  }
}

/** As lenient as can be: every byte by itself, and whatever is no sequence stays. */
const decoded = (path: string) =>
  path.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

/** Cuts a path off at its query, merges its slashes and follows its dots. */
function normalized(path: string): string {
  const segments: string[] = []
  for (const segment of path
    .replace(/[?#].*/s, '')
    .replaceAll('\\', '/')
    .split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return `/${segments.join('/')}`
}

/** All that a row of proxies may make of a path, each of which decodes it, normalizes it, or both. */
function passedOn(path: string, proxies: number): ReadonlySet<string> {
  let paths = new Set([path])
  for (let proxy = 0; proxy < proxies; proxy++) {
    paths = new Set([...paths].flatMap((each) => [each, decoded(each), normalized(each), normalized(decoded(each))]))
  }
  return paths
}

test(
  'no id that is accepted is another one, however often its path is decoded and normalized',
  { timeout: 60_000 },
  () => {
    const property = fc.property(ids, (parts) => {
      const id = parts.flat().join('')
      if (!isAccepted(id) || id === 'amy') return
      const path = new URL(`/admin/clients/${encodeURIComponent(id)}/token`, 'http://chat.invalid').pathname
      expect(passedOn(path, 4)).not.toContain('/admin/clients/amy/token')
    })
    fc.assert(property, { numRuns: 10_000 })
  },
)
