import { constants, gzipSync } from 'node:zlib'

const MIB = 1_048_576
const options = { level: constants.Z_BEST_COMPRESSION }

/** `content` as one member of a gzip file, which is any number of members in a row. */
export function gzippedText(content: Buffer): Buffer {
  return gzipSync(content, options)
}

const gzippedSpaces = (bytes: number): Buffer => gzipSync(Buffer.alloc(bytes, ' '), options)

let mebibyte: Buffer | undefined

/** Gzip members that inflate to so many blanks, a mebibyte each; none are longer in memory than that. */
export function* gzippedBlanks(bytes: number): Iterable<Buffer> {
  let left = bytes
  for (; left >= MIB; left -= MIB) yield (mebibyte ??= gzippedSpaces(MIB))
  if (left > 0) yield gzippedSpaces(left)
}
