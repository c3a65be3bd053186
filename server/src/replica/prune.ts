/**
 * Prune: removes objects from a copy that no version names, such as those that interrupted pushes left. Two calls at
 * least a day apart remove an object: the first lists it as a candidate, and a later one removes it if it is still not
 * named. pruneNotes.ts describes why no push relies on an object that is removed, wherever a prune is killed.
 */
import { firstCommit } from '../delta/commitNumber.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { type ListedObject, type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';
import { batchesOf, noneLeftOut } from './needs.ts';
import { inForce, keysIn, listNotes, waitMs, writeNote } from './pruneNotes.ts';
import { type PrunableCopy, type RemoteCopy } from './remoteCopy.ts';
import { findTip, requireSameHistory } from './remoteLog.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Objects that are younger may belong to a push in progress. */
const graceMs = 7 * dayMs;
/** Longest time from the note of removals to the last of them: after a day, pushes do not wait for it. */
const removingMsMax = dayMs / 2;
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
  const options = { signal };
  const named = await namedKeys({ source, store }, signal);
  const notes = await listNotes(store, options);
  const found: ListedObject[] = [];
  for await (const object of store.list('', options)) {
    const isOld = object.modifiedMs < now() - graceMs;
    if (removable.test(object.key) && isOld && !named.has(object.key)) found.push(object);
  }
  if (isDryRun || (found.length === 0 && notes.length === 0)) {
    const objects = found.map(({ key, sizeBytes }): PrunableObject => ({ key, sizeBytes, state: 'candidate' }));
    return { objects, removableMs: undefined };
  }
  const candidates = found.map(({ key }) => key);
  const { modifiedMs: storeMs } = await writeNote(store, 'candidates', candidates, now(), options);
  const old = notes.filter(({ modifiedMs }) => modifiedMs <= storeMs - waitMs);
  const ripe = await keysIn(
    store,
    old.filter(({ kind }) => kind === 'candidates'),
    options,
  );
  const removal = await beginRemoval(
    store,
    candidates.filter((key) => ripe.has(key)),
    now(),
    options,
  );
  const objects: PrunableObject[] = [];
  for (const { key, sizeBytes } of found) {
    throwIfCancelled(signal, 'the prune');
    if (now() > removal.endMs) throw tooSlow(store);
    const outcome = removal.keys.has(key) ? await removeObject(pruner, key, signal) : { state: 'candidate' as const };
    objects.push({ key, sizeBytes, ...outcome });
    progress?.('looked at objects', objects.length, found.length);
  }
  for (const { key } of [...old, ...removal.notes]) await removeObject(pruner, key, signal);
  const isDone = objects.every(({ state }) => state === 'removed');
  return { objects, removableMs: isDone ? undefined : storeMs + waitMs };
}

/** Objects that are removed, and the note that says so. */
interface Removal {
  readonly keys: ReadonlySet<string>;
  readonly notes: readonly Pick<ListedObject, 'key'>[];
  /** Time after which nothing is removed, milliseconds since 1970 UTC. */
  readonly endMs: number;
}

/** Notes what is about to be removed, and leaves out what pushes keep. */
async function beginRemoval(
  store: ObjectStore,
  keys: readonly string[],
  nowMs: number,
  options: RequestOptions,
): Promise<Removal> {
  if (keys.length === 0) return { keys: new Set(), notes: [], endMs: Infinity };
  const note = await writeNote(store, 'removing', keys, nowMs, options);
  const kept = await keysIn(store, inForce(await listNotes(store, options), 'keep', note.modifiedMs), options);
  return { keys: new Set(keys.filter((key) => !kept.mayHave(key))), notes: [note], endMs: nowMs + removingMsMax };
}

function tooSlow(store: ObjectStore): PondError {
  return new PondError('remote-failed', `the prune of ${store.address} took longer than half a day`, {
    hint: 'Run it again: it goes on with what is left.',
  });
}

/** Returns the keys that versions of the pond name, be they at the copy or not. */
async function namedKeys({ source, store }: RemoteCopy, signal: AbortSignal | undefined): Promise<ReadonlySet<string>> {
  const tip = await findTip(store, undefined, { signal });
  if (tip === undefined) throw new PondError('not-found', `there is no copy of this pond at ${store.address}`);
  await requireSameHistory(source, store, { tip, known: undefined }, { signal });
  const named = new Set<string>();
  const versions = { from: firstCommit, to: source.latest };
  for await (const { blobs, data } of batchesOf(source, versions, noneLeftOut(), signal)) {
    for (const key of [...blobs.keys(), ...data.keys()]) named.add(key);
  }
  return named;
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
