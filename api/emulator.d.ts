// BadExpiration
export type BadExpiration = 'past' | 'invalid' | 'no-zone' | 'year-9999';

// DialectName
export type DialectName = 'envelope' | 'bare';

// Emulator
export interface Emulator extends AsyncDisposable {
    readonly url: string;
    readonly controlUrl: string;
    readonly apiKey: string;
    readonly clientKey: string;
    readonly now: () => number;
    advance(ms: number): void;
    clients(): LiveClient[];
    requests(since?: number): LoggedRequest[];
    redirected(): RedirectedRequest[];
    fault(rule: FaultRule): void;
    clearFaults(): void;
    settle(): Promise<void>;
    accept(open: boolean): Promise<void>;
    verifyAt(url: string): void;
    reset(): Promise<void>;
    close(): Promise<void>;
}

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

// FaultKind
export type FaultKind = ReplyFault | TimingFault | ConnectionFault | ResultFault | SizeFault;

// FaultRule
export interface FaultRule extends FaultDetails {
    readonly match: string;
    readonly kind: FaultKind;
    readonly times?: number;
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

// LoggedRequest
export interface LoggedRequest {
    readonly n: number;
    readonly at: number;
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
    readonly status: number | null;
    readonly fault?: string;
}

// RedirectedRequest
export interface RedirectedRequest {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
}

// startEmulator
export declare function startEmulator(options?: EmulatorOptions): Promise<Emulator>;
