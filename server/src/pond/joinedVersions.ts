/**
 * Host files with the rows of many small versions of a series. A file for each version costs more to write, to compare and
 * to open than its rows cost to read.
 *
 * - Versions are joined in blocks of 16, 256 and 4096, aligned to the first version: one more version changes few of
 *   them, and an earlier state of the series has the same.
 * - Files are in the user's cache, with the hashes of their bytes. The key of a block covers the contents of its versions.
 * - The files depend on the versions alone, not on what is in the cache: results are kept by the keys of files. Only where
 *   not all versions are wanted, a block that is in the cache is used as a whole.
 * - The latest version is a file of its own: its footer states the columns of the series.
 */
import { basename, dirname } from 'node:path';
import { sha256Of } from '../base/sha256.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { JoinedParquet } from '../parquet/joinFiles.ts';
import { type Cache, createUserCache } from '../storage/cache.ts';
import { contentProblem, noteWritten } from '../storage/contentCheck.ts';
import { type PondStorage } from '../storage/pondStorage.ts';
import { inlineBytesMax } from './blobs.ts';
import { type HostFile } from './hostFile.ts';
import { type PondNode } from './node.ts';
import { type ReadVersion } from './store.ts';

/** Increment when other versions are joined, or their rows are joined in another way. */
const joinVersion = 1;

/** Numbers of versions in a block, largest first. */
const blockSizes = [4096, 256, 16] as const;

/** Minimum number of wanted versions that are looked for in blocks. */
export const joinedMin = 16;

/** Bytes of a block: it is in memory while it is made. */
const blockBytesMax = 16 * 1024 * 1024;

/** Versions of a series, and where their contents are from. */
interface JoinRequest {
  readonly storage: Pick<PondStorage, 'openDisk'>;
  /** All versions up to one, oldest first. */
  readonly versions: readonly PondNode[];
  readonly wanted: readonly PondNode[];
  /** Returns the content of a small version, compared with its hash. */
  readonly load: (version: PondNode) => Promise<Uint8Array>;
  /** Returns the host files of versions, one for each. */
  readonly files: (versions: readonly PondNode[]) => Promise<readonly HostFile[]>;
  readonly signal: AbortSignal | undefined;
}

interface JoinScope extends JoinRequest {
  readonly cache: Cache;
  readonly isWanted: (version: PondNode) => boolean;
}

/** Adjacent versions: indices in the list of all. */
interface Range {
  readonly start: number;
  readonly count: number;
}

/** A file of a block, which has several where versions cannot be joined. Its range is within the block. */
interface SavedFile extends Range {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A range in a file, or a single version. */
type Part = Range & { readonly file?: HostFile };

/** Returns host files with the rows of the wanted versions, in order, and possibly of others between them. */
export async function joinedFilesOf(request: JoinRequest): Promise<readonly HostFile[]> {
  const { storage, versions, files } = request;
  const wanted = new Set(request.wanted);
  const scope = {
    ...request,
    cache: createUserCache(storage.openDisk),
    isWanted: (version: PondNode) => wanted.has(version),
  };
  const last: Part = { start: versions.length - 1, count: 1 };
  const parts: Part[] = [];
  for (const block of blocksOf(versions, { start: 0, count: last.start })) parts.push(...(await partsOf(scope, block)));
  const found: HostFile[] = [];
  let single: PondNode[] = [];
  for (const part of [...parts, last]) {
    if (part.file === undefined) single.push(...wantedIn(scope, part));
    else {
      found.push(...(await files(single)), part.file);
      single = [];
    }
  }
  return [...found, ...(await files(single))];
}

/**
 * Joins a range of versions whose rows were read, so that they are not read once more for their contents. Contents that are
 * not those of their versions are left to those who read them.
 */
export async function joinRange(
  request: Pick<JoinRequest, 'storage' | 'signal'>,
  range: readonly ReadVersion[],
): Promise<void> {
  const versions = range.map(({ node }) => node);
  const contents = new Map(range.map(({ node, content }) => [node as PondNode, content]));
  const isSound = ({ node, content }: ReadVersion): boolean =>
    node.sizeBytes > inlineBytesMax || (content?.length === node.sizeBytes && sha256Of(content) === node.sha256);
  const [block, ...others] = blocksOf(versions, { start: 0, count: versions.length });
  if (block === undefined || others.length > 0 || !range.every(isSound)) return;
  const cache = createUserCache(request.storage.openDisk);
  const load = (version: PondNode): Promise<Uint8Array> => Promise.resolve(contents.get(version)!);
  const files = (): Promise<readonly HostFile[]> => Promise.resolve([]);
  await partsOf({ ...request, versions, wanted: versions, cache, isWanted: () => true, load, files }, block);
}

/** The blocks of a range, of the sizes that are smaller; versions outside of blocks are ranges of one. */
function blocksOf(versions: readonly PondNode[], range: Range, sizeMax = Infinity): readonly Range[] {
  const blocks: Range[] = [];
  const end = range.start + range.count;
  const sizes = blockSizes.filter((size) => size < sizeMax);
  for (let { start } = range; start < end;) {
    const isBlock = (count: number): boolean =>
      start % count === 0 && start + count <= end && bytesOf(versions, { start, count }) <= blockBytesMax;
    const count = sizes.find(isBlock) ?? 1;
    blocks.push({ start, count });
    start += count;
  }
  return blocks;
}

function bytesOf(versions: readonly PondNode[], range: Range): number {
  return versionsIn(versions, range).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

const versionsIn = (versions: readonly PondNode[], { start, count }: Range): readonly PondNode[] =>
  versions.slice(start, start + count);

const wantedIn = ({ versions, isWanted }: JoinScope, range: Range): readonly PondNode[] =>
  versionsIn(versions, range).filter(isWanted);

/** The parts of a block that have wanted versions, from the cache if possible. */
async function partsOf(scope: JoinScope, block: Range): Promise<readonly Part[]> {
  const wanted = wantedIn(scope, block).length;
  if (block.count === 1 || wanted === 0) return wanted === 0 ? [] : [block];
  const saved = await savedParts(scope, block);
  if (saved !== undefined) return saved.filter((part) => wantedIn(scope, part).length > 0);
  if (wanted === block.count) return saveParts(scope, block, await join(scope, block));
  const parts: Part[] = [];
  for (const each of blocksOf(scope.versions, block, block.count)) parts.push(...(await partsOf(scope, each)));
  return parts;
}

/** Adjacent versions that are joined; undefined for one that cannot be. */
type Joining = Range & { readonly joined: JoinedParquet | undefined };

/** Joins the versions of a block: those of its own blocks first, so that the result is the same with these in the cache. */
async function join(scope: JoinScope, block: Range): Promise<readonly Joining[]> {
  throwIfCancelled(scope.signal, 'the reading of a series');
  if (block.count === 1) return [{ ...block, joined: await joinable(scope, scope.versions[block.start]!) }];
  const all: Joining[] = [];
  for (const each of blocksOf(scope.versions, block, block.count)) {
    for (const next of (await savedJoins(scope, each)) ?? (await join(scope, each))) {
      const before = all.at(-1);
      const isAdded = next.joined !== undefined && before?.joined?.add(next.joined) === true;
      if (isAdded) all[all.length - 1] = { ...before, count: before.count + next.count };
      else all.push(next);
    }
  }
  return all;
}

async function joinable({ load }: JoinScope, version: PondNode): Promise<JoinedParquet | undefined> {
  return version.sizeBytes > inlineBytesMax ? undefined : JoinedParquet.of(await load(version));
}

/** The name of a block in the cache. */
function keyOf({ versions }: JoinScope, block: Range): string {
  const hashes = versionsIn(versions, block).map(({ sha256 }) => sha256);
  return sha256Of(JSON.stringify(['joined versions', joinVersion, ...hashes]));
}

const fileKeyOf = (block: string, { start, count }: Range): string => sha256Of(`${block} ${start} ${count}`);

function saveParts(scope: JoinScope, block: Range, joins: readonly Joining[]): readonly Part[] {
  const { cache } = scope;
  const key = keyOf(scope, block);
  const saved: SavedFile[] = [];
  const parts = joins.map(({ joined, ...range }): Part => {
    if (joined === undefined || range.count === 1) return range;
    const bytes = Buffer.concat(joined.parts());
    const content = { sizeBytes: bytes.length, sha256: sha256Of(bytes) };
    const within = { start: range.start - block.start, count: range.count };
    const { hostPath } = cache.keep(fileKeyOf(key, within), bytes);
    noteWritten(hostPath, content);
    saved.push({ ...within, ...content });
    return { ...range, file: fileOf({ hostPath, sizeBytes: bytes.length, key: fileKeyOf(key, within) }, range) };
  });
  const json = JSON.stringify(saved);
  cache.writeText(key, `${sha256Of(json)}\n${json}`);
  return parts;
}

const fileOf = ({ hostPath, sizeBytes, key }: HostFile, { count: versions }: Range): HostFile => {
  return { hostPath, sizeBytes, key, versions };
};

/** The parts of a block in the cache; undefined unless all of its files are as they were written. */
async function savedParts(scope: JoinScope, block: Range): Promise<readonly Part[] | undefined> {
  const key = keyOf(scope, block);
  const text = scope.cache.readText(key);
  const saved = text === undefined ? undefined : savedIn(text);
  if (saved === undefined) return undefined;
  const parts: Part[] = [];
  let next = block.start;
  const singlesTo = (end: number): void => {
    for (; next < end; next++) parts.push({ start: next, count: 1 });
  };
  for (const { sizeBytes, sha256, ...within } of saved) {
    const start = block.start + within.start;
    singlesTo(start);
    const found = scope.cache.find(fileKeyOf(key, within));
    const problem = found && (await contentProblem(found.hostPath, { sizeBytes, sha256 }, scope.signal));
    if (found === undefined || problem !== undefined) return undefined;
    parts.push({ start, count: within.count, file: fileOf(found, within) });
    next = start + within.count;
  }
  singlesTo(block.start + block.count);
  return parts;
}

/** Undefined for a text that is not as it was written. */
function savedIn(text: string): readonly SavedFile[] | undefined {
  const [hash, json] = [text.slice(0, 64), text.slice(65)];
  return sha256Of(json) === hash ? (JSON.parse(json) as readonly SavedFile[]) : undefined;
}

/** The files of a block in the cache, to which others are added. */
async function savedJoins(scope: JoinScope, block: Range): Promise<readonly Joining[] | undefined> {
  const parts = block.count === 1 ? undefined : await savedParts(scope, block);
  if (parts === undefined) return undefined;
  const joins: Joining[] = [];
  for (const { file, ...range } of parts) {
    if (file === undefined) joins.push(...(await join(scope, range)));
    else {
      const bytes =
        scope.storage.openDisk(dirname(file.hostPath)).readFile(basename(file.hostPath)) ?? new Uint8Array();
      const joined = JoinedParquet.of(bytes);
      // It was removed meanwhile.
      if (joined === undefined) return undefined;
      joins.push({ ...range, joined });
    }
  }
  return joins;
}
