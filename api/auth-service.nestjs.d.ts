// AuthServiceModule
export declare class AuthServiceModule extends Configurable implements NestModule {
    #private;
    constructor(options: AuthServiceOptions, host: HttpAdapterHost);
    configure(): void;
}
