export { type ImkitChat, imkitChat, type ImkitChatOptions } from './imkit-chat.js'
