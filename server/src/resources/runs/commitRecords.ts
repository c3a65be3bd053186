import { isPondError, PondError } from '../../base/error.ts';
import { followedOrigin } from '../../pond/replica.ts';
import { addRecord, isSameAgain, readRecords, type RunRecord } from './records.ts';
import { resourceDirectory } from '../model/resourcePath.ts';
import { type ResourcePond } from '../tree/resourcePond.ts';
import { writeUnrecorded } from './unrecorded.ts';
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
  /** Operation of the commit. */
  readonly operation: string;
}

/** Result of keeping records. */
interface Recorded {
  /** The error that prevented that they are kept; undefined if they are. */
  readonly failure?: PondError;
  /** By UUID, of each resource whose run repeats its latest record: the number of such runs since then. */
  readonly unrecorded: ReadonlyMap<string, number>;
}

/**
 * Adds records of several runs to the pond in one commit. Those that repeat the latest record of their resource are
 * only written down outside of the history; without others there is no commit. Records of a deleted resource are
 * dropped. Returns the error of a failure instead of throwing, because the results of the runs matter more. A clone
 * without a commit of its own gets neither: it would not follow its origin any more, and no data asked for that.
 */
export async function commitRecords(
  pond: ResourcePond,
  pending: readonly PendingRecord[],
  { effects: { author }, operation }: Recording,
): Promise<Recorded> {
  const unrecorded = new Map<string, number>();
  try {
    const origin = followedOrigin(pond.stored.disk, pond.head.number);
    const news: PendingRecord[] = [];
    for (const { one, latest } of await withLatest(pond, pending)) {
      if (!isSameAgain(one.record, latest)) news.push(one);
      else if (origin === undefined) unrecorded.set(one.id, writeUnrecorded(pond.localRecords, one, latest));
    }
    if (news.length === 0) return { unrecorded };
    if (origin !== undefined) return { failure: followsError(origin.url), unrecorded };
    const transaction = await pond.begin();
    try {
      await addRecords(await transaction.fs.root(), news);
    } catch (error) {
      await transaction.abandon();
      throw error;
    }
    await transaction.commit({ message: messageOf(news), author, operation });
    return { unrecorded };
  } catch (error) {
    if (isPondError(error)) return { failure: error, unrecorded };
    throw error;
  }
}

function followsError(url: string): PondError {
  return new PondError('not-allowed', `this pond follows ${url}, and a commit of its own would end that`);
}

/** A record, with the latest one that its resource has in the history. */
interface Following {
  readonly one: PendingRecord;
  readonly latest: RunRecord | undefined;
}

async function withLatest(pond: ResourcePond, pending: readonly PendingRecord[]): Promise<readonly Following[]> {
  const fs = await pond.at(String(pond.head.number));
  const following: Following[] = [];
  for (const one of pending)
    following.push({ one, latest: (await readRecords(fs, { home: directoryOf(one) })).at(-1) });
  return following;
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
