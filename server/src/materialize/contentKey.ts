import { createHash } from 'node:crypto';

/** What a content key is made of: plain data, in which order counts. */
export type KeyPart = string | number | boolean | null | readonly KeyPart[];

/**
 * Returns the key of a content that is a function of `parts` alone: 64 hexadecimal digits. Begin with the name of a
 * recipe and its version.
 */
export function keyOf(...parts: readonly KeyPart[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
