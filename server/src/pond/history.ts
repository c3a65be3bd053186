/** Records of commits: in the log, and in their own rows, which outlive it. */
import { type CommitNumber, commitsDown } from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { type DeltaCommit } from '../delta/actions.ts';
import { damaged, Fields, type Json } from '../delta/fields.ts';
import { commitFile } from '../delta/logPaths.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { recordIn } from '../oplog/pondTable.ts';
import { metadataOf } from '../oplog/parseRow.ts';
import { type OpRow, type RowMetadata } from '../oplog/rows.ts';
import { commitHash, requireParent } from './commitHash.ts';
import { type Commit } from './commitRecord.ts';

/** Partition of the commits' own rows. */
const commitsPartId = 'commits';

/**
 * A commit's record; undefined for another engine's commit and for a missing number. Fails `pond-damaged` when a field
 * is missing or of another type, when the parent is not the preceding commit, and when the commit's hash is not that of
 * its record.
 */
export async function readCommitRecord(opLog: OpLog, number: CommitNumber): Promise<Commit | undefined> {
  const record = opLog.record(number) ?? (opLog.isCleanedUp(number) ? await recordInRow(opLog, number) : undefined);
  if (record === undefined) return undefined;
  const commit = parseRecord(record, number);
  const { parent } = commit;
  // Following such a number would cut the history short or loop forever.
  if (!((parent ?? -1) < number) || (await opLog.hasBetween(parent, number))) {
    throw new PondError('pond-damaged', `commit ${number} says that it follows commit ${parent}, which it does not`, {
      path: commitFile(number),
    });
  }
  requireHash(opLog.id, commit);
  return commit;
}

/**
 * The commit in a log entry, without a look at any other; undefined for another engine's. Fails `pond-damaged` for an
 * altered record.
 */
export function commitIn(pondId: string, entry: DeltaCommit): Commit | undefined {
  const record = recordIn(entry);
  if (record === undefined) return undefined;
  const commit = parseRecord(record, entry.version);
  requireHash(pondId, commit);
  return commit;
}

function requireHash(pondId: string, commit: Commit): void {
  const { number, hash } = commit;
  if (hash === undefined || commitHash(pondId, commit) === hash) return;
  throw new PondError('pond-damaged', `the record of commit ${number} was altered: its hash is another`, {
    path: commitFile(number),
  });
}

function parseRecord(record: Json, number: CommitNumber): Commit {
  const fields = new Fields(record, 'pond', { file: commitFile(number) });
  const counts = fields.fields('counts');
  const parent = fields.has('parent') ? fields.commitNumber('parent') : undefined;
  return {
    number,
    id: fields.text('id'),
    parent,
    timeUs: fields.integer('timeUs'),
    author: fields.text('author'),
    message: fields.text('message'),
    operation: fields.text('operation'),
    rootHash: fields.hash('rootHash'),
    ...parseChain(fields, parent),
    counts: {
      added: counts.count('added'),
      modified: counts.count('modified'),
      removed: counts.count('removed'),
      renamed: counts.count('renamed'),
      bytes: counts.count('bytes'),
    },
  };
}

type ChainFields = Pick<Commit, 'parentId' | 'parentHash' | 'rowsHash' | 'hash'>;

const notChained: ChainFields = { parentId: undefined, parentHash: undefined, rowsHash: undefined, hash: undefined };

/** Reads the fields of the chain: all that belong together, or none. */
function parseChain(fields: Fields, parent: CommitNumber | undefined): ChainFields {
  if (!Object.keys({ ...notChained, chainStart: true }).some((name) => fields.has(name))) return notChained;
  const isStart = fields.has('chainStart') && fields.flag('chainStart');
  const isLinked = parent !== undefined && !isStart;
  if (fields.has('parentHash') !== isLinked) {
    throw damaged(fields.place, `pond.parentHash is ${isLinked ? 'missing' : 'not expected at the start of a chain'}`);
  }
  return {
    parentId: parent === undefined ? undefined : fields.text('parentId'),
    parentHash: isLinked ? fields.hash('parentHash') : undefined,
    rowsHash: fields.hash('rowsHash'),
    hash: fields.hash('hash'),
  };
}

/** The row outlives the log entry. */
async function recordInRow(opLog: OpLog, number: CommitNumber): Promise<Json> {
  const shown = `the record of commit ${number}`;
  const row = await opLog.readRow({ partId: commitsPartId, nodeId: String(number), txn: number, shown });
  const { commit } = metadataOf(row);
  if (commit !== undefined) return commit;
  throw new PondError('pond-damaged', `the row of commit ${number} does not hold its record`);
}

/** The row that keeps a commit's record. */
export function commitRow(commit: Commit): OpRow {
  const metadata: RowMetadata = { commit: recordOf(commit) };
  return {
    partId: commitsPartId,
    nodeId: String(commit.number),
    timestampUs: commit.timeUs,
    version: 1,
    fileType: 'commit',
    metadata: JSON.stringify(metadata),
    sizeBytes: 0,
    sha256: commit.rootHash,
    minTimeUs: undefined,
    maxTimeUs: undefined,
    content: undefined,
  };
}

/** The record as written to commitInfo and to the commit's row. */
export function recordOf({ number: _, ...commit }: Commit): Readonly<Record<string, unknown>> {
  const isStart = commit.parent !== undefined && commit.parentHash === undefined;
  return { ...commit, parent: commit.parent ?? null, ...(isStart ? { chainStart: true } : {}) };
}

/** The commit of that number. Fails `pond-damaged` when it is missing. */
export async function commitAt(opLog: OpLog, number: CommitNumber): Promise<Commit> {
  const commit = await readCommitRecord(opLog, number);
  if (commit === undefined) throw new PondError('pond-damaged', `the record of commit ${number} is missing`);
  return commit;
}

/** The latest commit. Fails `pond-damaged` when it was not made on the commit before it. */
export async function headCommit(opLog: OpLog): Promise<Commit> {
  const head = await commitAt(opLog, opLog.head);
  if (head.parent !== undefined) requireParent(head, await commitAt(opLog, head.parent));
  return head;
}

/** The latest of our commits from `number` down to `lowest`; undefined when other engines made them all. */
export async function ownAtOrBelow(
  opLog: OpLog,
  number: CommitNumber,
  lowest: CommitNumber,
): Promise<Commit | undefined> {
  for (const at of commitsDown(number, lowest)) {
    const commit = await readCommitRecord(opLog, at);
    if (commit !== undefined) return commit;
  }
  return undefined;
}
