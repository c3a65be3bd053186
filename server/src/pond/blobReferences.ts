import { type PondNode } from './node.ts';
import { type StagedEntry } from './overlay.ts';

interface Reference {
  count: number;
  /** True when one of the staged versions created the blob. */
  isNew: boolean;
}

/** References of staged versions to blobs. */
export class BlobReferences {
  readonly #references = new Map<string, Reference>();
  #unused: string[] = [];

  has(hash: string): boolean {
    return this.#references.has(hash);
  }

  /** Hashes of the blobs in use that staged versions created. */
  inUse(): readonly string[] {
    return [...this.#references].flatMap(([hash, { isNew }]) => (isNew ? [hash] : []));
  }

  /** Hashes of the blobs that staged versions created and that fell out of use since the last call. */
  takeUnused(): readonly string[] {
    const unused = this.#unused;
    this.#unused = [];
    return unused;
  }

  add(entry: StagedEntry): void {
    for (const { hash, isNew } of blobsOf(entry)) {
      const reference = this.#references.get(hash) ?? { count: 0, isNew: false };
      reference.count += 1;
      reference.isNew ||= isNew;
      this.#references.set(hash, reference);
    }
  }

  remove(entry: StagedEntry): void {
    for (const { hash } of blobsOf(entry)) {
      const reference = this.#references.get(hash);
      if (reference === undefined || --reference.count > 0) continue;
      this.#references.delete(hash);
      if (reference.isNew) this.#unused.push(hash);
    }
  }

  clear(): void {
    this.#references.clear();
    this.#unused = [];
  }
}

function blobsOf({ node, earlier }: StagedEntry): { readonly hash: string; readonly isNew: boolean }[] {
  return [...earlier, node].flatMap((version: PondNode | null) =>
    version?.state === 'staged' && version.content.in === 'blob'
      ? [{ hash: version.sha256, isNew: version.content.isNew }]
      : [],
  );
}
