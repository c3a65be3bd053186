/**
 * Brings a complete thin copy of a pond up to the state of its store. Only what is new is fetched and checked: what an
 * earlier run verified is not read again.
 */
import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { type DeltaCommit } from '../delta/actions.ts';
import { type CommitNumber, commitsUp, nextCommit } from '../delta/commitNumber.ts';
import { latestVersion } from '../delta/log.ts';
import { commitFile } from '../delta/logPaths.ts';
import { TableOpLog } from '../oplog/tableOpLog.ts';
import { recordIn } from '../oplog/pondTable.ts';
import { checkNewCommits } from '../pond/checkNewCommits.ts';
import { expectedDataFile } from '../pond/findings.ts';
import { lockForWriting, releaseAfter } from '../pond/writerLock.ts';
import { readReplica, writeReplica } from '../pond/replica.ts';
import { type Replica } from '../pond/status.ts';
import { createStore } from '../pond/store.ts';
import { isKey } from '../remote/keys.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { type Disk } from '../storage/disk.ts';
import { type PondStorage } from '../storage/pondStorage.ts';
import { type CloneRequest } from './cloneRequest.ts';
import { bytesOf, missingFiles } from './clonedFiles.ts';
import { fetchLog } from './fetchLog.ts';
import { ObjectFetcher, type WantedObject } from './objectFetcher.ts';
import { publishLog } from './publishLog.ts';
import { fromStore } from './remoteDamage.ts';
import { StagedLog } from './stagedLog.ts';

/** Objects that are fetched at once. */
const filesAtOnce = 16;

type UpdateOptions = Pick<CloneRequest, 'signal' | 'onProgress'>;

/**
 * Updates the copy of a pond in a folder. False, without a change, where clonePond has to do it: for a folder without a
 * complete thin copy, and for commits of other engines. Fails as clonePond does, and `pond-damaged` when the folder lost
 * a row that the news refer to.
 */
export async function updateClone(
  store: ObjectStore,
  { disk, directory }: PondStorage,
  options: UpdateOptions = {},
): Promise<boolean> {
  const replica = readReplica(disk);
  const local = replica === undefined ? undefined : latestVersion(disk);
  if (replica?.isThin !== true || replica.isPartial || replica.at !== undefined || local === undefined) return false;
  const lock = lockForWriting(disk, directory);
  const staged = new StagedLog(disk, 'clone');
  try {
    return await update(store, { disk, staged, local, replica }, options);
  } finally {
    staged.close();
    releaseAfter(lock);
  }
}

interface UpdatedFolder {
  readonly disk: Disk;
  readonly staged: StagedLog;
  /** Latest version in the folder. */
  readonly local: CommitNumber;
  readonly replica: Replica;
}

async function update(
  store: ObjectStore,
  { disk, staged, local, replica }: UpdatedFolder,
  { signal, onProgress }: UpdateOptions,
): Promise<boolean> {
  const count = (step: 'log' | 'data files', total?: number): ((bytes: number) => void) => {
    let done = 0;
    return (bytes) => onProgress?.(step, (done += bytes), total);
  };
  const { last } = await fetchLog({ store, disk, staged, signal, onBytes: count('log') });
  const opLog = await fromStore(store, () => TableOpLog.open(staged.view, last));
  const entries = opLog && [...commitsUp(local, last)].map((number) => opLog.entry(number));
  const wanted = entries && (await fromStore(store, () => newFiles(entries)));
  if (opLog === undefined || wanted === undefined) return false;
  const missing = await missingFiles(disk, wanted);
  const fetcher = new ObjectFetcher({ store, disk, signal, onBytes: count('data files', bytesOf(missing)) });
  await fetcher.fetch(missing, filesAtOnce);
  const [problem, ...others] = await checkNewCommits(
    createStore({ disk: staged.view }, opLog),
    local,
    (done, total) => {
      throwIfCancelled(signal);
      onProgress?.('checking', done, total);
    },
  );
  if (problem !== undefined) {
    const more = others.length === 0 ? '' : `, and ${others.length} more problems`;
    throw new PondError('remote-damaged', `the pond at ${store.address} is damaged: ${problem}${more}`, {
      path: commitFile(nextCommit(local)),
      hint: "Nothing was changed at the store. 'pond backup verify' of the pond it comes from finds what is damaged.",
    });
  }
  // Before the log: the new commits are not its own.
  if (last !== replica.last) writeReplica(disk, { ...replica, last });
  await publishLog(disk, staged, last, signal);
  return true;
}

/**
 * Returns the data files of commits of ours after the first of some entries. Undefined when any is another engine's, or a
 * commit that repairs what such an engine did: then files of the whole history may count.
 */
function newFiles([first, ...entries]: readonly (DeltaCommit | undefined)[]): readonly WantedObject[] | undefined {
  if (first === undefined || recordIn(first) === undefined) return undefined;
  const files: WantedObject[] = [];
  for (const entry of entries) {
    const [add, ...more] = entry?.adds ?? [];
    const file = add && expectedDataFile(add);
    if (entry === undefined || recordIn(entry) === undefined || file === undefined || !isKey(file.path))
      return undefined;
    if (more.length + entry.removes.length > 0) return undefined;
    files.push({ ...file, isRequired: true });
  }
  return files;
}
