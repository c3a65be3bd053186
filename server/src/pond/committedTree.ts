import { type CommitNumber } from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { type Backend, type Entry, type Node } from '../tinyfs/backend.ts';
import { nodeOfEntry, type PondNode, pondNode } from './node.ts';
import { listEntries, lookupEntry, type PageAddress } from './pages.ts';
import { committedVersions, readCommitted, readInline, rootAt, type Store } from './store.ts';
import { assert } from '../base/assert.ts';

/** The tree as one commit left it, read-only. Reads are lazy. */
export function createCommittedTree(store: Store, number: CommitNumber): Backend {
  const refuse = (): Promise<never> =>
    Promise.reject(new PondError('read-only', `commit ${number} is history and cannot be changed`));
  let root: Promise<Node> | undefined;
  return {
    writable: false,
    root: () => (root ??= rootAt(store, number)),
    lookup: (directory, name) => lookupCommitted(store, pondNode(directory), name),
    list: (directory) => listCommitted(store, pondNode(directory)),
    read: (node, range) => readCommitted(store, withRow(pondNode(node)), range),
    readlink: async (node) => Buffer.from(await inlineOf(store, pondNode(node))).toString('utf8'),
    versions: (node) => committedVersions(store, pondNode(node)),
    put: refuse,
    setAttributes: refuse,
    remove: refuse,
    rename: refuse,
    copy: refuse,
    batch: refuse,
  };
}

/** The committed entry of that name. */
export async function lookupCommitted(store: Store, directory: PondNode, name: string): Promise<PondNode | undefined> {
  const entry = await lookupEntry(store.pages.load, addressOf(directory), name);
  return entry && nodeOfEntry(entry);
}

/** The committed entries, in name order. */
export async function listCommitted(
  store: Store,
  directory: PondNode,
): Promise<readonly (Entry & { node: PondNode })[]> {
  const entries = await listEntries(store.pages.load, addressOf(directory));
  return entries.map((entry) => ({ name: entry.name, node: nodeOfEntry(entry) }));
}

/** Address of a committed directory's own page. */
export function addressOf(directory: PondNode): PageAddress {
  return { directoryId: directory.id, prefix: '', txn: withRow(directory).row.txn };
}

function inlineOf(store: Store, node: PondNode): Promise<Uint8Array> {
  return readInline(store, node.id, withRow(node).row, node.version);
}

/** Narrows to a committed node. */
export function withRow(node: PondNode): PondNode & { readonly row: NonNullable<PondNode['row']> } {
  assert(node.row !== undefined, () => `${node.name} is staged, not committed`);
  return node as PondNode & { readonly row: NonNullable<PondNode['row']> };
}
