import { firstCommit } from '../delta/commitNumber.ts';
import { type Entry } from '../tinyfs/backend.ts';
import { rootId } from '../oplog/rows.ts';
import { entryOfNode, pondNode } from './node.ts';
import { applyChanges } from './pages.ts';

/** No hash covers where a row is. */
const anyRow = { txn: firstCommit, partId: rootId };

/**
 * Returns the hash that a stored directory with these entries has, in any order. The nodes are those of a pond's trees;
 * one may have another hash than it is stored with.
 */
export async function directoryHash(entries: readonly Entry[]): Promise<string> {
  const changes = new Map(
    entries.map(({ name, node }) => [name, entryOfNode(pondNode(node), name, anyRow, firstCommit)]),
  );
  const load = (): Promise<never> => Promise.reject(new Error('a new directory has no stored pages'));
  const pages = await applyChanges(load, undefined, changes, { directoryId: rootId, txn: firstCommit });
  return pages.at(-1)!.sha256;
}
