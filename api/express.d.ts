// ImkitChat
export interface ImkitChat {
    login(): RequestHandler;
    logout(): RequestHandler;
    token(): RequestHandler;
    provision(req: Request, user: ChatUser): Promise<ChatCredentials | null>;
    revoke(req: Request, user: Pick<ChatUser, 'id'>): Promise<RevokeOutcome>;
}

// ImkitChatOptions
export type ImkitChatOptions = BindingOptions<Request>;

// imkitChat
export declare function imkitChat(tokens: ChatTokens, options: ImkitChatOptions): ImkitChat;
