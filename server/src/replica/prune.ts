/**
 * Prune: removes objects from a copy that no version names, such as those that interrupted pushes left. Two calls at
 * least a day apart remove an object: the first lists it as a candidate, and a later one removes it if it is still not
 * named. So a push that uses an object again has time to name it.
 */
import { randomUUID } from 'node:crypto';
import { type CommitNumber, firstCommit, nextCommit } from '../delta/commitNumber.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { fieldsOf, itemsOf, parseJson } from '../base/json.ts';
import { bodyOf } from '../remote/content.ts';
import { type ListedObject, type ObjectStore } from '../remote/objectStore.ts';
import { fileBody } from './localFiles.ts';
import { batchesOf, noneLeftOut } from './needs.ts';
import { type PrunableCopy, type RemoteCopy } from './remoteCopy.ts';
import { findTip, requireSameHistory } from './remoteLog.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Objects that are younger may belong to a push in progress. */
const graceMs = 7 * dayMs;
/** Time between the listing of a candidate and its removal. */
const waitMs = dayMs;
const listFolder = '_pond/prune/';
/** Objects that versions name, and the keys by which stores were probed: nothing else is ever removed. */
const removable = /^_pond\/blobs\/[0-9a-f]{2}\/[0-9a-f]{64}$|^[^_./][^/]*\.parquet$|^_pond\/probe\/[^/]+$/;

/** Options of a prune. */
interface PruneOptions extends Job {
  /** True to change nothing. */
  readonly isDryRun?: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

/** An object that a prune found. */
interface PrunableObject extends Pick<ListedObject, 'key' | 'sizeBytes'> {
  readonly state: 'candidate' | 'removed' | 'refused';
  /** Why the store refused to remove it: it may be locked. */
  readonly reason?: string;
}

/** Result of a prune. */
interface PruneReport {
  readonly objects: readonly PrunableObject[];
  /** Earliest time at which what is left can be removed, milliseconds since 1970 UTC; undefined without any. */
  readonly removableMs: number | undefined;
}

/**
 * Removes what an earlier call listed and no version names, and lists what may be removed later. Fails `remote-diverged`
 * when the copy has other versions than the pond, `pond-damaged` when the pond is altered, `not-found` for an empty store,
 * `cancelled`, and as the calls of the store.
 */
export async function pruneCopy(
  { source, store, pruner }: PrunableCopy,
  { isDryRun = false, now, signal, progress }: PruneOptions,
): Promise<PruneReport> {
  const looked = source.latest;
  const named = await namedKeys({ source, store }, looked, signal);
  const found: ListedObject[] = [];
  const lists: ListedObject[] = [];
  const present = new Set<string>();
  for await (const object of store.list('', { signal })) {
    present.add(object.key);
    if (object.key.startsWith(listFolder)) lists.push(object);
    const isOld = object.modifiedMs < now() - graceMs;
    if (removable.test(object.key) && isOld && !named.has(object.key)) found.push(object);
  }
  if (isDryRun || (found.length === 0 && lists.length === 0)) {
    const objects = found.map(({ key, sizeBytes }): PrunableObject => ({ key, sizeBytes, state: 'candidate' }));
    return { objects, removableMs: undefined };
  }
  const storeMs = await writeList(store, found, now(), signal);
  const ripeLists = lists.filter(({ modifiedMs }) => modifiedMs <= storeMs - waitMs);
  const ripe = await keysIn(store, ripeLists, signal);
  const objects: PrunableObject[] = [];
  for (const { key, sizeBytes } of found) {
    throwIfCancelled(signal, 'the prune');
    const removal = ripe.has(key) ? await removeObject(pruner, key, signal) : { state: 'candidate' as const };
    objects.push({ key, sizeBytes, ...removal });
    progress?.('looked at objects', objects.length, found.length);
  }
  const removed = objects.flatMap(({ key, state }) => (state === 'removed' ? [key] : []));
  // A prune that was killed after it removed something left its list.
  const missing = [...ripe].filter((key) => named.has(key) && !present.has(key));
  const from = missing.length > 0 ? firstCommit : nextCommit(looked);
  const again = await sendAgain({ source, store }, from, new Set([...removed, ...missing]), signal);
  for (const { key } of ripeLists) await removeObject(pruner, key, signal);
  const left = objects.filter(({ key }) => !again.has(key));
  const isDone = left.every(({ state }) => state === 'removed');
  return { objects: left, removableMs: isDone ? undefined : storeMs + waitMs };
}

/**
 * Sends what was removed and a version from `from` on names by now: a push may have seen it at the store before. Its
 * commit was made before that push began, so it is in the pond now. Returns the keys.
 */
async function sendAgain(
  { source, store }: RemoteCopy,
  from: CommitNumber,
  removed: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const again = new Set<string>();
  const versions = { from, to: source.latest };
  for await (const { blobs, data } of batchesOf(source, versions, noneLeftOut(), signal)) {
    for (const file of [...blobs.values(), ...data.values()]) {
      if (!removed.has(file.path) || again.has(file.path)) continue;
      await store.putIfAbsent(file.path, await fileBody(source.disk, file, signal), { signal });
      again.add(file.path);
    }
  }
  return again;
}

/** Returns the keys that versions up to one name, be they at the copy or not. */
async function namedKeys(
  { source, store }: RemoteCopy,
  latest: CommitNumber,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const tip = await findTip(store, undefined, { signal });
  if (tip === undefined) throw new PondError('not-found', `there is no copy of this pond at ${store.address}`);
  await requireSameHistory(source, store, { tip, known: undefined }, { signal });
  const named = new Set<string>();
  const versions = { from: firstCommit, to: latest };
  for await (const { blobs, data } of batchesOf(source, versions, noneLeftOut(), signal)) {
    for (const key of [...blobs.keys(), ...data.keys()]) named.add(key);
  }
  return named;
}

/** Writes the list of candidates. Returns its time by the store's clock. */
async function writeList(
  store: ObjectStore,
  found: readonly ListedObject[],
  nowMs: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const key = `${listFolder}${nowMs}-${randomUUID()}.json`;
  const text = JSON.stringify({ format: 1, keys: found.map((object) => object.key) });
  // With a condition, since a bucket may refuse every put without one.
  await store.putIfAbsent(key, bodyOf(Buffer.from(`${text}\n`)), { signal });
  return (await store.stat(key, { signal }))?.modifiedMs ?? nowMs;
}

/** Returns the keys in lists of candidates. Whatever else they say, only keys that no version names are removed. */
async function keysIn(
  store: ObjectStore,
  lists: readonly ListedObject[],
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const { key } of lists) {
    const bytes = await store.read(key, { signal });
    const listed = bytes && fieldsOf(parseJson(bytes))['keys'];
    for (const one of itemsOf(listed)) {
      if (typeof one === 'string') keys.add(one);
    }
  }
  return keys;
}

/** Removes an object; a refusal is returned, since others may be removable: a lock ends at its date. */
async function removeObject(
  store: ObjectStore,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Pick<PrunableObject, 'state' | 'reason'>> {
  try {
    await store.remove(key, { signal });
    return { state: 'removed' };
  } catch (error) {
    if (!isPondError(error, 'remote-denied')) throw error;
    return { state: 'refused', reason: error.message };
  }
}
