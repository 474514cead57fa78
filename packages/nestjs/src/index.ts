export { ChatCredentialsDto } from './chat-credentials.dto.js'
export type { ChatRequest, HostRequest } from './chat-request.js'
export { ChatToken, ChatTokenPipe } from './chat-token.js'
export { ImkitChatModule } from './imkit-chat.module.js'
export {
  IMKIT_CHAT_OPTIONS,
  type ImkitChatBindingOptions,
  type ImkitChatModuleExtras,
  type ImkitChatModuleOptions,
  type ImkitChatOptionsFactory,
} from './imkit-chat.options.js'
export { ImkitChatService, type StartedLogout } from './imkit-chat.service.js'
export { getImkitChatToken, InjectImkitChat } from './inject-imkit-chat.js'
export type { HostResponse } from './native-http.js'
export { ProvisionChatToken, ProvisionChatTokenInterceptor } from './provision-chat-token.js'
export { RevokeChatToken, RevokeChatTokenInterceptor } from './revoke-chat-token.js'
