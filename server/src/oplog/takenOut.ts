/**
 * Finds what other engines took out of the table since our latest commit, as RESTORE and DELETE do. Our own commits are
 * never reverted by that: see docs/pond-format.md. Costs nothing while no other engine removed data.
 */
import { type CommitNumber, commitsUp, nextCommit } from '../delta/commitNumber.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Add, type DeltaCommit, operationOf, type Remove } from '../delta/actions.ts';
import { decodePath, isInsideTable } from '../delta/dataPath.ts';
import { addFileOf, type AddFile } from '../delta/files.ts';
import { readCommit } from '../delta/log.ts';
import { type LazyTable } from '../delta/lazyTable.ts';
import { snapshotAt } from '../delta/snapshot.ts';
import { type Disk } from '../storage/disk.ts';
import { type FileIndex } from './fileIndex.ts';
import { rangeOf } from './liveFiles.ts';
import { type RowRequest } from './opLog.ts';

/** Files that other engines took out, and what was in them. */
interface TakenOut {
  /** Actions that add the files which are still on the disk again. */
  readonly adds: readonly Add[];
  /** Actions that remove what was written in their place: rows of ours that are altered or incomplete. */
  readonly removes: readonly Remove[];
  /** Commits of ours without rows in any live file, ascending; [] when none were taken out. */
  readonly commits: readonly CommitNumber[];
  /** The last version that took something out. */
  readonly by: CommitNumber | undefined;
}

/**
 * Returns what other engines took out since `head`, our latest commit: there nothing was, because each commit of ours
 * adds it again. `files` is the index of the table. Fails like snapshotAt for a damaged log.
 */
export async function findTakenOut(
  disk: Disk,
  table: LazyTable,
  head: CommitNumber,
  files: FileIndex,
): Promise<TakenOut> {
  const since = [...commitsUp(nextCommit(head), table.head.version)].flatMap(
    (version) => readCommit(disk, version) ?? [],
  );
  // OPTIMIZE declares that no data changed: the rows of what it removes are in what it adds.
  const by = since.findLast(({ removes }) => removes.some(({ dataChange }) => dataChange))?.version;
  if (by === undefined) return { adds: [], removes: [], commits: [], by };
  const now = await table.snapshot();
  const known = await knownFiles(disk, head, since);
  const isLive = ({ path }: AddFile): boolean => now.files.get(path) !== undefined;
  const moved = [...known.values()].filter((file) => isLive(file) && rangeOf(file.add) === undefined);
  const held = new Set((await commitsOf(disk, files, moved)).flatMap(({ commits }) => commits));
  const gone = await commitsOf(
    disk,
    files,
    [...known.values()].filter((file) => !isLive(file)),
  );
  const own = new Set<CommitNumber>();
  for (const number of gone.flatMap(({ commits }) => commits)) {
    if ((await files.ofCommit(number)) !== undefined) own.add(number);
  }
  const isMissing = (number: CommitNumber): boolean => !held.has(number) && !own.has(number);
  const missing = new Set(gone.flatMap(({ commits }) => commits).filter(isMissing));
  const lost = new Set(gone.filter(({ commits }) => commits.some(isMissing)).map(({ file }) => file.path));
  return {
    adds: await filesToAdd(files, gone, missing),
    removes: filesToRemove(since, known, lost).filter(({ path }) => now.files.get(decodePath(path)) !== undefined),
    commits: [...missing].sort((a, b) => a - b),
    by,
  };
}

/**
 * Files that held our rows at our latest commit, by path, and those into which rows were moved since then. Not what
 * DELETE and UPDATE wrote: those rows are altered or incomplete.
 */
async function knownFiles(
  disk: Disk,
  head: CommitNumber,
  since: readonly DeltaCommit[],
): Promise<ReadonlyMap<string, AddFile>> {
  const known = new Map<string, AddFile>();
  try {
    for (const file of (await snapshotAt(disk, head)).files.values()) known.set(file.path, file);
  } catch (error) {
    // Another engine cleaned the log up: what it removed before that is not known any more.
    if (!isPondError(error, 'version-not-found')) throw error;
  }
  for (const { adds, version } of since) {
    for (const file of adds.map((add) => addFileOf(add, version))) {
      if (!file.add.dataChange && !known.has(file.path)) known.set(file.path, file);
    }
  }
  return known;
}

interface FileCommits {
  readonly file: AddFile;
  /** True when the file is still on the disk. */
  readonly isThere: boolean;
  /** Commits whose rows it holds; [] for a missing file of another engine. */
  readonly commits: readonly CommitNumber[];
}

async function commitsOf(disk: Disk, index: FileIndex, files: readonly AddFile[]): Promise<readonly FileCommits[]> {
  const found: FileCommits[] = [];
  for (const file of files) {
    const isThere = isInsideTable(file.path) && disk.stat(file.path)?.sizeBytes === file.add.size;
    const range = rangeOf(file.add);
    const isSingle = range !== undefined && range.from === range.to;
    const commits = isSingle ? [range.from] : isThere ? [...(await index.commitsIn(file.path))] : [];
    found.push({ file, isThere, commits });
  }
  return found;
}

/** Returns the fewest rows that hold the missing commits: the files that they added, else files with others too. */
async function filesToAdd(
  files: FileIndex,
  gone: readonly FileCommits[],
  missing: ReadonlySet<CommitNumber>,
): Promise<readonly Add[]> {
  const originals = new Map<CommitNumber, Add | undefined>();
  for (const number of missing) originals.set(number, await files.original(number));
  const others = gone.filter(
    ({ file, isThere, commits }) =>
      isThere &&
      rangeOf(file.add) === undefined &&
      commits.some((number) => missing.has(number) && !originals.get(number)),
  );
  const adds = [...originals.values(), ...others.map(({ file }) => file.add)];
  return adds.flatMap((add) => (add === undefined ? [] : [{ ...add, dataChange: true }]));
}

/** Returns what was written by the operations that removed lost files: new files, not those that RESTORE adds again. */
function filesToRemove(
  since: readonly DeltaCommit[],
  known: ReadonlyMap<string, AddFile>,
  lost: ReadonlySet<string>,
): readonly Remove[] {
  const seen = new Set(known.keys());
  const written: Remove[] = [];
  for (const { adds, removes } of since) {
    const isLossy = removes.some(({ path, dataChange }) => dataChange && lost.has(decodePath(path)));
    for (const { path, partitionValues, size } of adds) {
      if (isLossy && !seen.has(decodePath(path))) written.push({ path, dataChange: true, partitionValues, size });
      seen.add(decodePath(path));
    }
  }
  return written;
}

/**
 * Returns the error for a row that no file has. It names the file that the commit added, and the version of the table,
 * one of `versions`, with which another engine removed it.
 */
export function missingRow(
  disk: Disk,
  versions: readonly CommitNumber[],
  { shown = 'a row', txn }: Pick<RowRequest, 'shown' | 'txn'>,
): PondError {
  const path = readCommit(disk, txn)?.adds.find((add) => rangeOf(add)?.to === txn)?.path;
  if (path === undefined || disk.stat(decodePath(path)) !== undefined) {
    return new PondError('pond-damaged', `${shown} is missing: the data file of commit ${txn} does not have it`, {
      hint: "'pond check --repair --from DIR' restores the file from a copy of the pond.",
    });
  }
  const by = versions.findLast((version) => readCommit(disk, version)?.removes.some((remove) => remove.path === path));
  const why = by === undefined ? '' : `; version ${by} (${operationOf(readCommit(disk, by)?.commitInfo)}) removed it`;
  return new PondError('pond-damaged', `data file ${path} of commit ${txn} is missing${why}`, {
    path,
    hint: "'pond check --repair --from DIR' restores the file from a copy of the pond.",
  });
}
