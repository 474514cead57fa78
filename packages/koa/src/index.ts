export { type ImkitChat, imkitChat, type ImkitChatOptions, type ImkitChatState } from './imkit-chat.js'
