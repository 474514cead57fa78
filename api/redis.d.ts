// IoRedisClient
export interface IoRedisClient {
    readonly status: string;
    pipeline(commands?: unknown[][]): unknown;
}

// NodeRedisClient
export interface NodeRedisClient {
    readonly isOpen: boolean;
    sendCommand(...args: never[]): Promise<unknown>;
}

// RedisClient
export type RedisClient = NodeRedisClient | IoRedisClient;

// RedisStoreOptions
export interface RedisStoreOptions extends Pick<RecordStoreOptions, 'encryptionKeys' | 'lostKeys'> {
    readonly client?: RedisClient;
    readonly url?: string;
    readonly prefix?: string;
    readonly commandTimeout?: number;
    readonly waitReplicas?: number;
}

// redisStore
export declare function redisStore(options: RedisStoreOptions): TokenStore;
