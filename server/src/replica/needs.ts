/**
 * Needs of the versions of a pond's table on a store: the files that a log entry names, and the blobs that the rows of
 * those files refer to. Reads each new data file once, and nothing older.
 */
import { type CommitNumber, type CommitRange, commitsUp } from '../delta/commitNumber.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Add } from '../delta/actions.ts';
import { decodePath, isInsideTable } from '../delta/dataPath.ts';
import { sha256Tag } from '../delta/log.ts';
import { commitFile } from '../delta/logPaths.ts';
import { parseCommit } from '../delta/parse.ts';
import { type ExpectedFile } from '../pond/findings.ts';
import { type StoredFiles } from '../pond/storedFiles.ts';
import { fileProblem, hashOfFile } from './localFiles.ts';

const commitsMax = 256;
const bytesMax = 256 * 1024 * 1024;

/** Versions that are sent together: all files first, then their log entries. */
export interface PushBatch {
  /** Log entries, ascending; at least one. */
  readonly entries: readonly LogEntry[];
  /** By path. */
  readonly blobs: ReadonlyMap<string, ExpectedFile>;
  readonly data: ReadonlyMap<string, ExpectedFile>;
  /** Sum of the sizes of all files and entries. */
  readonly bytes: number;
}

/** The log entry of a version, byte for byte. */
export interface LogEntry {
  readonly version: CommitNumber;
  readonly bytes: Uint8Array;
}

/** Files that log entries name and a copy goes without. */
export interface LeftOut {
  /** Files of other engines at paths outside the pond. */
  outside: number;
  /** Files that another engine took out of the table and then removed. */
  removed: number;
  /** Files of other engines whose rows are not those of a pond: they are sent, and no blob belongs to them. */
  foreignRows: number;
}

/**
 * Yields the needs of versions `from` to `to` in batches of at most 256 versions or 256 MiB, each of at least one
 * version; `leftOut` is extended. Fails `pond-damaged`, with the path, for a log entry, data file or blob that is missing
 * or altered, and `cancelled`.
 */
export async function* batchesOf(
  source: StoredFiles,
  { from, to }: CommitRange,
  leftOut: LeftOut,
  signal?: AbortSignal,
): AsyncIterable<PushBatch> {
  let batch = emptyBatch();
  for (const version of commitsUp(from, to)) {
    throwIfCancelled(signal, 'the backup');
    await addVersion({ source, leftOut, signal }, version, batch);
    if (batch.entries.length < commitsMax && batch.bytes < bytesMax && version !== to) continue;
    yield batch;
    batch = emptyBatch();
  }
}

/** Nothing was left out so far. */
export const noneLeftOut = (): LeftOut => ({ outside: 0, removed: 0, foreignRows: 0 });

interface OpenBatch extends PushBatch {
  readonly entries: LogEntry[];
  readonly blobs: Map<string, ExpectedFile>;
  readonly data: Map<string, ExpectedFile>;
  bytes: number;
}

const emptyBatch = (): OpenBatch => ({ entries: [], blobs: new Map(), data: new Map(), bytes: 0 });

/** Sources of the planning, and the plan that it extends. */
interface Planning {
  readonly source: StoredFiles;
  readonly leftOut: LeftOut;
  readonly signal: AbortSignal | undefined;
}

async function addVersion(planning: Planning, version: CommitNumber, batch: OpenBatch): Promise<void> {
  const { source } = planning;
  const file = commitFile(version);
  const bytes = source.disk.readFile(file);
  if (bytes === undefined) throw damaged(`log entry ${version} is missing, and was not backed up`, file);
  for (const add of parseCommit(bytes, version, file).adds) {
    const data = await dataFileOf(planning, add, version);
    if (data === undefined || batch.data.has(data.path)) continue;
    batch.data.set(data.path, data);
    batch.bytes += data.sizeBytes;
    for (const blob of await blobsOf(planning, add, data.path)) {
      if (batch.blobs.has(blob.path)) continue;
      batch.blobs.set(blob.path, blob);
      batch.bytes += blob.sizeBytes;
    }
  }
  batch.entries.push({ version, bytes });
  batch.bytes += bytes.length;
}

/** Returns the data file of an action, verified; undefined for one that a copy goes without. */
async function dataFileOf(
  { source, leftOut, signal }: Planning,
  add: Add,
  version: CommitNumber,
): Promise<ExpectedFile | undefined> {
  const path = decodePath(add.path);
  if (!isInsideTable(path)) {
    leftOut.outside += 1;
    return undefined;
  }
  // A key of the log, or of a blob, must never be written because an entry calls it data.
  if (/^[_.]/.test(path)) throw damaged(`log entry ${version} names ${path}, which is not a data file`, path);
  if (source.disk.stat(path) === undefined && !(await source.isLive(path))) {
    leftOut.removed += 1;
    return undefined;
  }
  const tag = add.tags?.[sha256Tag];
  const sha256 = typeof tag === 'string' ? tag : await hashOfFile(source.disk, path);
  const file = { path, sizeBytes: add.size, sha256 };
  const problem = await fileProblem(source.disk, file, signal);
  if (problem !== undefined) throw damaged(`data file ${path} of commit ${version} is damaged: ${problem}`, path);
  return file;
}

async function blobsOf({ source, leftOut }: Planning, add: Add, path: string): Promise<readonly ExpectedFile[]> {
  const found: ExpectedFile[] = [];
  try {
    for await (const blob of source.blobsOf(path)) found.push(blob);
  } catch (error) {
    // Rows that another engine appended are not ours, and have no blobs.
    if (!isPondError(error, 'pond-damaged') || typeof add.tags?.[sha256Tag] === 'string') throw error;
    leftOut.foreignRows += 1;
  }
  return found;
}

function damaged(message: string, path: string): PondError {
  return new PondError('pond-damaged', message, {
    path,
    hint: "Nothing that depends on it was sent. 'pond check --repair --from DIR' restores it from a copy of the pond.",
  });
}
