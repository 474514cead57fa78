/** A value, or a promise of one: a store that answers at once spares its callers an async hop. */
export type Awaitable<T> = T | Promise<T>
