/** Tags (ETags) of objects: for most stores the MD5 of the content, and so the evidence of what arrived. */
import { createHash, getFips, type Hash } from 'node:crypto';

/** Whether a put stored the object; `suspect`: it did, under a tag that is not the MD5 of what was sent. */
export type PutOutcome = 'stored' | 'suspect' | 'taken';

/**
 * Compares tags with what was sent. A store need verify neither the signed hash of a body nor
 * `x-amz-checksum-sha256`; what it got, its tag says. Tags of some stores, and of objects encrypted by their key service,
 * are not hashes: a caller that finds the content right under another tag says so by `areNoHashes`.
 */
export class ContentTags {
  #areHashes = true;

  /** True when the tag is an MD5, of other content; false when it is right, or says nothing. */
  suspects(tag: string | undefined, md5: string | undefined): boolean {
    const found = /^"?([0-9a-f]{32})"?$/.exec(tag ?? '')?.[1];
    return this.#areHashes && found !== undefined && md5 !== undefined && found !== md5;
  }

  areNoHashes(): void {
    this.#areHashes = false;
  }
}

/** Returns a new MD5; undefined on a computer whose policy (FIPS) forbids it. */
export function createMd5(): Hash | undefined {
  return getFips() === 1 ? undefined : createHash('md5');
}
