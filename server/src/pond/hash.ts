/**
 * The hashes that decide whether two trees are equal. They depend on names, types, contents and attributes alone: not
 * on ids, times, versions, commit numbers or layout. docs/pond-format.md specifies the hashed bytes.
 */
import { createHash } from 'node:crypto';
import { attributesText, type DirectoryEntry } from '../oplog/directoryEntry.ts';

/** Lower-case hex SHA-256 of bytes. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Fields of an entry that the hash of its page covers. */
type HashedEntry = Pick<DirectoryEntry, 'name' | 'type' | 'sha256' | 'seriesHash' | 'attributes'>;

/** Hash of a page that holds entries, in name order. An empty directory has a hash like any other. */
export function leafHash(entries: readonly HashedEntry[]): string {
  const hash = createHash('sha256').update('leaf\0');
  for (const entry of entries) {
    hash.update(fieldsText([entry.name, entry.type, valueHash(entry), attributesText(entry.attributes)]));
  }
  return hash.digest('hex');
}

/** Hash of a page that holds pages, in order of their digit. */
export function forkHash(pages: readonly { readonly name: string; readonly sha256: string }[]): string {
  const hash = createHash('sha256').update('fork\0');
  for (const page of pages) hash.update(fieldsText([page.name, page.sha256]));
  return hash.digest('hex');
}

/** Hash of a series after one more version; `previous` is '' before the first. */
export function chainHash(previous: string, contentSha256: string): string {
  return sha256(`series\0${previous}\0${contentSha256}`);
}

/**
 * Fields as they are hashed, each with its length in bytes first, so that no two sequences of fields give the same bytes.
 * One update of a hash with all of them costs a fraction of one for each.
 */
export function fieldsText(fields: readonly string[]): string {
  return fields.map((text) => `${Buffer.byteLength(text)}:${text}`).join('');
}

/** Hash of a node's whole value, which the hash of its directory covers: for a series, that of all its versions. */
export function valueHash({ sha256, seriesHash }: { readonly sha256: string; readonly seriesHash: string }): string {
  return seriesHash === '' ? sha256 : seriesHash;
}
