/**
 * Push: makes a copy of a pond on a store follow the pond. A reader believes only what a contiguous log names, and a log
 * entry is put after all that it names; so the copy is a whole version of the pond at every moment, nothing has to be
 * locked, and what a push that was cut short left is used by the next. server/ARCHITECTURE.md describes the order.
 */
import { isRecent } from '../base/age.ts';
import { plural } from '../base/plural.ts';
import { type CommitNumber, type CommitRange, firstCommit, nextCommit } from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { type StoredCommit, type StoredFiles } from '../pond/storedFiles.ts';
import { bodyOf } from '../remote/content.ts';
import { probeStore } from '../remote/probe.ts';
import { type KnownTip } from './ledger.ts';
import { type PushBatch, batchesOf, type LeftOut, noneLeftOut } from './needs.ts';
import { PushProgress, type SentCounts } from './pushProgress.ts';
import { entryDiffers, isDamagedCopy } from './otherEntry.ts';
import { type RememberedCopy } from './remoteCopy.ts';
import { compareEnd, findTip, isKnown } from './remoteLog.ts';
import { readRemoteRecord, remoteKey, remoteRecordBytes, tipKey, tipNoteBytes } from './remoteRecords.ts';
import { sendCheckpoints } from './sendCheckpoints.ts';
import { PushSender } from './sender.ts';

/** Options of a push. */
export interface PushOptions extends Job {
  /** UUID of the Backup resource: the name of its note on the store. */
  readonly backup: string;
  /** Person and computer that push: USER@host. */
  readonly by: string;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  readonly layout?: 'open' | 'sealed' | undefined;
  /** True to use a store that lets an object be written twice: no other computer may push there. */
  readonly isSingleWriter?: boolean | undefined;
  /** True for a commit that needs no copy of its own: alone it does not cause a push. */
  readonly isMinor?: (commit: StoredCommit) => boolean;
}

/** Result of a push. */
export interface PushReport extends SentCounts {
  /** Latest version on the store before and after; undefined for an empty store. */
  readonly before: CommitNumber | undefined;
  readonly after: CommitNumber | undefined;
  /** Sentences for people. */
  readonly notes: readonly string[];
}

/**
 * Sends everything up to the latest version of the pond's table at the time of the call. Fails:
 * - `remote-diverged` when the store has another history, or another writer was faster; `remote-damaged` for a log with
 *   a gap, and for an object with another size or hash than ours: nothing is replaced;
 * - `pond-damaged` when a file of the pond is missing or altered; the store has the versions before it;
 * - `cancelled`, and as the calls of the store: the next push continues.
 */
export async function push(copy: RememberedCopy, options: PushOptions): Promise<PushReport> {
  const { source, ledger } = copy;
  const { now } = options;
  // Commits that are made meanwhile wait for the next push.
  const latest = source.latest;
  const tip = await remoteTip(copy, options);
  const before = tip?.version;
  const notes: string[] = [];
  const isWanted = before !== latest && (await isAnyWanted(source, { after: before, to: latest }, options.isMinor));
  const progress = new PushProgress(options.progress);
  let end = tip;
  if (isWanted) {
    await requireSafeStore(copy, options);
    const range = { from: before === undefined ? firstCommit : nextCommit(before), to: latest };
    end = await send(copy, range, { ...options, progress, notes });
  }
  if (end !== undefined) {
    notes.push(...(await sendCheckpoints(copy, { from: before, to: end.version }, options.signal)));
    if (isWanted) notes.push(...(await leaveNote(copy, end, progress.counts, options)));
  }
  ledger.update({ ...(end && { tip: end }), pushedMs: now() });
  return { ...progress.counts, before, after: end?.version, notes };
}

/** Finds the end of the copy, as a part of this pond's history; undefined for a new copy, which it registers. */
async function remoteTip(copy: RememberedCopy, options: PushOptions): Promise<KnownTip | undefined> {
  const { source, store, ledger } = copy;
  const { layout = 'open', by, now, signal } = options;
  const known = ledger.read().tip;
  if (known !== undefined) {
    const tip = await findTip(store, known.version, { signal });
    if (tip !== undefined && isKnown(source, tip, known)) return known;
  }
  const record = { pond: source.pond, layout, created: new Date(now()).toISOString(), by };
  const found = (await readRemoteRecord(store, { signal })) ?? (await register());
  if (found !== undefined && (found.pond !== source.pond || found.layout !== layout)) {
    const got = `pond ${found.pond} in the ${found.layout} layout`;
    const message = `${store.address} holds ${got}; expected pond ${source.pond} in the ${layout} layout`;
    throw new PondError('remote-diverged', message, {
      path: remoteKey,
      hint: 'Nothing was changed. Back up to another prefix.',
    });
  }
  const tip = await findTip(store, undefined, { signal });
  const compared = tip && (await compareEnd(source, store, { tip, known }, { signal }));
  // What is remembered is the evidence by which a damaged entry is repaired.
  const isDamaged = compared !== undefined && !compared.end && (await isDamagedCopy(source, compared));
  if (!isDamaged) ledger.forgetTip();
  if (compared && !compared.end) throw await entryDiffers(source, store, compared);
  return compared?.end;

  async function register() {
    await requireSafeStore(copy, options);
    const outcome = await store.putIfAbsent(remoteKey, bodyOf(remoteRecordBytes(record)), { signal });
    return outcome === 'created' ? undefined : await readRemoteRecord(store, { signal });
  }
}

/** Time after which a store is probed again, milliseconds: its software may have changed. */
const probedMsMax = 30 * 24 * 60 * 60 * 1000;

/** Fails `remote-unsafe` for a store that lets an object be written twice, unless a single writer accepts that. */
async function requireSafeStore(
  { store, ledger }: RememberedCopy,
  { now, signal, isSingleWriter = false }: PushOptions,
): Promise<void> {
  const { probedMs = -Infinity } = ledger.read();
  if (isSingleWriter || isRecent(probedMs, now(), probedMsMax)) return;
  const outcome = await probeStore(store, { signal });
  if (!outcome.isSafe) {
    throw new PondError('remote-unsafe', outcome.reason, {
      hint: "Two computers could overwrite each other's backup there. If only one will ever write, add 'single_writer: true' to the document.",
    });
  }
  ledger.update({ probedMs: now() });
}

/** True when one of the versions after one, up to another, needs a copy: any but a minor commit of ours. */
async function isAnyWanted(
  source: StoredFiles,
  { after, to }: { readonly after: CommitNumber | undefined; readonly to: CommitNumber },
  isMinor: PushOptions['isMinor'],
): Promise<boolean> {
  if (isMinor === undefined || after === undefined) return true;
  for (let version = nextCommit(after); version <= to; version = nextCommit(version)) {
    const commit = await source.commit(version);
    if (commit === undefined || !isMinor(commit)) return true;
  }
  return false;
}

/**
 * Sends versions in batches; the files of the next batch are sent while the log entries of this one are. Returns the
 * end of the log. The ledger follows each batch.
 */
async function send(
  { source, store, ledger }: RememberedCopy,
  range: CommitRange,
  { signal, progress, notes }: { signal?: AbortSignal; progress: PushProgress; notes: string[] },
): Promise<KnownTip> {
  const sender = new PushSender({ source, store, ledger, progress, signal });
  if (range.from === firstCommit) await sender.lookForBlobs();
  const leftOut = noneLeftOut();
  let end: KnownTip | undefined;
  const putEntries = async (batch: PushBatch): Promise<void> => {
    end = await sender.entries(batch);
    ledger.update({ tip: end });
  };
  let entries: Promise<unknown> = Promise.resolve();
  try {
    for await (const batch of batchesOf(source, range, leftOut, signal)) {
      progress.plan(batch.entries.length + batch.blobs.size + batch.data.size, batch.bytes);
      await sender.files(batch);
      await entries;
      entries = putEntries(batch);
      // Its failure is thrown by the next wait, also when the files of the next batch fail first.
      entries.catch(() => undefined);
    }
  } finally {
    await entries;
  }
  notes.push(...notesOn(leftOut));
  return end!;
}

function notesOn({ outside, removed, foreignRows }: LeftOut): readonly string[] {
  const files = (count: number): string => `${plural(count, 'file')} of other engines`;
  return [
    ...(outside > 0 ? [`${files(outside)} outside the pond were not sent`] : []),
    ...(removed > 0 ? [`${files(removed)}, removed from the table and from the disk, were not sent`] : []),
    ...(foreignRows > 0 ? [`${files(foreignRows)} have no rows of the pond; they were sent as they are`] : []),
  ];
}

/** Leaves a note for people on the store. A failure is a note of the push, which is done. */
async function leaveNote(
  { source, store }: RememberedCopy,
  { version }: KnownTip,
  counts: SentCounts,
  { backup, now, signal }: PushOptions,
): Promise<readonly string[]> {
  try {
    const commit = await source.commit(version);
    const { rootHash, hash } = commit ?? {};
    const note = { commit: version, rootHash, hash, time: new Date(now()).toISOString(), ...counts };
    await store.put(tipKey(backup), tipNoteBytes(note), { signal });
    return [];
  } catch (error) {
    if (!(error instanceof PondError) || error.code === 'cancelled') throw error;
    return [`the note of this backup could not be stored: ${error.message}`];
  }
}
