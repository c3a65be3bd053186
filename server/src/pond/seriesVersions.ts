/**
 * The versions of a series, remembered: each is a row in the data file of its own commit, and a series that grows every
 * few minutes has tens of thousands. A newer version costs the walk to the newest one that is known; another process
 * begins with the stretches that are in the pond's cache. A committed version never changes, so nothing is ever stale.
 */
import { isPondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { removeQuietly, temporaryPathIn } from '../storage/durable.ts';
import { type PondNode, type RowPlace } from './node.ts';
import { committedVersions, type Store } from './store.ts';

/** Versions of one series that are kept together in the cache: those up to a multiple of this. */
const stretchLength = 256;
/** Versions that are remembered in memory, of all series. */
const rememberedMax = 100_000;

const cacheDirectory = '_pond/cache/versions';

/** Returns the committed versions of a node up to its own, oldest first. */
export async function committedValue(store: Store, node: PondNode): Promise<readonly PondNode[]> {
  const known = store.series.get(node.id) ?? [];
  const newer: PondNode[] = [];
  let older: readonly PondNode[] = [];
  for (let from: PondNode | undefined = node; from !== undefined;) {
    const walked = await walk(store, from, known);
    newer.push(...walked.versions);
    older = walked.known;
    from = walked.next;
  }
  const all = older.length === 0 ? newer.reverse() : [...older, ...newer.reverse()];
  if (all.length > known.length) remember(store.series, node.id, all);
  return [...all.slice(0, -1), { ...all.at(-1)!, attributes: node.attributes }];
}

interface Walked {
  /** Newest first. */
  readonly versions: readonly PondNode[];
  /** The versions before these, when they are known. */
  readonly known: readonly PondNode[];
  /** Where the walk goes on. */
  readonly next?: PondNode;
}

/** Goes back from a version to the next stretch that is in memory or in the cache, or to the first version. */
async function walk(store: Store, node: PondNode, known: readonly PondNode[]): Promise<Walked> {
  const versions: PondNode[] = [];
  const end = indexOf(known, node);
  if (end >= 0) return { versions, known: known.slice(0, end + 1) };
  const cached = readStretch(store.disk, node);
  if (cached !== undefined) return { versions: cached.toReversed(), known: [], ...before(cached[0]!) };
  for await (const version of committedVersions(store, node)) {
    versions.push(version);
    const { next } = before(version);
    if (next === undefined || version.version % stretchLength === 1) {
      // Only a whole stretch is written: it is the same whoever walks through it.
      if (versions[0]!.version % stretchLength === 0) writeStretch(store.disk, versions.toReversed());
      return { versions, known: [], ...before(version) };
    }
    if (indexOf(known, next) >= 0) return { versions, known: [], next };
  }
  return { versions, known: [] };
}

/** The version before, as far as a row tells of it. */
function before(node: PondNode): { readonly next?: PondNode } {
  return node.previous === undefined ? {} : { next: { ...node, row: node.previous, version: node.version - 1 } };
}

function indexOf(known: readonly PondNode[], node: PondNode): number {
  const index = node.version - (known[0]?.version ?? 0);
  return isSame(known[index], node) ? index : -1;
}

function isSame(a: PondNode | undefined, b: PondNode): boolean {
  return a?.id === b.id && a.version === b.version && a.row?.txn === b.row?.txn && a.row?.partId === b.row?.partId;
}

/** The series that was asked for first is forgotten first. */
function remember(memory: Store['series'], id: string, versions: readonly PondNode[]): void {
  memory.delete(id);
  memory.set(id, versions);
  let count = [...memory.values()].reduce((sum, { length }) => sum + length, 0);
  for (const [other, { length }] of memory) {
    if (count <= rememberedMax || other === id) break;
    memory.delete(other);
    count -= length;
  }
}

/** A version as it is in the cache. */
type Row = readonly [
  version: number,
  sizeBytes: number,
  modifiedUs: number,
  sha256: string,
  seriesHash: string,
  row: RowPlace,
  previous: RowPlace | null,
];

const pathOf = ({ id, version }: PondNode): string => `${cacheDirectory}/${id.slice(-2)}/${id}-${version}`;

/** The stretch that ends with a version, oldest first; undefined when it is not in the cache as it should be. */
function readStretch(disk: Disk, node: PondNode): readonly PondNode[] | undefined {
  if (node.version % stretchLength !== 0) return undefined;
  try {
    const text = disk.readFile(pathOf(node));
    if (text === undefined) return undefined;
    const versions = (JSON.parse(Buffer.from(text).toString()) as readonly Row[]).map((row) => nodeOf(node, row));
    return isSame(versions.at(-1), node) ? versions : undefined;
  } catch {
    return undefined;
  }
}

function nodeOf(node: PondNode, [version, sizeBytes, modifiedUs, sha256, seriesHash, row, previous]: Row): PondNode {
  const own = { version, sizeBytes, modifiedUs, sha256, seriesHash, row, changedTxn: row.txn };
  return { ...node, ...own, attributes: {}, placedTxn: undefined, content: undefined, previous: previous ?? undefined };
}

/** Not flushed, and not written where the pond cannot be: what is not in the cache is walked through again. */
function writeStretch(disk: Disk, versions: readonly PondNode[]): void {
  const path = pathOf(versions.at(-1)!);
  const directory = path.slice(0, path.lastIndexOf('/'));
  const temporary = temporaryPathIn(directory);
  const rows = versions.map(({ version, sizeBytes, modifiedUs, sha256, seriesHash, row, previous }) => {
    return [version, sizeBytes, modifiedUs, sha256, seriesHash, row, previous ?? null];
  });
  try {
    disk.makeDirectory(directory);
    const file = disk.create(temporary);
    try {
      file.append(Buffer.from(JSON.stringify(rows)));
    } finally {
      file.close();
    }
    disk.rename(temporary, path);
  } catch (error) {
    if (!isPondError(error)) throw error;
    removeQuietly(disk, temporary);
  }
}
