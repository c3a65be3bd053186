/** The last steps of a fork: its own data files and log, and the commit that says of which pond it is. */
import { randomUUID } from 'node:crypto';
import { assert } from '../base/assert.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { TableOpLog } from '../oplog/tableOpLog.ts';
import { writeCommit } from '../pond/commit.ts';
import { headCommit } from '../pond/history.ts';
import { Overlay } from '../pond/overlay.ts';
import { createStore, rootAt } from '../pond/store.ts';
import { type Disk } from '../storage/disk.ts';
import { removeQuietly } from '../storage/durable.ts';
import { forkLog } from './forkLog.ts';
import { publishLog } from './publishLog.ts';
import { StagedLog } from './stagedLog.ts';
import { type OpLog } from '../oplog/opLog.ts';

/** A fork whose pond was fetched and checked. */
interface FetchedFork {
  readonly disk: Disk;
  /** The disk with the log of the pond. */
  readonly view: Disk;
  readonly opLog: OpLog;
  /** Version at which the fork begins. */
  readonly number: CommitNumber;
  readonly id: string;
  readonly author: string;
  readonly signal: AbortSignal | undefined;
  readonly onCommit: (done: number, total: number) => void;
}

/** Writes the log of a fork as publishLog does, adds its first own commit, and removes the files that only the pond had. */
export async function publishFork(fork: FetchedFork): Promise<void> {
  const { disk, view, opLog, number, id, signal } = fork;
  const staged = new StagedLog(disk, 'fork');
  try {
    const onCommit = (done: number, total: number): void => {
      throwIfCancelled(signal);
      fork.onCommit(done, total);
    };
    const replaced = await forkLog({ disk: view, opLog, staged, id, onCommit });
    await publishLog(disk, staged, number, signal);
    await addForkCommit(fork);
    for (const path of replaced) removeQuietly(disk, path);
  } finally {
    staged.close();
  }
}

/** Adds the commit with which a fork begins its own history; it changes nothing. A fork that has it stays as it is. */
async function addForkCommit({ disk, opLog: { id: of }, number, author }: FetchedFork): Promise<void> {
  const opLog = await TableOpLog.open(disk);
  assert(opLog !== undefined, () => 'the log of the fork was written before');
  if (opLog.head > number) return;
  const parent = await headCommit(opLog);
  const store = createStore({ disk }, opLog);
  await writeCommit({
    store,
    id: randomUUID(),
    request: { author, operation: 'fork', message: `Fork of pond ${of} at commit ${parent.number}` },
    parent,
    counts: (bytes) => ({ added: 0, modified: 0, removed: 0, renamed: 0, bytes }),
    plan: { overlay: new Overlay(), root: await rootAt(store, parent.number), load: () => new Uint8Array() },
  });
}
