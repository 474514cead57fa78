// ImkitChat
export interface ImkitChat {
    login(): Middleware<ImkitChatState>;
    logout(): Middleware<ImkitChatState>;
    token(): Middleware<ImkitChatState>;
    provision(ctx: Context, user: ChatUser): Promise<ChatCredentials | null>;
    revoke(ctx: Context, user: Pick<ChatUser, 'id'>): Promise<RevokeOutcome>;
}

// ImkitChatOptions
export type ImkitChatOptions = BindingOptions<Context>;

// ImkitChatState
export interface ImkitChatState extends DefaultState {
    chat?: ChatCredentials | null;
}

// imkitChat
export declare function imkitChat(tokens: ChatTokens, options: ImkitChatOptions): ImkitChat;
