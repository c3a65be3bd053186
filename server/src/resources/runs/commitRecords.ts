import { isPondError, PondError } from '../../base/error.ts';
import { followedOrigin } from '../../pond/replica.ts';
import { addRecord, isSameAgain, readRecords, type RunRecord } from './records.ts';
import { resourceDirectory } from '../model/resourcePath.ts';
import { type ResourcePond } from '../tree/resourcePond.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';

/** The record of a run that committed nothing itself. */
interface PendingRecord {
  readonly kind: string;
  readonly name: string;
  /** UUID of the resource. */
  readonly id: string;
  readonly record: RunRecord;
}

/** Dependencies and options for committing records. */
interface Recording {
  readonly effects: { readonly author: string };
  /** True for a scheduled round: a record that only repeats the latest record of its resource is skipped. */
  readonly isRepeated?: boolean;
  /** Operation of the commit. */
  readonly operation: string;
}

/**
 * Adds records of several runs to the pond in one commit; no commit without records. Records of a deleted resource are
 * dropped. Returns the error of a failed commit instead of throwing, because the results of the runs matter more. A clone
 * without a commit of its own gets none: it would not follow its origin any more, and no data asked for that.
 */
export async function commitRecords(
  pond: ResourcePond,
  pending: readonly PendingRecord[],
  { effects: { author }, isRepeated = false, operation }: Recording,
): Promise<PondError | undefined> {
  try {
    const records = isRepeated ? await withoutRepetitions(pond, pending) : pending;
    if (records.length === 0) return undefined;
    const origin = followedOrigin(pond.stored.disk, pond.head.number);
    if (origin !== undefined) return followsError(origin.url);
    const transaction = await pond.begin();
    try {
      await addRecords(await transaction.fs.root(), records);
    } catch (error) {
      await transaction.abandon();
      throw error;
    }
    await transaction.commit({ message: messageOf(records), author, operation });
    return undefined;
  } catch (error) {
    if (isPondError(error)) return error;
    throw error;
  }
}

function followsError(url: string): PondError {
  return new PondError('not-allowed', `this pond follows ${url}, and a commit of its own would end that`);
}

async function withoutRepetitions(
  pond: ResourcePond,
  pending: readonly PendingRecord[],
): Promise<readonly PendingRecord[]> {
  const fs = await pond.at(String(pond.head.number));
  const wanted: PendingRecord[] = [];
  for (const one of pending) {
    const latest = (await readRecords(fs, { home: directoryOf(one) })).at(-1);
    if (!isSameAgain(one.record, latest)) wanted.push(one);
  }
  return wanted;
}

async function addRecords(root: WorkingDirectory, pending: readonly PendingRecord[]): Promise<void> {
  for (const one of pending) {
    const directory = directoryOf(one);
    if (await root.exists(directory)) await addRecord(await root.openDirectory(directory), one.record);
  }
}

const directoryOf = ({ kind, id }: PendingRecord): string => resourceDirectory({ kind: { kind }, id });

function messageOf(pending: readonly PendingRecord[]): string {
  const [only] = pending;
  const what = only !== undefined && pending.length === 1 ? `${only.kind}/${only.name}` : `${pending.length} resources`;
  return `run ${what}: ${endings(pending)}`;
}

/** Summarizes the results of runs: "2 ok, 1 failed". */
function endings(pending: readonly PendingRecord[]): string {
  const counts = new Map<string, number>();
  for (const { record } of pending) counts.set(endingOf(record), (counts.get(endingOf(record)) ?? 0) + 1);
  return [...counts].map(([ending, count]) => `${count} ${ending}`).join(', ');
}

function endingOf({ status, rows, files }: RunRecord): string {
  return status === 'ok' && rows + files === 0 ? 'with nothing new' : status;
}
