import { type CommitNumber } from '../delta/commitNumber.ts';
import { type Disk } from '../storage/disk.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { metadataOf } from '../oplog/parseRow.ts';
import { type StoredRow } from '../oplog/rows.ts';
import { PondError } from '../base/error.ts';
import { type BlobStore, createBlobStore, inlineBytesMax } from './blobs.ts';
import { sha256 } from './hash.ts';
import { createPageStore, type PageStore } from './pageStore.ts';
import { type PondNode, rootId, type RowRef } from './node.ts';

/** The committed side of a pond, from which every tree, old or new, reads. */
export interface Store {
  readonly disk: Disk;
  readonly opLog: OpLog;
  readonly pages: PageStore;
  readonly blobs: BlobStore;
  /** Roots of the commits loaded last. */
  readonly roots: Map<CommitNumber, Promise<PondNode>>;
  /** Committed versions of series, by the id of the node: see seriesVersions.ts. */
  readonly series: Map<string, readonly PondNode[]>;
}

const rootsMax = 100;

/** The store of a pond whose log is open. */
export function createStore(disk: Disk, opLog: OpLog): Store {
  return {
    disk,
    opLog,
    pages: createPageStore(opLog),
    blobs: createBlobStore(disk),
    roots: new Map(),
    series: new Map(),
  };
}

/** The root directory as commit `number` left it. Every commit writes it, so its row is in the commit's own file. */
export function rootAt(store: Store, number: CommitNumber): Promise<PondNode> {
  const known = store.roots.get(number);
  if (known !== undefined) return known;
  const root = readRoot(store, number);
  rememberRoot(store, number, root);
  root.catch(() => store.roots.delete(number));
  return root;
}

/** Caches the root that a commit was just written with. */
export function rememberRoot(store: Store, number: CommitNumber, root: Promise<PondNode>): void {
  store.roots.set(number, root);
  if (store.roots.size > rootsMax) store.roots.delete(store.roots.keys().next().value!);
}

async function readRoot(store: Store, number: CommitNumber): Promise<PondNode> {
  const row = await store.opLog.readRow({ partId: rootId, nodeId: rootId, txn: number });
  return nodeOfRow(row, { name: '', changedTxn: number });
}

/** The node of a row. */
function nodeOfRow(row: StoredRow, entry: { readonly name: string; readonly changedTxn: CommitNumber }): PondNode {
  const metadata = metadataOf(row);
  return {
    id: row.nodeId,
    type: fileTypeOf(row),
    version: row.version,
    sizeBytes: row.sizeBytes,
    modifiedUs: row.timestampUs,
    sha256: row.sha256,
    attributes: metadata.attributes ?? {},
    name: entry.name,
    row: { txn: row.txn, partId: row.partId },
    changedTxn: entry.changedTxn,
    placedTxn: undefined,
    content: undefined,
    seriesHash: metadata.seriesHash ?? '',
    previous: metadata.previous,
  };
}

function fileTypeOf({ fileType, nodeId, txn }: StoredRow): PondNode['type'] {
  if (fileType !== 'page' && fileType !== 'commit') return fileType;
  throw new PondError('pond-damaged', `${nodeId} in commit ${txn} is a ${fileType}; expected a file or directory`);
}

/** Small content of a row, checked against the row's hash. */
export async function readInline(store: Store, nodeId: string, place: RowRef, version?: number): Promise<Uint8Array> {
  const row = await store.opLog.readRow({
    nodeId,
    ...place,
    ...(version === undefined ? {} : { version }),
  });
  if (row.content === undefined || sha256(row.content) !== row.sha256) {
    throw new PondError('pond-damaged', `the content of ${nodeId} in commit ${place.txn} is not what was written`);
  }
  // The reader keeps the row: changes by the caller must not reach it.
  return new Uint8Array(row.content);
}

/** Streams a committed node's content, of this version alone. */
export async function* readCommitted(
  store: Store,
  node: PondNode & { readonly row: RowRef },
  range?: { readonly start: number; readonly end: number },
): AsyncIterable<Uint8Array> {
  if (node.sizeBytes > inlineBytesMax) {
    yield* store.blobs.read(node.sha256, node.sizeBytes, range);
    return;
  }
  const bytes = await readInline(store, node.id, node.row, node.version);
  yield range === undefined ? bytes : bytes.subarray(range.start, range.end);
}

/** The versions of a node from its own back to the first. */
export async function* committedVersions(store: Store, node: PondNode): AsyncIterable<PondNode> {
  let place = node.row;
  let version = node.version;
  while (place !== undefined) {
    const row = await store.opLog.readRow({ nodeId: node.id, ...place, version });
    const found = nodeOfRow(row, { name: node.name, changedTxn: place.txn });
    // The attributes of a series are those of its entry, not of a version's row.
    yield place === node.row ? { ...found, attributes: node.attributes } : found;
    place = found.previous;
    version = found.version - 1;
  }
}
