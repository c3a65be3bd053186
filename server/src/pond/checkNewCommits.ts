/**
 * Checks commits that follow a history which was checked before. Rows of that history to which the new ones refer are
 * looked up, so the cost is that of what is new, for a history of any length.
 */
import { PondError } from '../base/error.ts';
import { type CommitNumber, commitsUp, nextCommit } from '../delta/commitNumber.ts';
import { numRecords } from '../delta/files.ts';
import { metadataOf } from '../oplog/parseRow.ts';
import { type RowRequest } from '../oplog/opLog.ts';
import { type StoredRow } from '../oplog/rows.ts';
import { hashOf, sizeProblemOf } from './checkHistory.ts';
import { requireEntry } from './checkLog.ts';
import { RowCheck } from './checkRows.ts';
import { requireParent } from './commitHash.ts';
import { expectedDataFile, Findings, type OnProgress } from './findings.ts';
import { commitAt } from './history.ts';
import { pageOf } from './pageStore.ts';
import { type Store } from './store.ts';
import { type Commit } from './commitRecord.ts';

/**
 * Returns the problems, as sentences, of the commits after one, each of which is one of ours with a data file of its own.
 * Blobs need not be there. Fails `pond-damaged` when a row of the earlier history is missing.
 */
export async function checkNewCommits(
  store: Store,
  after: CommitNumber,
  onProgress: OnProgress,
): Promise<readonly string[]> {
  const { opLog } = store;
  const findings = new Findings();
  const rowCheck = new RowCheck(findings);
  let parent = await commitAt(opLog, after);
  for (const number of commitsUp(nextCommit(after), opLog.tableVersion)) {
    onProgress(number - after, opLog.tableVersion - after);
    const commit = await soundRecord(store, number, parent, findings);
    if (commit === undefined) break;
    const rows = await rowsOf(store, commit, findings);
    if (rows === undefined) break;
    for (const request of earlierRows(rows, after)) rowCheck.know(await opLog.readRow(request));
    await rowCheck.commit(commit, rows);
    parent = commit;
  }
  return findings.problems;
}

/** Returns the record of a commit on its parent; undefined when it is not sound, which is a finding. */
async function soundRecord(
  { opLog }: Store,
  number: CommitNumber,
  parent: Commit,
  findings: Findings,
): Promise<Commit | undefined> {
  let sound: Commit | undefined;
  await findings.attempt(`commit ${number}`, async () => {
    const commit = await commitAt(opLog, number);
    if (commit.parent !== parent.number) {
      throw new PondError('pond-damaged', `it follows commit ${commit.parent ?? 'none'}, not ${parent.number}`);
    }
    requireParent(commit, parent);
    const entry = opLog.entry(number);
    if (entry !== undefined && commit.hash !== undefined) requireEntry(opLog.id, entry, commit);
    sound = commit;
  });
  return sound;
}

/** Returns the rows of a commit's data file, which has its hash; undefined when it has not, which is a finding. */
async function rowsOf(
  { disk, opLog }: Store,
  { number }: Commit,
  findings: Findings,
): Promise<readonly StoredRow[] | undefined> {
  const [add] = opLog.entry(number)?.adds ?? [];
  const file = add && expectedDataFile(add);
  if (add === undefined || file === undefined) {
    findings.add(`commit ${number}: no data file has its rows`);
    return undefined;
  }
  const rows: StoredRow[] = [];
  const before = findings.problems.length;
  await findings.attempt(`data file ${file.path}`, async () => {
    const sizeProblem = sizeProblemOf(disk, file);
    if (sizeProblem !== undefined) return findings.add(`data file ${file.path}: ${sizeProblem}`);
    const { hash } = await hashOf(disk, file.path);
    if (hash !== file.sha256) return findings.expect(`data file ${file.path}`, hash, file.sha256);
    for await (const row of opLog.rowsIn(file.path)) rows.push(row);
    if (rows.length === numRecords(add)) return;
    findings.add(`data file ${file.path} has ${rows.length} rows; its commit says ${numRecords(add)}`);
  });
  return findings.problems.length > before ? undefined : rows;
}

/** Returns the rows of commits up to `after` that listings name, and those of earlier versions, each once. */
function earlierRows(rows: readonly StoredRow[], after: CommitNumber): Iterable<RowRequest> {
  const requests = new Map<string, RowRequest>();
  const add = (request: Required<Omit<RowRequest, 'shown'>>): void => {
    const { txn, nodeId, version } = request;
    if (txn <= after) requests.set(`${txn}/${nodeId}/${version}`, request);
  };
  for (const row of rows) {
    const { nodeId, version, fileType } = row;
    if (fileType === 'commit') continue;
    const { previous, deleted } = metadataOf(row);
    if (previous !== undefined) add({ ...previous, nodeId, version: version - 1 });
    if (deleted === true || (fileType !== 'directory' && fileType !== 'page')) continue;
    const page = pageOf(row);
    for (const { partId, childId, txn, version: listed } of page.kind === 'leaf' ? page.entries : page.pages) {
      add({ partId, nodeId: childId, txn, version: listed });
    }
  }
  return requests.values();
}
