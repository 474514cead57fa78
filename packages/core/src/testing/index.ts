export type { ChatFault } from './chat-server-in-process.js'
export type { RecordedProvision, RecordedRevocation } from './recorded-chat-tokens.js'
export { createTestChat, type TestChat, type TestChatOptions } from './test-chat.js'
