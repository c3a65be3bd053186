/**
 * Checks the log of a pond: each entry, the chain of commits, and that the files of the entries exist. It reads no data
 * file.
 */
import { isDeepStrictEqual } from 'node:util';
import { commitsUp, firstCommit } from '../delta/commitNumber.ts';
import { type Add, type DeltaCommit } from '../delta/actions.ts';
import { isInsideTable } from '../delta/dataPath.ts';
import { numRecords } from '../delta/files.ts';
import { PondError } from '../base/error.ts';
import { sha256Tag } from '../delta/log.ts';
import { commitFile } from '../delta/logPaths.ts';
import { rangeTag } from '../oplog/pondTable.ts';
import { entryOf, tableOf } from '../oplog/publish.ts';
import { requireParent } from './commitHash.ts';
import { expectedDataFile, type Findings } from './findings.ts';
import { readCommitRecord } from './history.ts';
import { type Store } from './store.ts';
import { type Commit } from './commitRecord.ts';

/** Returns the commits whose records are sound, oldest first. */
export async function checkLog(store: Store, findings: Findings): Promise<readonly Commit[]> {
  const { opLog } = store;
  const commits: Commit[] = [];
  let isCleanedUp = true;
  for (const number of commitsUp(firstCommit, opLog.tableVersion)) {
    await findings.attempt(`commit ${number}`, async () => {
      const entry = opLog.entry(number);
      // Other engines remove old entries, never one with older entries before it.
      if (entry === undefined && !isCleanedUp) findings.add(`commit ${number}: ${commitFile(number)} is missing`);
      if (entry !== undefined) isCleanedUp = false;
      const commit = await readCommitRecord(opLog, number);
      if (commit === undefined) return;
      const parent = commits.at(-1);
      if (parent !== undefined && parent.number === commit.parent) requireParent(commit, parent);
      commits.push(commit);
      if (entry !== undefined && commit.hash !== undefined) requireEntry(opLog.id, entry, commit);
    });
  }
  for (const { path, add } of await opLog.liveFiles()) if (isInsideTable(path)) checkFile(store, path, add, findings);
  return commits;
}

/** Fails `pond-damaged` unless an entry is the one that a commit of ours writes. */
export function requireEntry(pondId: string, entry: DeltaCommit, commit: Commit): void {
  const { number, id, operation, timeUs } = commit;
  const timeMs = Math.floor(timeUs / 1000);
  const record = entry.commitInfo?.['pond'] as Readonly<Record<string, unknown>>;
  const [add, ...again] = entry.adds;
  const written = entryOf({ number, id, operation, timeMs, record }, expectedAdd(add, commit, timeMs));
  const expected: DeltaCommit = {
    ...{ version: number, ...written, ...(number === firstCommit ? tableOf(pondId, timeMs) : {}) },
    // A commit adds again what another engine took out, and removes what that put in its place.
    ...{ adds: [...written.adds, ...again], removes: entry.removes },
  };
  const names = [...new Set([...Object.keys(expected), ...Object.keys(entry)])] as (keyof DeltaCommit)[];
  const wrong = names.filter((name) => !isDeepStrictEqual(entry[name], expected[name]));
  if (wrong.length === 0) return;
  throw new PondError('pond-damaged', `its entry was altered, in ${wrong.join(', ')}`, { path: commitFile(number) });
}

/** The action of a commit's only file. Path, size and hash are compared with the file itself. */
function expectedAdd(add: Add | undefined, { number }: Commit, timeMs: number): Add {
  return {
    path: add?.path ?? '',
    partitionValues: {},
    size: add?.size ?? 0,
    modificationTime: timeMs,
    dataChange: true,
    stats: JSON.stringify({ numRecords: add === undefined ? 0 : numRecords(add) }),
    tags: { [rangeTag]: `${number}-${number}`, [sha256Tag]: add?.tags?.[sha256Tag] ?? 'missing' },
  };
}

function checkFile({ disk }: Store, path: string, add: Add, findings: Findings): void {
  const stat = disk.stat(path);
  const file = expectedDataFile(add);
  if (stat === undefined) findings.add(`data file ${path} is missing`, file);
  else if (stat.sizeBytes !== add.size) {
    findings.add(`data file ${path} has ${stat.sizeBytes} bytes; expected ${add.size}`, file);
  }
}
