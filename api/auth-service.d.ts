// AuthService
export declare class AuthService {
    #private;
    constructor(options: AuthServiceOptions);
    respond(request: ServiceRequest): Promise<ServiceResponse | undefined>;
}

// AuthServiceOptions
export interface AuthServiceOptions {
    readonly verifier: Verifier;
    readonly path?: string;
    readonly callerSecrets?: readonly string[];
    readonly sign?: SignOptions;
    readonly requestsPerMinute?: number;
    readonly onEvent?: (event: ServiceEvent) => void;
}

// ClaimNames
export interface ClaimNames {
    readonly id?: string;
    readonly nickname?: string;
    readonly avatarUrl?: string;
}

// IntrospectionOptions
export interface IntrospectionOptions {
    readonly url: string | URL | undefined;
    readonly clientId: string | undefined;
    readonly clientSecret: string | undefined;
    readonly audience?: string | readonly string[] | undefined;
    readonly claims?: ClaimNames;
    readonly cacheFor?: number;
    readonly cacheSize?: number;
    readonly timeout?: number;
    readonly now?: () => number;
}

// RemoteAlgorithm
export type RemoteAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'EdDSA';

// RemoteJwksOptions
export interface RemoteJwksOptions extends JwtLimitOptions {
    readonly url: string | URL | undefined;
    readonly issuer: string | undefined;
    readonly audience: string | readonly string[] | undefined;
    readonly claims?: ClaimNames;
    readonly algorithms?: readonly RemoteAlgorithm[];
}

// ServiceEvent
export type ServiceEvent = {
    readonly type: 'verified';
    readonly token: string;
} | {
    readonly type: 'refused';
    readonly token: string;
    readonly why: string;
} | {
    readonly type: 'unavailable';
    readonly why: string;
} | {
    readonly type: 'callerRefused';
    readonly address: string | undefined;
} | {
    readonly type: 'limited';
    readonly address: string | undefined;
} | {
    readonly type: 'signed';
    readonly userId: string;
};

// ServiceRequest
export interface ServiceRequest extends RequestBody {
    readonly method: string;
    readonly url: string;
    readonly headers: RequestHeaders;
    readonly address: string | undefined;
}

// ServiceResponse
export interface ServiceResponse {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: object;
}

// SignOptions
export interface SignOptions {
    readonly tokens: Pick<ChatTokens, 'provision'>;
    readonly callerSecrets: readonly string[];
}

// TokenCheck
export type TokenCheck = (token: string) => Awaitable<ChatUser | null | undefined | false>;

// Verdict
export type Verdict = {
    readonly user: User;
    readonly refused?: never;
} | {
    readonly user?: never;
    readonly refused: string;
};

// VerificationKey
export interface VerificationKey {
    readonly keyId?: string | undefined;
    readonly algorithm?: JwtAlgorithm | undefined;
    readonly secret?: string | Uint8Array | undefined;
    readonly publicKey?: CryptoKey | KeyObject | undefined;
}

// Verifier
export interface Verifier {
    verify(token: string): Promise<Verdict>;
    ready(): Promise<void>;
    jwks?(): Promise<{
        readonly keys: readonly object[];
    }>;
}

// VerifierOptions
export interface VerifierOptions extends JwtLimitOptions {
    readonly tokens: Pick<ChatTokens, 'standing'>;
    readonly keys: readonly VerificationKey[];
    readonly issuer?: string | undefined;
    readonly audience?: string | readonly string[] | undefined;
}

// createAuthService
export declare function createAuthService(options: AuthServiceOptions): AuthService;

// createVerifier
export declare function createVerifier(options: VerifierOptions): Verifier;

// introspection
export declare function introspection(options: IntrospectionOptions): Verifier;

// remoteJwks
export declare function remoteJwks(options: RemoteJwksOptions): Verifier;

// verifyWith
export declare function verifyWith(check: TokenCheck): Verifier;
