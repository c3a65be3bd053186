/**
 * Returns a function that calls `make` on first use and answers the same value ever after. A throw is not remembered.
 */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/**
 * As `lazy`, for a promise: concurrent callers share one attempt, and a rejected attempt is tried again by the next.
 */
export function lazyAsync<T>(make: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () => {
    pending ??= make().catch((error: unknown) => {
      pending = undefined;
      throw error;
    });
    return pending;
  };
}
