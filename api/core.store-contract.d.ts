// OpenTwo
export type OpenTwo = () => Awaitable<readonly [
    TokenStore,
    TokenStore
]>;

// OpenTwoDrivers
export type OpenTwoDrivers = () => Promise<readonly [
    StoreDriver,
    StoreDriver
]> | readonly [
    StoreDriver,
    StoreDriver
];

// atomicityContract
export declare function atomicityContract(openTwo: OpenTwo, rounds?: number): void;

// budgetContract
export declare function budgetContract(factory: () => TokenStore | Promise<TokenStore>): void;

// driverContract
export declare function driverContract(openTwo: OpenTwoDrivers, runs?: number): void;

// lifeCycleContract
export declare function lifeCycleContract(factory: () => TokenStore | Promise<TokenStore>, runs?: number): void;

// storeContract
export declare function storeContract(openTwo: OpenTwo): void;
