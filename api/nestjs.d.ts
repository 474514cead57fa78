// ChatCredentialsDto
export declare class ChatCredentialsDto implements ChatCredentials {
    readonly token: string;
    readonly expirationDate: string;
    readonly expiresIn: number;
    readonly userId: string;
    readonly serverUrl: string;
    readonly clientKey?: string;
    static _OPENAPI_METADATA_FACTORY(): object;
}

// ChatRequest
export interface ChatRequest extends IncomingMessage, Express.Request {
}

// ChatToken
export declare function ChatToken(name?: string, ...misused: never[]): ParameterDecorator;

// ChatTokenPipe
export declare class ChatTokenPipe implements PipeTransform<Asked, Promise<ChatCredentials>> {
    #private;
    constructor(chat: ImkitChatService, reflector: Reflector);
    transform(asked: Asked): Promise<ChatCredentials>;
}

// HostRequest
export interface HostRequest {
    readonly headers: IncomingHttpHeaders;
}

// HostResponse
export interface HostResponse {
    readonly statusCode: number;
    readonly raw?: ServerResponse;
    readonly sent?: boolean;
    readonly headersSent?: boolean;
    send?: (...args: unknown[]) => unknown;
}

// IMKIT_CHAT_OPTIONS
export declare const IMKIT_CHAT_OPTIONS: unique symbol;

// ImkitChatBindingOptions
export interface ImkitChatBindingOptions<Request = ChatRequest> extends Omit<BindingOptions<Request>, 'identify' | 'session'> {
    identify(request: Request, result?: undefined): Awaitable<Identified>;
    session?(request: Request): string | undefined;
    requestOf?(context: ExecutionContext): object | null | undefined;
}

// ImkitChatModule
export declare class ImkitChatModule extends ConfigurableModuleClass implements OnModuleInit {
    #private;
    constructor(module: ModuleRef, host: HttpAdapterHost, instance?: ImkitChatInstance);
    static forRoot<Request extends object = ChatRequest>(options: ImkitChatModuleOptions<Request> & ImkitChatModuleExtras): DynamicModule;
    static forRootAsync<Request extends object = ChatRequest>(options: AsyncOptions<Request>): DynamicModule;
    onModuleInit(): void;
}

// ImkitChatModuleExtras
export interface ImkitChatModuleExtras {
    readonly name?: string | undefined;
    readonly isGlobal?: boolean;
    readonly path?: string | false | undefined;
}

// ImkitChatModuleOptions
export type ImkitChatModuleOptions<Request = ChatRequest> = ImkitChatBindingOptions<Request> & ((ChatTokensOptions & {
    readonly tokens?: never;
}) | {
    readonly tokens: ChatTokens;
});

// ImkitChatOptionsFactory
export type ImkitChatOptionsFactory<Request = ChatRequest> = ConfigurableModuleOptionsFactory<ImkitChatModuleOptions<Request>, 'createImkitChatOptions'>;

// ImkitChatService
export declare class ImkitChatService implements OnApplicationShutdown {
    #private;
    readonly tokens: ChatTokens;
    constructor(options: ImkitChatModuleOptions<HostRequest>, host: HttpAdapterHost);
    login(request: HostRequest, result?: unknown): Promise<ChatCredentials | null | undefined>;
    logout(request: HostRequest, response?: HostResponse): Promise<StartedLogout | undefined>;
    credentials(request: HostRequest): Promise<ChatCredentials | null>;
    token(request: HostRequest, response: HostResponse): Promise<void>;
    provision(request: HostRequest, user: ChatUser): Promise<ChatCredentials | null>;
    revoke(request: HostRequest, user: Pick<ChatUser, 'id'>): Promise<RevokeOutcome>;
    identify(request: HostRequest, result?: unknown): Awaitable<Identified>;
    requestOf(context: ExecutionContext): HostRequest;
    onApplicationShutdown(): Promise<void>;
}

// InjectImkitChat
export declare function InjectImkitChat(name?: string): ParameterDecorator & PropertyDecorator;

// ProvisionChatToken
export declare function ProvisionChatToken(name?: string, ...misused: never[]): MethodDecorator;

// ProvisionChatTokenInterceptor
export declare class ProvisionChatTokenInterceptor implements NestInterceptor {
    #private;
    constructor(chat: ImkitChatService);
    intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>>;
}

// RevokeChatToken
export declare function RevokeChatToken(name?: string, ...misused: never[]): MethodDecorator;

// RevokeChatTokenInterceptor
export declare class RevokeChatTokenInterceptor implements NestInterceptor {
    #private;
    constructor(chat: ImkitChatService);
    intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>>;
}

// StartedLogout
export interface StartedLogout {
    handled(status: number): Promise<unknown>;
}

// getImkitChatToken
export declare function getImkitChatToken(name?: string): string | typeof ImkitChatService;
