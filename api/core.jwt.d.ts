// JwtAlgorithm
export type JwtAlgorithm = 'HS256' | 'HS384' | 'HS512' | 'RS256' | 'PS256' | 'ES256' | 'EdDSA';

// JwtMinterOptions
export interface JwtMinterOptions {
    readonly secret?: string | Uint8Array | undefined;
    readonly privateKey?: CryptoKey | KeyObject | undefined;
    readonly algorithm?: JwtAlgorithm;
    readonly ttl: number;
    readonly issuer?: string;
    readonly audience?: string | readonly string[];
    readonly keyId?: string;
}

// hmacSecret
export declare function hmacSecret(name: string, secret: string | Uint8Array): Uint8Array;

// jwtMinter
export declare function jwtMinter(options: JwtMinterOptions): Mint;
