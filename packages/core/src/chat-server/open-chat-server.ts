import { ChatTokenError } from '../errors.js'
import type { Events } from '../events.js'
import type { Settings } from '../options.js'
import { guardedBudget } from '../store/guarded.js'
import type { RequestBudget } from '../store/request-budget.js'
import type { BreakerListener } from './breaker.js'
import { ChatServer } from './chat-server.js'

/** The chat server of these settings, with the budget that all who share the store have, and events for its comings and goings. */
export function openChatServer(settings: Settings, events: Events, onUp: () => void): ChatServer {
  const { apiKey = noApiKey, serverUrl, requestsPerMinute: perMinute, store, now } = settings
  const listener: BreakerListener = {
    opened: (code, retryInMs) => events.emit('chatServerDown', { code, retryInMs }),
    closed: (afterMs) => {
      events.emit('chatServerUp', { afterMs })
      onUp()
    },
  }
  const isAsked = settings.apiKey !== undefined
  const budget = isAsked ? guardedBudget(store.budget({ server: serverUrl.href, perMinute, now })) : NO_BUDGET
  return new ChatServer({ ...settings, apiKey }, budget, listener)
}

/** Of what is never asked anything. */
const NO_BUDGET: RequestBudget = { take: () => 0, pause() {} }

function noApiKey(): never {
  throw new ChatTokenError('UNAUTHORIZED', 'external() needs no API key, but this call does: give apiKey as well.')
}
