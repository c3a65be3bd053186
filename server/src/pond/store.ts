import { sha256Of } from '../base/sha256.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { commitFile } from '../delta/logPaths.ts';
import { type Disk } from '../storage/disk.ts';
import { type PondStorage } from '../storage/pondStorage.ts';
import { type OpLog, type RowRequest } from '../oplog/opLog.ts';
import { metadataOf, shownRow } from '../oplog/parseRow.ts';
import { rootId, type StoredRow } from '../oplog/rows.ts';
import { PondError } from '../base/error.ts';
import { type ByteRange } from '../tinyfs/backend.ts';
import { locatingDirectory } from '../tinyfs/entries.ts';
import { BlobStore, inlineBytesMax } from './blobs.ts';
import { type Commit } from './commitRecord.ts';
import { commitAt } from './history.ts';
import { LruCache } from '../base/lruCache.ts';
import { NewBlobs } from './newBlobs.ts';
import { factsOfRow } from './versionFacts.ts';
import { PageStore } from './pageStore.ts';
import { type CommittedNode, type RowRef } from './node.ts';

/** The committed side of a pond, from which every tree, old or new, reads. */
export interface Store {
  readonly disk: Disk;
  readonly opLog: OpLog;
  readonly pages: PageStore;
  readonly blobs: BlobStore;
  /** Roots of the commits used last. */
  readonly roots: LruCache<CommitNumber, Promise<CommittedNode>>;
  /** Committed versions of the series used last, by the id of the node: see seriesVersions.ts. */
  readonly series: LruCache<string, readonly CommittedNode[]>;
  /** Commits that logs have read: more than a page of a search reads. */
  readonly commits: LruCache<CommitNumber, Commit>;
}

const rootsMax = 100;
/** Versions in the cache, over all series. */
const seriesVersionsMax = 100_000;
/** Commits in the cache: about 12 MB. */
const commitsMax = 16_384;

/** Returns the store of a pond whose log is open. */
export function createStore({ disk, origin }: Pick<PondStorage, 'disk' | 'origin'>, opLog: OpLog): Store {
  const newBlobs = new NewBlobs(disk, async () => (await commitAt(opLog, opLog.head)).id);
  return {
    disk,
    opLog,
    pages: new PageStore(opLog),
    blobs: new BlobStore(disk, newBlobs, origin),
    roots: new LruCache({ max: rootsMax }),
    series: new LruCache({ max: seriesVersionsMax, sizeOf: ({ length }) => length }),
    commits: new LruCache({ max: commitsMax }),
  };
}

/**
 * Returns the root directory as commit `number` left it. Every commit writes it, so its row is in the commit's own
 * file.
 */
export function rootAt(store: Store, number: CommitNumber): Promise<CommittedNode> {
  const cached = store.roots.get(number);
  if (cached !== undefined) return cached;
  const root = store.roots.set(
    number,
    locatingDirectory('/', () => readRoot(store, number)),
  );
  root.catch(() => store.roots.delete(number));
  return root;
}

async function readRoot(store: Store, number: CommitNumber): Promise<CommittedNode> {
  const { rootHash } = await commitAt(store.opLog, number);
  const row = await store.opLog.readRow({ partId: rootId, nodeId: rootId, txn: number, shown: 'the root directory' });
  if (row.sha256 !== rootHash) {
    const message = `the root in commit ${number} has hash ${row.sha256}; the commit says ${rootHash}`;
    throw new PondError('pond-damaged', message, { path: commitFile(number) });
  }
  return nodeOfRow(row, { name: '', changedTxn: number });
}

/** The node of a row. */
function nodeOfRow(row: StoredRow, entry: { readonly name: string; readonly changedTxn: CommitNumber }): CommittedNode {
  const metadata = metadataOf(row);
  return {
    ...(row.fileType === 'series' && { facts: factsOfRow(row, metadata) }),
    state: 'committed',
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
    seriesHash: metadata.seriesHash ?? '',
    previous: metadata.previous,
  };
}

function fileTypeOf(row: StoredRow): CommittedNode['type'] {
  const { fileType } = row;
  if (fileType !== 'page' && fileType !== 'commit') return fileType;
  throw new PondError('pond-damaged', `expected a file or directory, got ${shownRow(row)}`);
}

/** A version whose content is in a row. */
type InlineVersion = Pick<CommittedNode, 'id' | 'name' | 'version' | 'row' | 'sha256'>;

/** Returns the small content of a row. Fails `pond-damaged` unless it has the hash of the version. */
export async function readInline(store: Store, version: InlineVersion): Promise<Uint8Array> {
  const { row } = version;
  const { content } = await store.opLog.readRow(requestOf(version));
  if (content === undefined || sha256Of(content) !== version.sha256) {
    throw new PondError(
      'pond-damaged',
      `the content of ${shownVersion(version)} in commit ${row.txn} is not what was written`,
    );
  }
  // The reader keeps the row: changes by the caller must not reach it.
  return new Uint8Array(content);
}

function requestOf(ref: Pick<VersionRef, 'id' | 'name' | 'version' | 'row'>): RowRequest {
  return { nodeId: ref.id, ...ref.row, version: ref.version, shown: shownVersion(ref) };
}

const shownVersion = ({ name, version }: Pick<VersionRef, 'name' | 'version'>): string =>
  `version ${version} of ${name === '' ? 'the root directory' : name}`;

/** Streams a committed node's content, of this version alone. */
export async function* readCommitted(store: Store, node: CommittedNode, range?: ByteRange): AsyncIterable<Uint8Array> {
  if (node.sizeBytes > inlineBytesMax) {
    yield* store.blobs.read(node.sha256, node.sizeBytes, range);
    return;
  }
  const bytes = await readInline(store, node);
  yield range === undefined ? bytes : bytes.subarray(range.start, range.end);
}

/** A committed version by its row: what is needed to read it, and those before it. */
export interface VersionRef {
  readonly id: string;
  readonly name: string;
  /** Those of the entry: the row of a version of a series has none. */
  readonly attributes: CommittedNode['attributes'];
  readonly version: number;
  readonly row: RowRef;
}

/**
 * Returns the version before a committed one of anything but a directory; undefined for the first. Fails `pond-damaged`
 * for a later one whose row does not say which is before it: the rest would be left out.
 */
export function versionBefore(node: CommittedNode): VersionRef | undefined {
  const { id, name, attributes, version, previous } = node;
  if (previous !== undefined) return { id, name, attributes, version: version - 1, row: previous };
  if (version <= 1 || node.type === 'directory') return undefined;
  const message = `version ${version} of ${name}, in commit ${node.row.txn}, does not say where version ${version - 1} is`;
  throw new PondError('pond-damaged', message);
}

/** A committed version, with its content where that is in its row. */
export interface ReadVersion {
  readonly node: CommittedNode;
  readonly content: Uint8Array | undefined;
}

/** Yields the versions of a node from the given one back to the first. */
export async function* committedVersions(store: Store, from: VersionRef): AsyncIterable<CommittedNode> {
  for await (const { node } of readVersions(store, from)) yield node;
}

/** As committedVersions, with what their rows hold. */
export async function* readVersions(store: Store, from: VersionRef): AsyncIterable<ReadVersion> {
  const { name, attributes } = from;
  for (let at: VersionRef | undefined = from; at !== undefined;) {
    const row = await store.opLog.readRow(requestOf(at));
    const found = nodeOfRow(row, { name, changedTxn: at.row.txn });
    yield { node: at === from ? { ...found, attributes } : found, content: row.content };
    at = versionBefore(found);
  }
}
