import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthService } from '../service/auth-service.js'
import { respondTo, send } from './node.js'

/** A request as Express has it, in whichever framework it runs. */
export type ExpressRequest = IncomingMessage & { readonly body?: unknown; readonly ip?: string | undefined }

/** What middleware of Express's kind does: answers, or leaves the request to whoever comes next. */
export function answerOrPass(
  service: AuthService,
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
  url: string | undefined = request.url,
): void {
  const { body, ip: address } = request
  respondTo(service, request, { url, body, address }).then(
    (answered) => (answered ? send(response, answered) : next()),
    next,
  )
}
