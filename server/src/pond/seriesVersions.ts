/**
 * Versions of a node, and a cache of those of series: each is a row in the data file of its own commit, and a series
 * that grows every few minutes has tens of thousands. A newer version costs the walk to the latest known one; another
 * process starts with the ranges in the pond's cache. A committed version never changes, so no entry is ever stale;
 * ranges that were altered, or are not ours, do not yield the hash of the series, and are walked again.
 */
import { sha256Of } from '../base/sha256.ts';
import { isPondError, PondError } from '../base/error.ts';
import { asObject, Fields } from '../delta/fields.ts';
import { type Disk } from '../storage/disk.ts';
import { removeQuietly, temporaryPathIn } from '../storage/durable.ts';
import { chainHash } from './hash.ts';
import { type CommittedNode, type PondNode, rowRefIn, type StagedNode } from './node.ts';
import { type Overlay } from './overlay.ts';
import { parseFacts } from './versionFacts.ts';
import {
  committedVersions,
  type ReadVersion,
  readVersions,
  type Store,
  versionBefore,
  type VersionRef,
} from './store.ts';

/** Versions of one series per cached range; a range ends at a multiple of this. */
const rangeLength = 256;

const cacheDirectory = '_pond/cache/versions';

/**
 * Called with whole ranges of a series whose rows were read, oldest version first. Their contents are not compared with
 * their hashes yet.
 */
type OnRange = (range: readonly ReadVersion[]) => Promise<void>;

interface WalkScope {
  readonly store: Store;
  readonly onRange: OnRange | undefined;
}

/**
 * Returns the versions that make up a node's value, oldest first: all of a series, the one version of anything else.
 * Fails `pond-damaged` when the committed ones are not exactly those that make up the hash of the series.
 */
export async function valueVersions(
  store: Store,
  overlay: Overlay,
  node: PondNode,
  onRange?: OnRange,
): Promise<readonly PondNode[]> {
  if (node.type !== 'series') return [node];
  const { staged, committed } = stagedVersions(overlay, node);
  if (committed === undefined) return staged.toReversed();
  const first = staged.at(-1);
  // The hash of a staged version is that of the chain including it.
  const isEnd = (chain: string): boolean =>
    first === undefined ? chain === node.seriesHash : chainHash(chain, first.sha256) === first.seriesHash;
  return [...(await committedValue({ store, onRange }, committed, isEnd)), ...staged.toReversed()];
}

/** Yields the versions of a node from its own back to the first, staged ones before committed ones. */
export async function* nodeVersions(store: Store, overlay: Overlay, node: PondNode): AsyncIterable<PondNode> {
  if (node.type === 'series') {
    yield* (await valueVersions(store, overlay, node)).toReversed();
    return;
  }
  const { staged, committed } = stagedVersions(overlay, node);
  yield* staged;
  if (committed !== undefined) yield* committedVersions(store, committed);
}

interface VersionsByState {
  /** Up to the node's own, latest first. */
  readonly staged: readonly StagedNode[];
  /** The committed version that they follow. */
  readonly committed: VersionRef | undefined;
}

function stagedVersions(overlay: Overlay, node: PondNode): VersionsByState {
  if (node.state === 'committed') return { staged: [], committed: node };
  if (node.state === 'new') return { staged: [], committed: undefined };
  const earlier = earlierOf(overlay, node);
  const { id, name, attributes, version, previous } = earlier[0] ?? node;
  return {
    staged: [node, ...earlier.toReversed().filter((before) => before.version < node.version)],
    committed: previous && { id, name, attributes, version: version - 1, row: previous },
  };
}

function earlierOf(overlay: Overlay, node: StagedNode): readonly StagedNode[] {
  for (const directoryId of overlay.changedDirectories()) {
    const entry = overlay.entry(directoryId, node.name);
    if (entry?.node?.id === node.id) return entry.earlier;
  }
  return [];
}

/** Returns the committed versions up to one, oldest first; `isEnd` recognizes the hash of their chain. */
async function committedValue(
  scope: WalkScope,
  latest: VersionRef,
  isEnd: (chain: string) => boolean,
): Promise<readonly CommittedNode[]> {
  const { store } = scope;
  const known = store.series.get(latest.id) ?? [];
  const isWhole = (versions: readonly CommittedNode[]): boolean => isEnd(chainOf(versions, known) ?? 'broken');
  let all = await collectVersions(scope, latest, known, true);
  // The cache may have been altered: the rows decide.
  if (!isWhole(all)) all = await collectVersions(scope, latest, known, false);
  if (!isWhole(all)) {
    const what = `the versions of ${latest.name} up to ${latest.version} are not those that it was made of`;
    throw new PondError('pond-damaged', what, { path: latest.name });
  }
  if (all.length > known.length) store.series.set(latest.id, all);
  return [...all.slice(0, -1), { ...all.at(-1)!, attributes: latest.attributes }];
}

async function collectVersions(
  scope: WalkScope,
  latest: VersionRef,
  known: readonly CommittedNode[],
  useCache: boolean,
): Promise<readonly CommittedNode[]> {
  const newer: CommittedNode[] = [];
  let older: readonly CommittedNode[] = [];
  for (let from: VersionRef | undefined = latest; from !== undefined;) {
    const walked = await walk(scope, from, known, useCache);
    newer.push(...walked.versions);
    older = walked.known;
    from = walked.next;
  }
  return older.length === 0 ? newer.reverse() : [...older, ...newer.reverse()];
}

/** Returns the hash of the chain; undefined when the versions are not numbered from 1, or a hash is not the chain's. */
function chainOf(versions: readonly CommittedNode[], known: readonly CommittedNode[]): string | undefined {
  let chain = '';
  for (const [index, version] of versions.entries()) {
    // Known ones are already checked.
    if (version !== known[index]) {
      if (version.version !== index + 1 || chainHash(chain, version.sha256) !== version.seriesHash) return undefined;
    }
    chain = version.seriesHash;
  }
  return chain;
}

interface Walked {
  /** Latest first. */
  readonly versions: readonly CommittedNode[];
  /** The versions before these, when known. */
  readonly known: readonly CommittedNode[];
  /** Node at which the walk continues. */
  readonly next: VersionRef | undefined;
}

/** Walks back from a version to the next range in memory or in the cache, or to the first version. */
async function walk(
  { store, onRange }: WalkScope,
  latest: VersionRef,
  known: readonly CommittedNode[],
  useCache: boolean,
): Promise<Walked> {
  const versions: CommittedNode[] = [];
  const end = indexOf(known, latest);
  if (end >= 0) return { versions, known: known.slice(0, end + 1), next: undefined };
  const cached = useCache ? readRange(store.disk, latest) : undefined;
  if (cached !== undefined) return { versions: cached.toReversed(), known: [], next: versionBefore(cached[0]!) };
  const read: ReadVersion[] = [];
  for await (const version of readVersions(store, latest)) {
    const { node } = version;
    versions.push(node);
    if (onRange !== undefined) read.push(version);
    const next = versionBefore(node);
    if (next === undefined || node.version % rangeLength === 1) {
      // Only a whole range is written: it is the same for every walk.
      if (versions[0]!.version % rangeLength === 0) {
        writeRange(store.disk, versions.toReversed());
        await onRange?.(read.reverse());
      }
      return { versions, known: [], next };
    }
    if (indexOf(known, next) >= 0) return { versions, known: [], next };
  }
  return { versions, known: [], next: undefined };
}

function indexOf(known: readonly CommittedNode[], node: VersionRef): number {
  const index = node.version - (known[0]?.version ?? 0);
  return isSame(known[index], node) ? index : -1;
}

function isSame(a: CommittedNode | undefined, b: VersionRef): boolean {
  return a?.id === b.id && a.version === b.version && a.row.txn === b.row.txn && a.row.partId === b.row.partId;
}

const pathOf = ({ id, version }: VersionRef): string => {
  // An id is arbitrary text from the pond, so the file is named by its hash.
  const name = sha256Of(id);
  return `${cacheDirectory}/${name.slice(0, 2)}/${name}-${version}`;
};

/** The range that ends with a version, oldest first; undefined when it is missing from the cache or invalid. */
function readRange(disk: Disk, node: VersionRef): readonly CommittedNode[] | undefined {
  if (node.version % rangeLength !== 0) return undefined;
  try {
    const text = Buffer.from(disk.readFile(pathOf(node)) ?? []).toString();
    // The hash detects bytes altered on disk: the chain does not cover sizes, times and row references.
    const [hash, json] = [text.slice(0, 64), text.slice(65)];
    if (sha256Of(json) !== hash) return undefined;
    const versions = rowsIn(JSON.parse(json)).map((row) => nodeOf(node, row));
    return versions.length === rangeLength && isSame(versions.at(-1), node) ? versions : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isPondError(error)) return undefined;
    throw error;
  }
}

/** Fails `pond-damaged` for anything but a list of versions. */
function rowsIn(value: unknown): readonly Fields[] {
  const place = { file: cacheDirectory };
  const rows: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  return rows.map((row) => new Fields(asObject(row, 'version', place), 'version', place));
}

function nodeOf({ id, name }: VersionRef, fields: Fields): CommittedNode {
  const row = rowRefIn(fields.fields('row'));
  return {
    state: 'committed',
    id,
    name,
    type: 'series',
    attributes: {},
    version: fields.count('version'),
    sizeBytes: fields.count('sizeBytes'),
    modifiedUs: fields.integer('modifiedUs'),
    sha256: fields.hash('sha256'),
    seriesHash: fields.hash('seriesHash'),
    row,
    previous: fields.has('previous') ? rowRefIn(fields.fields('previous')) : undefined,
    changedTxn: row.txn,
    placedTxn: undefined,
    ...(fields.has('facts') && { facts: parseFacts(fields.fields('facts')) }),
  };
}

/** Writes without a flush, and not to a read-only pond: ranges missing from the cache are walked again. */
function writeRange(disk: Disk, versions: readonly CommittedNode[]): void {
  const path = pathOf(versions.at(-1)!);
  const directory = path.slice(0, path.lastIndexOf('/'));
  const temporary = temporaryPathIn(directory);
  const json = JSON.stringify(
    versions.map(({ version, sizeBytes, modifiedUs, sha256, seriesHash, row, previous, facts }) => {
      return { version, sizeBytes, modifiedUs, sha256, seriesHash, row, previous, facts };
    }),
  );
  try {
    disk.makeDirectory(directory);
    const file = disk.create(temporary);
    try {
      file.append(Buffer.from(`${sha256Of(json)}\n${json}`));
    } finally {
      file.close();
    }
    disk.rename(temporary, path);
  } catch (error) {
    if (!isPondError(error)) throw error;
    removeQuietly(disk, temporary);
  }
}
