export {
  ChatTokens,
  type CloseReport,
  createChatTokens,
  type LoginOptions,
  type ProvisionOptions,
  type RevokeOptions,
  type SessionOptions,
  type UserStanding,
} from './chat-tokens.js'
export type { ChatTokenStats } from './counters.js'
export type { ChatCredentials } from './credentials.js'
export { ChatTokenError, type ChatTokenErrorCode } from './errors.js'
export type { ChatTokenEvents } from './events.js'
export type { BindingOptions } from './handler/binding-options.js'
export { ChatHandler } from './handler/chat-handler.js'
export { expressSessions, type HostSessions, type KnownPlaces } from './handler/host-session.js'
export { httpAnswer, statusOfError } from './handler/http-answer.js'
export { type BodyStream, jsonBody, type RequestBody, UnusableBody } from './handler/json-body.js'
export type { LogoutExchange } from './handler/logout-exchange.js'
export { headerOf, type RequestHeaders } from './handler/request-headers.js'
export { middlewareFactory } from './handler/middleware-factory.js'
export type { TokenRequest, TokenResponse } from './handler/token-route.js'
export type { RevokeOutcome } from './revoker.js'
export { assign, type AssignOptions } from './modes/assign.js'
export { external, type ExternalOptions, type OwnToken } from './modes/external.js'
export { issue, type IssueOptions } from './modes/issue.js'
export type { Mint, MintedToken } from './modes/mint.js'
export type { MintContext, Mode } from './modes/mode.js'
export { chatTokensFromEnv, type ChatTokensFromEnvOptions } from './from-env.js'
export type { ChatTokensOptions, Logger } from './options.js'
export type { ProfileFailure, ProfileProgress, ProfileReport, ProvisionProfilesOptions } from './profile-batch.js'
export { type BudgetLimits, limitsOf, LONGEST_PAUSE, type Purpose, type RequestBudget } from './store/request-budget.js'
export type { Awaitable } from './store/awaitable.js'
export type { LiveToken } from './store/live-token.js'
export { LeaseWaiters } from './store/lease-waiters.js'
export { Outages, type OutagesOptions } from './store/outages.js'
export { recordStore, type RecordStoreOptions } from './store/record-store.js'
export type { Change, DriverListener, Due, RecordDriver, Row, StoreDriver, Swapped } from './store/store-driver.js'
export type { TokenSpace } from './store/token-space.js'
export type { PendingRevocation } from './pending-revocation.js'
export { isSafeUrl } from './safe-url.js'
export { tokenDigest } from './token-digest.js'
export { memoryStore, type MemoryStoreOptions } from './store/memory-store.js'
export type {
  Acquired,
  Claimed,
  Denied,
  Intent,
  LoggedOut,
  Revocation,
  SessionKey,
  StoreListener,
  TokenStore,
  UserState,
} from './store/token-store.js'
export { type ChatUser, type Identified, toUser, type User, type UserId } from './user.js'
export { gracefulShutdown, type GracefulShutdownOptions } from './shutdown/graceful-shutdown.js'
export { HttpDrain, type HttpServer } from './shutdown/http-drain.js'
