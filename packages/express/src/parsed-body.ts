import type { Request } from 'express'

/**
 * What a body parser made of a request; `undefined` when none did. The parsers of Express 4 leave `{}` on a request they
 * did not read, because its content type is not theirs.
 */
export function parsedBody({ body, readableDidRead }: Request): unknown {
  const untouched = typeof body === 'object' && body !== null && Object.keys(body).length === 0 && !readableDidRead
  return untouched ? undefined : body
}
