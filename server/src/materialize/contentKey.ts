import { sha256Of } from '../base/sha256.ts';

/** Part of a content key: plain data, in which order counts. */
export type KeyPart = string | number | boolean | null | readonly KeyPart[];

/**
 * Returns the key of content that is a function of `parts` alone: 64 hexadecimal digits. Begin with the name of a
 * recipe and its version.
 */
export function keyOf(...parts: readonly KeyPart[]): string {
  return sha256Of(JSON.stringify(parts));
}
