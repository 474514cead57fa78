// authServiceFetch
export declare function authServiceFetch(service: AuthService): (request: Request, from?: {
    readonly address?: string | undefined;
}) => Promise<Response>;
