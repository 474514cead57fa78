/** The body of an HTTP request, as a framework has it. */
export interface RequestBody {
  /** The parsed body, or `undefined` when no body parser ran; then `stream` is read. */
  readonly body: unknown
  /** The request itself, where it is one of Node's. */
  readonly stream: BodyStream
}

/** What a body is read from. Node's requests know whether somebody has read them, and how to be left half read. */
export interface BodyStream extends AsyncIterable<Uint8Array> {
  readonly readableDidRead?: boolean
  iterator?(options: { destroyOnReturn: boolean }): AsyncIterable<Uint8Array>
  resume?(): unknown
}

/** A body that cannot be used, and the status that says so. */
export class UnusableBody {
  constructor(
    readonly status: number,
    readonly message: string,
  ) {}
}

/** The body as JSON: what a body parser made of it, or read here, up to so many bytes. An empty one means `{}`. */
export async function jsonBody(request: RequestBody, maxBytes: number): Promise<unknown> {
  const body = parsed(request) ?? (await readJson(request.stream, maxBytes))
  // The rest of what is too large is thrown away.
  if (body instanceof UnusableBody) request.stream.resume?.()
  return body
}

/**
 * What a body parser made of the request. Some leave `{}` on one that they did not read because its content type is not
 * theirs, such as those of Express 4 and Koa: then nobody has parsed it.
 */
function parsed({ body, stream }: RequestBody): unknown {
  const unread = stream.readableDidRead === false
  const empty = typeof body === 'object' && body !== null && Object.keys(body).length === 0
  return unread && empty ? undefined : body
}

async function readJson(stream: BodyStream, maxBytes: number): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    // One of Node's that is destroyed half read would block its connection, and so every later request on it.
    for await (const chunk of stream.iterator?.({ destroyOnReturn: false }) ?? stream) {
      size += chunk.length
      if (size > maxBytes) return new UnusableBody(413, `The body is larger than ${maxBytes / 1024} KiB.`)
      chunks.push(chunk)
    }
  } catch {
    return new UnusableBody(400, 'The body did not arrive.')
  }
  const text = Buffer.concat(chunks).toString('utf8').trim()
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return new UnusableBody(400, 'The body is not JSON.')
  }
}
