// ChatFault
export type ChatFault = 'unreachable' | 'unauthorized';

// RecordedProvision
export interface RecordedProvision {
    readonly user: User;
    readonly session: string | undefined;
    readonly token: string;
}

// RecordedRevocation
export interface RecordedRevocation {
    readonly userId: string;
    readonly session: string | undefined;
}

// TestChat
export interface TestChat {
    readonly tokens: ChatTokens;
    readonly provisions: readonly RecordedProvision[];
    readonly revocations: readonly RecordedRevocation[];
    liveTokens(userId: string): readonly string[];
    fail(fault: ChatFault): void;
    recover(): void;
    close(): Promise<void>;
}

// TestChatOptions
export type TestChatOptions = Partial<Pick<ChatTokensOptions, 'mode' | 'scope' | 'namespace' | 'deadline' | 'logger'>>;

// createTestChat
export declare function createTestChat(options?: TestChatOptions): Promise<TestChat>;
