import type { IncomingMessage, RequestListener } from 'node:http'
import { type Answer, jsonAnswer, sendAnswer } from './answer.js'
import { controlCalls } from './control-calls.js'
import type { Emulator } from './emulator.js'
import { Refusal, statusByCode } from './refusal.js'
import { bodyFields, receiveBody } from './request-body.js'
import { parseTarget } from './request-target.js'

function failure(error: unknown): Answer {
  const status = error instanceof TypeError ? 400 : error instanceof Refusal ? statusByCode[error.code] : 500
  return jsonAnswer(status, { message: error instanceof Error ? error.message : String(error) })
}

/** The HTTP side of the control port: every answer is JSON, an error one of `{ message }`. */
export function createControl(emulator: () => Emulator): RequestListener {
  async function answer(request: IncomingMessage): Promise<Answer> {
    const { path, query } = parseTarget(request.url ?? '/')
    const onPath = controlCalls.filter((call) => call.path === path)
    const call = onPath.find(({ method }) => method === request.method)
    if (!call) {
      const calls = controlCalls.map(({ method, path: known }) => `${method} ${known}`).join(', ')
      return jsonAnswer(onPath.length > 0 ? 405 : 404, {
        message: `Not a call of the control port. There are ${calls}`,
      })
    }
    const body = bodyFields(await receiveBody(request))
    return jsonAnswer(200, (await call.run(emulator(), body, query)) ?? { ok: true })
  }

  return (request, response) => {
    answer(request)
      .catch(failure)
      .then((ready) => sendAnswer(response, ready, Date.now()))
      .catch(() => response.destroy())
  }
}
