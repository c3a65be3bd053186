/**
 * Cache of the versions of a series: each is a row in the data file of its own commit, and a series that grows every
 * few minutes has tens of thousands. A newer version costs the walk to the latest known one; another process starts
 * with the ranges in the pond's cache. A committed version never changes, so no entry is ever stale; ranges that were
 * altered, or are not ours, do not yield the hash of the series, and are walked again.
 */
import { isPondError, PondError } from '../base/error.ts';
import { asObject, Fields } from '../delta/fields.ts';
import { type Disk } from '../storage/disk.ts';
import { removeQuietly, temporaryPathIn } from '../storage/durable.ts';
import { chainHash, sha256 } from './hash.ts';
import { type PondNode, type RowRef } from './node.ts';
import { committedVersions, type Store } from './store.ts';

/** Versions of one series per cached range; a range ends at a multiple of this. */
const stretchLength = 256;
/** Versions cached in memory, over all series. */
const rememberedMax = 100_000;

const cacheDirectory = '_pond/cache/versions';

/**
 * Returns the committed versions of a series up to a node's own, oldest first. Fails `pond-damaged` when they are not
 * exactly the versions that make up the hash of the series.
 */
export async function committedValue(store: Store, node: PondNode): Promise<readonly PondNode[]> {
  const known = store.series.get(node.id) ?? [];
  let all = await gather(store, node, true);
  // The cache may have been altered: the rows decide.
  if (!isWhole(all, known, node)) all = await gather(store, node, false);
  if (!isWhole(all, known, node)) {
    const what = `the versions of ${node.name} up to ${node.version} are not those that it was made of`;
    throw new PondError('pond-damaged', what, { path: node.name });
  }
  if (all.length > known.length) remember(store.series, node.id, all);
  return [...all.slice(0, -1), { ...all.at(-1)!, attributes: node.attributes }];
}

async function gather(store: Store, node: PondNode, useCache: boolean): Promise<readonly PondNode[]> {
  const known = store.series.get(node.id) ?? [];
  const newer: PondNode[] = [];
  let older: readonly PondNode[] = [];
  for (let from: PondNode | undefined = node; from !== undefined;) {
    const walked = await walk(store, from, known, useCache);
    newer.push(...walked.versions);
    older = walked.known;
    from = walked.next;
  }
  return older.length === 0 ? newer.reverse() : [...older, ...newer.reverse()];
}

/**
 * True when the versions are numbered from 1 and their chain ends in the hash of the node. Known ones are already
 * checked.
 */
function isWhole(versions: readonly PondNode[], known: readonly PondNode[], node: PondNode): boolean {
  let chain = '';
  for (const [index, version] of versions.entries()) {
    if (version !== known[index]) {
      if (version.version !== index + 1 || chainHash(chain, version.sha256) !== version.seriesHash) return false;
    }
    chain = version.seriesHash;
  }
  // The hash of a staged version is that of the chain including it.
  return node.seriesHash === (node.content === undefined ? chain : chainHash(chain, node.sha256));
}

interface Walked {
  /** Latest first. */
  readonly versions: readonly PondNode[];
  /** The versions before these, when known. */
  readonly known: readonly PondNode[];
  /** Node at which the walk continues. */
  readonly next?: PondNode;
}

/** Walks back from a version to the next range in memory or in the cache, or to the first version. */
async function walk(store: Store, node: PondNode, known: readonly PondNode[], useCache: boolean): Promise<Walked> {
  const versions: PondNode[] = [];
  const end = indexOf(known, node);
  if (end >= 0) return { versions, known: known.slice(0, end + 1) };
  const cached = useCache ? readStretch(store.disk, node) : undefined;
  if (cached !== undefined) return { versions: cached.toReversed(), known: [], ...before(cached[0]!) };
  for await (const version of committedVersions(store, node)) {
    versions.push(version);
    const { next } = before(version);
    if (next === undefined || version.version % stretchLength === 1) {
      // Only a whole range is written: it is the same for every walk.
      if (versions[0]!.version % stretchLength === 0) writeStretch(store.disk, versions.toReversed());
      return { versions, known: [], ...before(version) };
    }
    if (indexOf(known, next) >= 0) return { versions, known: [], next };
  }
  return { versions, known: [] };
}

/** The preceding version, as far as a row describes it. */
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

/** Caches the versions of a series; evicts the series cached earliest. */
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

const pathOf = ({ id, version }: PondNode): string => {
  // An id is arbitrary text from the pond, so the file is named by its hash.
  const name = sha256(id);
  return `${cacheDirectory}/${name.slice(0, 2)}/${name}-${version}`;
};

/** The range that ends with a version, oldest first; undefined when it is missing from the cache or invalid. */
function readStretch(disk: Disk, node: PondNode): readonly PondNode[] | undefined {
  if (node.version % stretchLength !== 0) return undefined;
  try {
    const text = Buffer.from(disk.readFile(pathOf(node)) ?? []).toString();
    // The hash detects bytes altered on disk: the chain does not cover sizes, times and row references.
    const [hash, json] = [text.slice(0, 64), text.slice(65)];
    if (sha256(json) !== hash) return undefined;
    const versions = rowsIn(JSON.parse(json)).map((row) => nodeOf(node, row));
    return versions.length === stretchLength && isSame(versions.at(-1), node) ? versions : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isPondError(error)) return undefined;
    throw error;
  }
}

/** Fails `pond-damaged` for anything but a list of versions. */
function rowsIn(value: unknown): readonly Fields[] {
  const place = { file: cacheDirectory, line: 1 };
  const rows: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  return rows.map((row) => new Fields(asObject(row, 'version', place), 'version', place));
}

function nodeOf(node: PondNode, fields: Fields): PondNode {
  const placeOf = (place: Fields): RowRef => ({ txn: place.commitNumber('txn'), partId: place.text('partId') });
  const row = placeOf(fields.fields('row'));
  return {
    ...node,
    version: fields.count('version'),
    sizeBytes: fields.count('sizeBytes'),
    modifiedUs: fields.integer('modifiedUs'),
    sha256: fields.hash('sha256'),
    seriesHash: fields.hash('seriesHash'),
    row,
    previous: fields.has('previous') ? placeOf(fields.fields('previous')) : undefined,
    changedTxn: row.txn,
    attributes: {},
    placedTxn: undefined,
    content: undefined,
  };
}

/** Writes without a flush, and not to a read-only pond: ranges missing from the cache are walked again. */
function writeStretch(disk: Disk, versions: readonly PondNode[]): void {
  const path = pathOf(versions.at(-1)!);
  const directory = path.slice(0, path.lastIndexOf('/'));
  const temporary = temporaryPathIn(directory);
  const json = JSON.stringify(
    versions.map(({ version, sizeBytes, modifiedUs, sha256, seriesHash, row, previous }) => {
      return { version, sizeBytes, modifiedUs, sha256, seriesHash, row, previous };
    }),
  );
  try {
    disk.makeDirectory(directory);
    const file = disk.create(temporary);
    try {
      file.append(Buffer.from(`${sha256(json)}\n${json}`));
    } finally {
      file.close();
    }
    disk.rename(temporary, path);
  } catch (error) {
    if (!isPondError(error)) throw error;
    removeQuietly(disk, temporary);
  }
}
