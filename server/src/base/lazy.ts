/**
 * Returns a function that calls `make` on first use and returns the cached value from then on. A throw is not cached.
 */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Like `lazy`, for a promise: concurrent callers share one attempt; after a rejection the next call retries. */
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
