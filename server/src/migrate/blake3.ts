/** BLAKE3 of contents. Each hasher has WebAssembly memory of its own, so a few are used again and again. */
import { createBLAKE3, type IHasher } from 'hash-wasm';

const idle: IHasher[] = [];

/** Returns a hasher of nothing so far, which no other work uses until it is released. */
export async function acquireHasher(): Promise<IHasher> {
  return (idle.pop() ?? (await createBLAKE3())).init();
}

/** Makes a hasher available to other work. */
export function releaseHasher(hasher: IHasher): void {
  idle.push(hasher);
}

/** Returns the hash of what a hasher has got so far, lower-case hex; it goes on afterwards. */
export function digestSoFar(hasher: IHasher): string {
  const state = hasher.save();
  const digest = hasher.digest('hex');
  hasher.load(state);
  return digest;
}

/** Returns the BLAKE3 of parts in sequence, lower-case hex. Fails as they do. */
export async function blake3Of(parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const hasher = await acquireHasher();
  try {
    for await (const part of parts) hasher.update(part);
    return hasher.digest('hex');
  } finally {
    releaseHasher(hasher);
  }
}
