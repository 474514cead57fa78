// authServiceListener
export declare function authServiceListener(service: AuthService): (request: IncomingMessage, response: ServerResponse) => void;

// respondTo
export declare function respondTo(service: AuthService, request: IncomingMessage, { url, body, address, }?: {
    url?: string | undefined;
    body?: unknown;
    address?: string | undefined;
}): Promise<ServiceResponse | undefined>;

// send
export declare function send(response: ServerResponse, { status, headers, body }: ServiceResponse): void;
