// authServiceMiddleware
export declare function authServiceMiddleware(service: AuthService): Middleware;
