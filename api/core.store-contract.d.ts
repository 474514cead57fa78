// budgetContract
export declare function budgetContract(factory: () => TokenStore | Promise<TokenStore>): void;

// lifeCycleContract
export declare function lifeCycleContract(factory: () => TokenStore | Promise<TokenStore>, runs?: number): void;

// storeContract
export declare function storeContract(factory: () => TokenStore | Promise<TokenStore>): void;
