/**
 * The chain of commits. A commit's hash covers all that the commit says, the hash of its rows and the hash of its parent
 * included, so the hash of one commit vouches for the whole history up to it. docs/pond-format.md specifies the hashed
 * bytes.
 */
import { createHash } from 'node:crypto';
import { sha256Of } from '../base/sha256.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { commitFile } from '../delta/logPaths.ts';
import { compareRows, type OpRow } from '../oplog/rows.ts';
import { fieldsText } from './hash.ts';
import { type Commit } from './commitRecord.ts';

/**
 * Returns the hash of the rows of a commit, in any order, without the commit's own row: every column but the content,
 * which the hash in `sha256` covers. The hash of a directory or page leaves out times, versions and row references, so
 * its content is hashed as well.
 */
export function rowsHash(rows: readonly OpRow[], txn: CommitNumber): string {
  const hash = createHash('sha256').update('rows\0');
  for (const row of [...rows].sort(compareRows)) {
    const { partId, nodeId, timestampUs, version, fileType, metadata, sizeBytes, minTimeUs, maxTimeUs } = row;
    const node = [partId, nodeId, timestampUs, version, fileType, metadata, sizeBytes, row.sha256];
    const rest = [minTimeUs ?? '', maxTimeUs ?? '', txn, listingHash(row)];
    hash.update(fieldsText([...node, ...rest].map(String)));
  }
  return hash.digest('hex');
}

/** Hash of the entries of a directory or page, byte for byte; '' for any other row. */
function listingHash({ fileType, content }: OpRow): string {
  const isListing = fileType === 'directory' || fileType === 'page';
  return isListing && content instanceof Uint8Array ? sha256Of(content) : '';
}

/** Returns the hash of a commit of the pond with that id. */
export function commitHash(pondId: string, commit: Omit<Commit, 'hash'>): string {
  const { number, id, parent, parentId, parentHash, timeUs, author, message, operation, counts } = commit;
  const { added, modified, removed, renamed, bytes } = counts;
  const fields = [
    ...[pondId, number, id, parent ?? '', parentId ?? '', parentHash ?? '', timeUs],
    ...[author, message, operation, commit.rootHash, commit.rowsHash ?? ''],
    ...[added, modified, removed, renamed, bytes],
  ];
  return sha256Of(`commit\0${fieldsText(fields.map(String))}`);
}

/**
 * Fails `pond-damaged`, at the later of two commits, unless the earlier is the parent that the later was made on. Commits
 * that are not in the chain name their parent by its number alone, and are accepted.
 */
export function requireParent(commit: Commit, parent: Commit): void {
  if (commit.hash === undefined) return;
  if (commit.parentId === parent.id && commit.parentHash === parent.hash) return;
  const expected = `${commit.parentId} with hash ${commit.parentHash ?? 'none'}`;
  const got = `${parent.id} with hash ${parent.hash ?? 'none'}`;
  const message = `commit ${commit.number} was made on commit ${expected}; commit ${parent.number} is ${got}`;
  throw new PondError('pond-damaged', message, {
    path: commitFile(commit.number),
    hint: `Files of two histories are mixed: restore ${commitFile(parent.number)} and those after it from one copy.`,
  });
}
