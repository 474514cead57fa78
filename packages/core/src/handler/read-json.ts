/** A request body is `{}` or `{ invalid: "<token>" }`; nothing it may hold is larger. In bytes. */
const MAX_BODY_BYTES = 16 * 1024

/** A body that cannot be used, and the status that says so. */
export class UnusableBody {
  constructor(
    readonly status: 400 | 413,
    readonly message: string,
  ) {}
}

/** Reads a body stream as a JSON object, for frameworks whose body parser is not installed. Empty means `{}`. */
export async function readJson(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) return new UnusableBody(413, 'The body is larger than 16 KiB.')
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('utf8').trim()
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return new UnusableBody(400, 'The body is not JSON.')
  }
}
