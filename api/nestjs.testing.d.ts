// ImkitChatTestingModule
export declare class ImkitChatTestingModule {
    static forRoot<Request extends object = ChatRequest>(options?: ImkitChatTestingOptions<Request>): DynamicModule;
}

// ImkitChatTestingOptions
export interface ImkitChatTestingOptions<Request = ChatRequest> extends TestChatOptions, Partial<ImkitChatBindingOptions<Request>>, Pick<ImkitChatModuleExtras, 'name' | 'path'> {
}

// ImkitChatTestingService
export declare class ImkitChatTestingService extends ImkitChatService {
    #private;
    constructor(chat: TestChat, options: ImkitChatBindingOptions<HostRequest>, host: HttpAdapterHost);
    get provisions(): readonly RecordedProvision[];
    get revocations(): readonly RecordedRevocation[];
    liveTokens(userId: string): readonly string[];
    fail(fault: ChatFault): void;
    recover(): void;
    onApplicationShutdown(): Promise<void>;
}
