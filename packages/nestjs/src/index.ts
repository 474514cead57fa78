export type { ChatRequest } from './chat-request.js'
export { ChatToken } from './chat-token.js'
export { ImkitChatModule } from './imkit-chat.module.js'
export type {
  ImkitChatBindingOptions,
  ImkitChatModuleExtras,
  ImkitChatModuleOptions,
  ImkitChatOptionsFactory,
} from './imkit-chat.options.js'
export { ImkitChatService } from './imkit-chat.service.js'
export { ProvisionChatToken } from './provision-chat-token.js'
export { RevokeChatToken } from './revoke-chat-token.js'
