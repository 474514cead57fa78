// authServiceHandler
export declare function authServiceHandler(service: AuthService): RequestHandler;
