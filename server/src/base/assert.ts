/** Throws a plain Error when `condition` is false: a programmer's error, caught only at the request boundary. */
export function assert(condition: unknown, text: () => string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${text()}`);
}
