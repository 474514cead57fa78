// Acquired
export type Acquired = {
    readonly kind: 'acquired';
    readonly fence: number;
    readonly revokeAllFirst: boolean;
} | {
    readonly kind: 'hit';
    readonly token: LiveToken;
} | {
    readonly kind: 'superseded';
    readonly newcomer?: boolean;
} | {
    readonly kind: 'busy';
    readonly heldForMs: number | undefined;
};

// AssignOptions
export interface AssignOptions {
    readonly mint: Mint;
}

// Awaitable
export type Awaitable<T> = T | Promise<T>;

// BindingOptions
export interface BindingOptions<Request> {
    readonly identify: (request: Request) => Awaitable<Identified>;
    readonly session?: (request: Request) => string | undefined;
    readonly origins?: readonly string[];
    readonly allowedHeaders?: readonly string[];
    readonly trustProxy?: boolean;
    readonly onUnavailable?: 'continue' | 'fail';
    readonly loginWaitMs?: number;
    readonly logoutWaitMs?: number;
}

// BodyStream
export interface BodyStream extends AsyncIterable<Uint8Array> {
    iterator?(options: {
        destroyOnReturn: boolean;
    }): AsyncIterable<Uint8Array>;
    resume?(): unknown;
    readonly headers?: RequestHeaders;
}

// BudgetLimits
export interface BudgetLimits {
    readonly all: number;
    readonly logins: number;
    readonly revocations: number;
    readonly canWait: number;
}

// Change
export interface Change extends Row {
    readonly now: number;
    readonly keepUntil: number;
    readonly dueAt: number | 'none' | undefined;
    readonly notBefore: number;
    readonly notAfter: number;
    readonly released: boolean;
    readonly confirm: boolean;
}

// ChatCredentials
export interface ChatCredentials {
    readonly token: string;
    readonly expirationDate: string;
    readonly expiresIn: number;
    readonly userId: string;
    readonly serverUrl: string;
    readonly clientKey?: string;
}

// ChatHandler
export declare class ChatHandler<Request> {
    #private;
    constructor(tokens: ChatTokens, options: BindingOptions<Request>, sessions?: HostSessions<Request>);
    login(request: Request, identify?: (request: Request) => Awaitable<Identified>): Promise<ChatCredentials | null>;
    logout(request: Request): Promise<(status: number) => Promise<RevokeOutcome | null>>;
    logoutWith(request: Request, { req, res, statusOf }: NodeExchange): Promise<LogoutExchange | undefined>;
    revoke(request: Request, user: Pick<ChatUser, 'id'>): Promise<RevokeOutcome>;
    credentials(request: Request): Promise<ChatCredentials | null>;
    token(request: Request, http: TokenRequest): Promise<TokenResponse>;
}

// ChatTokenError
export declare class ChatTokenError extends Error {
    static [Symbol.hasInstance](value: unknown): boolean;
    readonly name = "ChatTokenError";
    readonly code: ChatTokenErrorCode;
    readonly retryable: boolean;
    readonly retryAfter: number | undefined;
    readonly ambiguous: boolean;
    constructor(code: ChatTokenErrorCode, message: string, options?: {
        retryAfter?: number;
        ambiguous?: boolean;
    });
}

// ChatTokenErrorCode
export type ChatTokenErrorCode = 'INVALID_USER' | 'LOGGED_OUT' | 'BUSY' | 'RENEWED_TOO_OFTEN' | 'UNAVAILABLE' | 'RATE_LIMITED' | 'UNAUTHORIZED' | 'REJECTED' | 'USER_EXISTS' | 'TOKEN_CONFLICT' | 'MISCONFIGURED' | 'MINT_FAILED' | 'CLOSED';

// ChatTokenEvents
export interface ChatTokenEvents {
    obtained: {
        userId: string;
        expiresAt: number;
        renewal: boolean;
    };
    obtainFailed: {
        userId: string;
        code: ChatTokenErrorCode;
        renewal: boolean;
    };
    revoked: {
        userId: string;
        all: boolean;
        attempts: number;
    };
    revocationDelayed: {
        userId: string;
        all: boolean;
        attempts: number;
        code: ChatTokenErrorCode;
        retryInMs: number;
    };
    profileUpdated: {
        userId: string;
    };
    chatServerDown: {
        code: ChatTokenErrorCode;
        retryInMs: number;
    };
    chatServerUp: {
        afterMs: number;
    };
    storeDown: {
        reason: string | undefined;
    };
    storeUp: {
        afterMs: number;
    };
    revokedTooMuch: {
        userId: string;
    };
    alert: {
        code: ChatTokenErrorCode;
        message: string;
    };
}

// ChatTokenStats
export interface ChatTokenStats {
    readonly hits: number;
    readonly obtained: number;
    readonly obtainFailures: number;
    readonly revoked: number;
    readonly revocationDelays: number;
    readonly inFlight: number;
    readonly degraded: boolean;
}

// ChatTokens
export declare class ChatTokens {
    #private;
    constructor(settings: Settings);
    check(): void;
    get serverUrl(): string;
    get spaceName(): string;
    get scope(): 'user' | 'session';
    login(user: ChatUser, options?: LoginOptions): Promise<ChatCredentials>;
    provision(user: ChatUser, options?: ProvisionOptions): Promise<ChatCredentials>;
    current(user: UserId, options?: SessionOptions): Promise<ChatCredentials | undefined>;
    revoke(userId: UserId, { session, waitMs }?: RevokeOptions): Promise<RevokeOutcome>;
    revokeEverywhere(userId: UserId, { waitMs }?: {
        waitMs?: number;
    }): Promise<RevokeOutcome>;
    reportInvalid(user: UserId, token: string, options?: SessionOptions): Promise<void>;
    updateProfile(given: ChatUser): Promise<void>;
    provisionProfiles(users: Iterable<ChatUser> | AsyncIterable<ChatUser>, options?: ProvisionProfilesOptions): Promise<ProfileReport>;
    standing(userId: string): Promise<UserStanding>;
    warn(message: string): void;
    on<Name extends keyof ChatTokenEvents>(name: Name, listener: (event: ChatTokenEvents[Name]) => unknown): () => void;
    stats(): ChatTokenStats;
    pendingRevocations(): Promise<readonly PendingRevocation[]>;
    close({ withinMs }?: {
        withinMs?: number;
    }): Promise<CloseReport>;
}

// ChatTokensFromEnvOptions
export interface ChatTokensFromEnvOptions extends Partial<Omit<ChatTokensOptions, 'serverUrl' | 'apiKey' | 'clientKey'>> {
    readonly env?: Readonly<Record<string, string | undefined>>;
}

// ChatTokensOptions
export interface ChatTokensOptions {
    readonly serverUrl: string | undefined;
    readonly apiKey?: string | (() => string) | undefined;
    readonly clientKey?: string | undefined;
    readonly mode: Mode;
    readonly store?: TokenStore;
    readonly scope?: 'user' | 'session';
    readonly namespace?: string;
    readonly renewBefore?: number;
    readonly ambiguityHorizon?: number;
    readonly deadline?: number;
    readonly requestsPerMinute?: number;
    readonly dispatcher?: Dispatcher;
    readonly now?: () => number;
    readonly logger?: Logger;
}

// ChatUser
export interface ChatUser {
    readonly id: string | number | bigint;
    readonly nickname?: string | null | undefined;
    readonly avatarUrl?: string | null | undefined;
}

// Claimed
export interface Claimed {
    readonly revocations: readonly Revocation[];
    readonly nextInMs: number | undefined;
}

// CloseReport
export interface CloseReport {
    readonly pending: readonly PendingRevocation[];
}

// Denied
export type Denied = {
    readonly kind: 'denied';
} | {
    readonly kind: 'not-current';
} | {
    readonly kind: 'too-soon';
    readonly retryInMs: number;
};

// DriverListener
export interface DriverListener extends StoreListener {
    recovered(): Promise<void>;
}

// Due
export interface Due {
    readonly userIds: readonly string[];
    readonly nextInMs: number | undefined;
}

// ExternalOptions
export type ExternalOptions<Request> = {
    readonly mint: Mint;
    readonly token?: never;
} | {
    readonly token: OwnToken<Request>;
    readonly mint?: never;
};

// GracefulShutdownOptions
export interface GracefulShutdownOptions {
    readonly withinMs?: number;
}

// HostSessions
export interface HostSessions<Request> {
    readonly cookies: (request: Request) => string | undefined;
    readonly places: (request: Request) => KnownPlaces;
}

// HttpDrain
export declare class HttpDrain {
    #private;
    constructor(given: HttpServer);
    drain(withinMs: number): Promise<void>;
}

// HttpServer
export type HttpServer = Server | HttpsServer | Http2Server | Http2SecureServer;

// Identified
export type Identified = ChatUser | null | undefined | false | '' | 0;

// Intent
export interface Intent {
    readonly session: string | undefined;
    readonly minted: {
        readonly token: string;
        readonly expiresAt: number;
    } | undefined;
}

// IssueOptions
export interface IssueOptions {
    readonly fallback?: Mode;
}

// KnownPlaces
export interface KnownPlaces {
    readonly stored?: string | undefined;
    readonly inCookie?: unknown;
    readonly claims?: unknown;
}

// LONGEST_PAUSE
export declare const LONGEST_PAUSE = 300000;

// LeaseWaiters
export declare class LeaseWaiters {
    #private;
    wait(userId: string, withinMs: number): Promise<void>;
    listen(userId: string, wake: () => void): () => void;
    wake(userId: string): void;
    wakeAll(): void;
}

// LiveToken
export interface LiveToken {
    readonly token: string;
    readonly expiresAt: number;
    readonly renewBefore: number;
    readonly session?: string | undefined;
    readonly settlesAt?: number | undefined;
    readonly beganAt?: number | undefined;
    readonly external?: boolean | undefined;
}

// LoggedOut
export interface LoggedOut {
    readonly waiting: readonly string[];
    readonly claimed: readonly Revocation[];
    readonly durable: boolean;
}

// Logger
export interface Logger {
    warn(message: string): void;
    error?(message: string): void;
}

// LoginOptions
export interface LoginOptions extends ProvisionOptions {
    readonly formerSessions?: readonly string[];
}

// LogoutExchange
export declare class LogoutExchange {
    #private;
    constructor(request: IncomingMessage, response: ServerResponse, logout: CapturedLogout);
    handled(status: number): Promise<void>;
}

// MemoryStoreOptions
export interface MemoryStoreOptions {
    readonly maxUsers?: number;
}

// Mint
export type Mint = (context: MintContext) => MintedToken | Promise<MintedToken>;

// MintContext
export interface MintContext {
    readonly user: User;
    readonly epoch: number;
    readonly now: number;
}

// MintedToken
export interface MintedToken {
    readonly token: string;
    readonly expiresAt: number | Date;
}

// Mode
export interface Mode {
    readonly name: 'issue' | 'assign' | 'external';
    prepare(context: MintContext): Promise<TokenWithExpiry | undefined>;
    obtain(step: ObtainStep): Promise<Settled<TokenWithExpiry>>;
    ownToken?(request: unknown, now: number): Promise<TokenWithExpiry | undefined>;
}

// Outages
export declare class Outages {
    #private;
    constructor(options: OutagesOptions);
    listen(listener: DriverListener): () => void;
    alert(message: string): void;
    assertUp(part: string): void;
    failed(part: string, afterMs?: number): Promise<void>;
    inTime<T>(send: () => Promise<T>, withinMs?: number): Promise<T>;
}

// OutagesOptions
export interface OutagesOptions {
    readonly timeout: number;
    readonly probe: (part: string) => Promise<string | undefined>;
    readonly renew?: () => void;
}

// OwnToken
export type OwnToken<Request> = (request: Request) => Awaitable<string | MintedToken | null | undefined | false>;

// PendingRevocation
export interface PendingRevocation {
    readonly userId: string;
    readonly digest: string | undefined;
    readonly attempts: number;
}

// ProfileFailure
export interface ProfileFailure {
    readonly userIds: readonly unknown[];
    readonly error: ChatTokenError;
}

// ProfileProgress
export interface ProfileProgress {
    readonly accepted: number;
    readonly failed: number;
}

// ProfileReport
export interface ProfileReport extends ProfileProgress {
    readonly failures: readonly ProfileFailure[];
    readonly aborted: boolean;
}

// ProvisionOptions
export interface ProvisionOptions extends SessionOptions {
    readonly waitMs?: number | undefined;
    readonly request?: unknown;
}

// ProvisionProfilesOptions
export interface ProvisionProfilesOptions {
    readonly onProgress?: (progress: ProfileProgress) => void;
    readonly signal?: AbortSignal;
}

// Purpose
export type Purpose = 'login' | 'revocation' | 'profile';

// RecordDriver
export interface RecordDriver {
    readonly endsInTime?: boolean;
    now(): number;
    load(userId: string): Awaitable<Row | undefined>;
    swap(userId: string, version: string, change: Change): Awaitable<Swapped>;
    due(options: {
        now: number;
        limit: number;
    }): Awaitable<Due>;
    waiting(): AsyncIterable<readonly string[]>;
    released?(userId: string, withinMs: number): Promise<void>;
    listen?(userId: string, wake: () => void): () => void;
    takeAhead?(purpose: Purpose): Promise<(() => void) | undefined>;
    close?(): Awaitable<void>;
}

// RecordStoreOptions
export interface RecordStoreOptions {
    readonly encryptionKeys?: readonly (string | Uint8Array)[] | undefined;
    readonly lostKeys?: readonly string[] | undefined;
    readonly timeout?: number | undefined;
}

// RequestBody
export interface RequestBody {
    readonly body: unknown;
    readonly stream: BodyStream | null | undefined;
    readonly headers?: RequestHeaders;
}

// RequestBudget
export interface RequestBudget {
    take(purpose: Purpose): Awaitable<number>;
    pause(ms: number): Awaitable<void>;
}

// RequestHeaders
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>> | {
    get(name: string): string | null | undefined;
};

// Revocation
export interface Revocation {
    readonly id: string;
    readonly userId: string;
    readonly token: string | undefined;
    readonly attempts: number;
    readonly epoch: number;
    readonly fence: number | undefined;
}

// RevokeOptions
export interface RevokeOptions extends SessionOptions {
    readonly waitMs?: number | undefined;
}

// RevokeOutcome
export type RevokeOutcome = 'confirmed' | 'pending' | 'volatile';

// Row
export interface Row {
    readonly version: string;
    readonly value: string;
}

// SessionKey
export interface SessionKey {
    readonly session: string | undefined;
    readonly ownToken: boolean;
    readonly external?: boolean | undefined;
}

// SessionOptions
export interface SessionOptions {
    readonly session?: string | undefined;
}

// StoreDriver
export interface StoreDriver {
    records(space: string, listener: DriverListener): RecordDriver;
    budget?(options: {
        server: string;
        perMinute: number;
        now: () => number;
    }): RequestBudget;
    close?(): Awaitable<void>;
}

// StoreListener
export interface StoreListener {
    down(reason?: string): void;
    up(): void;
    warn(message: string): void;
    alert(message: string): void;
}

// Swapped
export type Swapped = {
    readonly kind: 'done';
    readonly durable: boolean;
} | {
    readonly kind: 'conflict';
    readonly row: Row | undefined;
} | {
    readonly kind: 'clock';
};

// TokenRequest
export interface TokenRequest extends RequestBody {
    readonly method: string;
    readonly headers: RequestHeaders;
    readonly secure?: boolean | undefined;
}

// TokenResponse
export interface TokenResponse {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: object | undefined;
}

// TokenSpace
export declare class TokenSpace {
    #private;
    constructor(records: Records, now: () => number);
    read(userId: string, key: SessionKey): Awaitable<UserState>;
    admit(userId: string, { key, epoch }: {
        key: SessionKey;
        epoch: number;
    }): Awaitable<UserState>;
    acquire(userId: string, step: {
        key: SessionKey;
        epoch: number;
        intent: Intent | undefined;
        leaseMs: number;
        renewBefore?: number;
    }): Promise<Acquired>;
    begin(userId: string, step: {
        fence: number;
        epoch: number;
        intent: Intent | undefined;
        leaseMs: number;
        cleared: boolean;
    }): Awaitable<boolean>;
    commit(userId: string, step: {
        fence: number;
        epoch: number;
        token: LiveToken;
        holdForMs: number | undefined;
        nickname: string | undefined;
        avatarUrl: string | undefined;
    }): Awaitable<'stored' | 'superseded' | 'late'>;
    release(userId: string, step: {
        fence: number;
        holdForMs: number | undefined;
    }): Awaitable<void>;
    released(userId: string, withinMs: number): Promise<void>;
    profile(userId: string, profile: {
        nickname: string | undefined;
        avatarUrl: string | undefined;
    }): Awaitable<void>;
    logout(userId: string, step: {
        key: SessionKey;
        everything: boolean;
        claimForMs: number;
    }): Awaitable<LoggedOut | 'later'>;
    deny(userId: string, step: {
        key: SessionKey;
        token: string;
        id?: string | undefined;
        intervalMs: number;
    }): Awaitable<Denied>;
    claim({ limit, visibleForMs }: {
        limit: number;
        visibleForMs: number;
    }): Promise<Claimed>;
    settle(revocation: Revocation): Awaitable<boolean>;
    retry(revocation: Revocation, step: {
        delayMs: number;
        holdForMs: number | undefined;
        tried: boolean;
    }): Awaitable<void>;
    forget(userId: string): Awaitable<void>;
    widen(revocation: Revocation): Awaitable<void>;
    pending(userId: string): Promise<readonly Revocation[]>;
    allPending(): AsyncGenerator<readonly Revocation[]>;
    close(): Awaitable<void>;
}

// TokenStore
export interface TokenStore {
    open(options: {
        server: string;
        namespace: string;
        now: () => number;
        listener: StoreListener;
    }): TokenSpace;
    budget(options: {
        server: string;
        perMinute: number;
        now: () => number;
    }): RequestBudget;
}

// UnusableBody
export declare class UnusableBody {
    readonly status: number;
    readonly message: string;
    constructor(status: number, message: string);
}

// User
export interface User {
    readonly id: string;
    readonly nickname?: string | undefined;
    readonly avatarUrl?: string | undefined;
}

// UserId
export type UserId = ChatUser['id'];

// UserStanding
export type UserStanding = Pick<UserState, 'epoch' | 'denied' | 'nickname' | 'avatarUrl'>;

// UserState
export interface UserState {
    readonly epoch: number;
    readonly token: LiveToken | undefined;
    readonly loggedOut: boolean;
    readonly denied: readonly string[];
    readonly nickname: string | undefined;
    readonly avatarUrl: string | undefined;
}

// assign
export declare function assign({ mint }: AssignOptions): Mode;

// chatTokensFromEnv
export declare function chatTokensFromEnv(options?: ChatTokensFromEnvOptions): ChatTokens;

// createChatTokens
export declare function createChatTokens(options: ChatTokensOptions): ChatTokens;

// expressSessions
export declare const expressSessions: HostSessions<object>;

// external
export declare function external<Request = never>({ mint, token }: ExternalOptions<Request>): Mode;

// gracefulShutdown
export declare function gracefulShutdown(server: HttpServer, tokens: Pick<ChatTokens, 'close'>, { withinMs }?: GracefulShutdownOptions): () => Promise<CloseReport>;

// headerOf
export declare function headerOf(headers: RequestHeaders, name: string): string | undefined;

// httpAnswer
export declare function httpAnswer({ code, message, retryAfter }: ChatTokenError): HttpAnswer;

// isSafeUrl
export declare function isSafeUrl({ protocol, hostname }: URL): boolean;

// issue
export declare function issue({ fallback }?: IssueOptions): Mode;

// jsonBody
export declare function jsonBody(request: RequestBody, maxBytes: number): Promise<unknown>;

// limitsOf
export declare function limitsOf(perMinute: number): BudgetLimits;

// memoryStore
export declare function memoryStore({ maxUsers }?: MemoryStoreOptions): TokenStore;

// middlewareFactory
export declare function middlewareFactory<T>(name: string, make: () => T): () => T;

// recordStore
export declare function recordStore(driver: StoreDriver, options?: RecordStoreOptions): TokenStore;

// statusOfError
export declare function statusOfError(error: unknown): number;

// toUser
export declare function toUser(given: unknown, leftOut?: (problem: string) => void): User;

// tokenDigest
export declare function tokenDigest(token: string): string;
