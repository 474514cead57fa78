import { ChatTokenError, httpAnswer } from '@imkit-auth/core'
import { HttpException } from '@nestjs/common'
import type { AbstractHttpAdapter } from '@nestjs/core'

/** Makes an HTTP answer of what kept a request from its token: 401, or 503 with `Retry-After`. What is a bug stays one. */
export function chatException(error: unknown, response: unknown, http: AbstractHttpAdapter): unknown {
  if (!(error instanceof ChatTokenError) || error.code === 'INVALID_USER') return error
  const { status, headers } = httpAnswer(error)
  for (const [name, value] of Object.entries(headers)) http.setHeader(response, name, value)
  const { code, message } = error
  return new HttpException({ statusCode: status, error: code, message }, status, { cause: error })
}
