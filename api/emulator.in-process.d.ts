// DialectName
export type DialectName = 'envelope' | 'bare';

// EmulatorOptions
export interface EmulatorOptions {
    readonly host?: string;
    readonly port?: number;
    readonly controlPort?: number;
    readonly apiKey?: string;
    readonly clientKey?: string;
    readonly dialect?: DialectName;
    readonly singleToken?: boolean;
    readonly conflictOnExisting?: boolean;
    readonly ignoreDeleteBody?: boolean;
    readonly strict?: boolean;
    readonly rateLimit?: number;
    readonly tokenDays?: number;
    readonly authVerifyUrl?: string;
}

// InProcessAnswer
export interface InProcessAnswer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
}

// InProcessEmulator
export interface InProcessEmulator {
    readonly apiKey: string;
    readonly clientKey: string;
    readonly now: () => number;
    clients(): LiveClient[];
    receive(request: InProcessRequest): () => InProcessAnswer;
}

// InProcessRequest
export interface InProcessRequest {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
}

// LiveClient
export interface LiveClient extends Profile {
    readonly _id: string;
    readonly tokens: readonly {
        readonly token: string;
        readonly expirationDate: string;
        readonly issued: boolean;
    }[];
}

// createInProcessEmulator
export declare function createInProcessEmulator(options?: EmulatorOptions): Promise<InProcessEmulator>;
