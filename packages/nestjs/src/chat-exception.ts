import { ChatTokenError, httpAnswer } from '@imkit-auth/core'
import { HttpException, ServiceUnavailableException, UnauthorizedException } from '@nestjs/common'
import { type HostResponse, setHeaders } from './native-http.js'

/**
 * Nest's exception for what kept a request from its token: 401, 429 or 503, the last two with `Retry-After`. Its answer has the
 * code, its `cause` is the `ChatTokenError`. What is a bug of the app stays what it is.
 */
export function chatException(error: unknown, response: HostResponse | undefined): unknown {
  if (!(error instanceof ChatTokenError)) return error
  const { status, headers, body } = httpAnswer(error)
  if (status === 500) return error
  if (response) setHeaders(response, headers)
  const answer = { statusCode: status, ...body }
  if (status === 401) return new UnauthorizedException(answer, { cause: error })
  if (status === 503) return new ServiceUnavailableException(answer, { cause: error })
  return new HttpException(answer, status, { cause: error })
}
