/**
 * The hashes that decide whether two trees are equal. They depend on names, types, contents and attributes alone: not
 * on ids, times, versions, commit numbers or layout. docs/pond-format.md specifies the hashed bytes.
 */
import { sha256Of } from '../base/sha256.ts';
import { attributesText, type DirectoryEntry } from '../oplog/directoryEntry.ts';

/** Fields of an entry that the hash of its page covers. */
type HashedEntry = Pick<DirectoryEntry, 'name' | 'type' | 'sha256' | 'seriesHash' | 'attributes'>;

/** Hash of a page that holds entries, in name order. An empty directory has a hash like any other. */
export function leafHash(entries: readonly HashedEntry[]): string {
  const fields = entries.flatMap((entry) => [
    entry.name,
    entry.type,
    valueHash(entry),
    attributesText(entry.attributes),
  ]);
  return sha256Of(`leaf\0${fieldsText(fields)}`);
}

/** Hash of a page that holds pages, in order of their digit. */
export function forkHash(pages: readonly { readonly name: string; readonly sha256: string }[]): string {
  return sha256Of(`fork\0${fieldsText(pages.flatMap((page) => [page.name, page.sha256]))}`);
}

/** Hash of a series after one more version; `previous` is '' before the first. */
export function chainHash(previous: string, contentSha256: string): string {
  return sha256Of(`series\0${previous}\0${contentSha256}`);
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
