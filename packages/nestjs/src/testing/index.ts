export { ImkitChatTestingModule, type ImkitChatTestingOptions } from './imkit-chat-testing.module.js'
export { ImkitChatTestingService } from './imkit-chat-testing.service.js'
