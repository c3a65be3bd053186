import { type CommitNumber, commitNumber, commitsDown, parseCommitNumber } from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { type LruCache } from '../base/lruCache.ts';
import { type DeltaCommit } from '../delta/actions.ts';
import { damaged, Fields, type Json } from '../delta/fields.ts';
import { commitFile } from '../delta/log.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { recordIn } from '../oplog/pondTable.ts';
import { metadataOf } from '../oplog/parseRow.ts';
import { type OpRow, type RowMetadata } from '../oplog/rows.ts';
import { commitHash, requireParent } from './commitHash.ts';
import { isTagName, tagsAt } from './tags.ts';
import { type Commit, type VersionSpec } from './commitRecord.ts';
import { type SavedCommits } from './savedCommits.ts';

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

/** Commits that need not be read in the log. */
interface KnownCommits {
  /** Those of this process. */
  readonly read: LruCache<CommitNumber, Commit>;
  readonly saved: SavedCommits;
}

/**
 * Commits from `head` back to the first. Those that are known are not read again, and those that are read become known.
 * Fails `pond-damaged` at one that was not made on the commit before it.
 */
export async function* commitsFrom(opLog: OpLog, head: CommitNumber, known?: KnownCommits): AsyncIterable<Commit> {
  const collect = known?.saved.collector();
  let child: Commit | undefined;
  for (let number: CommitNumber | undefined = head; number !== undefined;) {
    const cached: Commit | undefined = known && knownCommit(known, number, child);
    const commit: Commit = cached ?? (await commitAt(opLog, number));
    if (cached === undefined) known?.read.set(number, commit);
    if (child !== undefined) requireParent(child, commit);
    collect?.(commit);
    yield commit;
    [child, number] = [commit, commit.parent];
  }
}

/** Returns a commit, the parent of `child` if that is given, without the log; undefined where it is not known. */
function knownCommit(
  { read, saved }: KnownCommits,
  number: CommitNumber,
  child: Commit | undefined,
): Commit | undefined {
  // After the log was replaced by another one, a known commit may be none of it.
  const isIt = (commit: Commit | undefined): boolean =>
    commit !== undefined && (child?.hash === undefined || child.parentHash === commit.hash);
  if (!isIt(read.get(number))) for (const commit of child ? saved.before(child) : []) read.set(commit.number, commit);
  const found = read.get(number);
  return isIt(found) ? found : undefined;
}

/** The first `count` of some commits; reads no more of them than that. */
export async function* firstOf(commits: AsyncIterable<Commit>, count: number): AsyncIterable<Commit> {
  let left = count;
  if (left <= 0) return;
  for await (const commit of commits) {
    yield commit;
    if (--left <= 0) return;
  }
}

/** Resolves "12", "HEAD", a tag, "HEAD~2" or an ISO time to a commit. Fails `version-not-found`. */
export async function resolveVersion(opLog: OpLog, spec: VersionSpec): Promise<Commit> {
  const text = spec.trim();
  if (/^\d+$/.test(text)) {
    const number = parseCommitNumber(Number(text));
    const commit = number === undefined ? undefined : await readCommitRecord(opLog, number);
    if (commit === undefined) throw notFound(spec, `commits go from 0 to ${opLog.head}`);
    return commit;
  }
  const [, name, generations = '0'] = /^(.*?)(?:~(\d+))?$/.exec(text) ?? [];
  if (name?.toUpperCase() === 'HEAD') return await ancestor(opLog, opLog.head, Number(generations), spec);
  if (name === undefined || !isTagName(name)) return await commitAtTime(opLog, spec);
  const tagged = (await tagsAt(opLog, opLog.head)).get(name);
  if (tagged === undefined) throw notFound(spec, `there is no tag '${name}'`);
  return await ancestor(opLog, tagged, Number(generations), spec);
}

async function ancestor(opLog: OpLog, start: CommitNumber, generations: number, spec: VersionSpec): Promise<Commit> {
  let left = generations;
  for await (const commit of commitsFrom(opLog, start)) {
    if (left-- === 0) return commit;
  }
  throw notFound(spec, 'the history is not that long');
}

/** ISO 8601 with at least a date; without a zone it is UTC, so that a script means the same everywhere. */
const isoPattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i;

async function commitAtTime(opLog: OpLog, spec: VersionSpec): Promise<Commit> {
  const match = isoPattern.exec(spec.trim());
  const timeMs = match === null ? NaN : Date.parse(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`);
  if (Number.isNaN(timeMs)) throw notFound(spec, 'expected a commit number, HEAD, a tag, HEAD~n or an ISO time');
  // Date drops fractions beyond milliseconds; the whole seconds that people write are exact.
  const timeUs = timeMs * 1000 + fractionUs(match![2]);
  const found = await newestUpTo(opLog, timeUs);
  if (found === undefined) throw notFound(spec, 'the pond did not exist then');
  return found;
}

function fractionUs(time: string | undefined): number {
  const digits = /\.\d{3}(\d{1,3})/.exec(time ?? '')?.[1];
  return digits === undefined ? 0 : Number(digits.padEnd(3, '0'));
}

/**
 * Latest commit at or before a time. Commit times never decrease, so the numbers are binary-searched; other engines'
 * commits are skipped.
 */
async function newestUpTo(opLog: OpLog, timeUs: number): Promise<Commit | undefined> {
  let [low, high]: [number, number] = [0, opLog.head];
  let best: Commit | undefined;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const commit = await ownAtOrBelow(opLog, commitNumber(middle), commitNumber(low));
    if (commit === undefined) low = middle + 1;
    else if (commit.timeUs <= timeUs) {
      best = commit;
      low = middle + 1;
    } else high = commit.number - 1;
  }
  return best;
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

function notFound(spec: VersionSpec, why: string): PondError {
  return new PondError('version-not-found', `no commit is '${spec}': ${why}`, {
    hint: "'pond log' lists the commits, 'pond tag' the tags",
  });
}
