import { type CommitNumber } from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { type Backend, type Entry, type Node } from '../tinyfs/backend.ts';
import { type CommittedNode, nodeOfEntry, type PondNode, pondNode, requireCommitted } from './node.ts';
import { listEntries, lookupEntry, type PageAddress } from './pages.ts';
import { Overlay } from './overlay.ts';
import { nodeVersions } from './seriesVersions.ts';
import { readCommitted, readInline, rootAt, type Store } from './store.ts';

/** The tree as one commit left it, read-only. Reads are lazy. */
export function createCommittedTree(store: Store, number: CommitNumber): Backend {
  const refuse = (): Promise<never> =>
    Promise.reject(new PondError('read-only', `commit ${number} is history and cannot be changed`));
  return {
    writable: false,
    root: () => rootAt(store, number),
    lookup: (directory, name) => lookupCommitted(store, committed(directory), name),
    list: (directory) => listCommitted(store, committed(directory)),
    read: (node, range) => readCommitted(store, committed(node), range),
    readlink: async (node) => Buffer.from(await readInline(store, committed(node))).toString('utf8'),
    versions: (node) => nodeVersions(store, new Overlay(), committed(node)),
    put: refuse,
    setAttributes: refuse,
    remove: refuse,
    rename: refuse,
    copy: refuse,
    batch: refuse,
  };
}

/** The committed entry of that name. */
export async function lookupCommitted(
  store: Store,
  directory: CommittedNode,
  name: string,
): Promise<CommittedNode | undefined> {
  const entry = await lookupEntry(store.pages.load, addressOf(directory), name);
  return entry && nodeOfEntry(entry);
}

/** The committed entries, in name order. */
export async function listCommitted(
  store: Store,
  directory: CommittedNode,
): Promise<readonly (Entry & { node: CommittedNode })[]> {
  const entries = await listEntries(store.pages.load, addressOf(directory));
  return entries.map((entry) => ({ name: entry.name, node: nodeOfEntry(entry) }));
}

/** Address of a committed directory's own page. */
export function addressOf(directory: CommittedNode): PageAddress {
  return { directoryId: directory.id, prefix: '', txn: directory.row.txn, sha256: directory.sha256 };
}

const committed = (node: Node): CommittedNode => requireCommitted(pondNode(node));

/** The present directory of a staged change; undefined when a commit removed it. */
export async function committedDirectory(
  store: Store,
  overlay: Overlay,
  directoryId: string,
  head: CommitNumber,
): Promise<PondNode | undefined> {
  let directory: PondNode = await rootAt(store, head);
  for (const { id, name } of overlay.chain(directoryId).slice(1)) {
    const staged: PondNode | undefined = overlay.entry(directory.id, name)?.node ?? undefined;
    const isRead: boolean = staged === undefined && directory.state === 'committed';
    const next: PondNode | undefined = isRead
      ? await lookupCommitted(store, requireCommitted(directory), name)
      : staged;
    if (next?.id !== id) return undefined;
    directory = next;
  }
  return directory;
}
