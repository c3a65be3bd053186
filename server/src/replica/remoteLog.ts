/** The log of a copy on a store: its end, and whether it is the log of this pond. */
import { sha256Of } from '../base/sha256.ts';
import {
  commitNumber,
  type CommitNumber,
  nextCommit,
  parseCommitNumber,
  previousCommit,
} from '../delta/commitNumber.ts';
import { isPondError, PondError } from '../base/error.ts';
import { commitFile, logDirectory } from '../delta/logPaths.ts';
import { type StoredFiles } from '../pond/storedFiles.ts';
import { type ListedObject, type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';
import { type KnownTip } from './ledger.ts';
import { entryDiffers, type OtherEntry, soundCommit } from './otherEntry.ts';

/** End of the contiguous log on a store. */
export interface RemoteTip extends Pick<ListedObject, 'sizeBytes' | 'modifiedMs'> {
  readonly version: CommitNumber;
}

/**
 * Returns the end of the log on a store; undefined for an empty one. With the version of an earlier end, only what
 * follows it is listed: one request when nothing does. Fails `remote-damaged` for a log with a gap.
 */
export async function findTip(
  store: ObjectStore,
  known: CommitNumber | undefined,
  options: RequestOptions,
): Promise<RemoteTip | undefined> {
  const before = known === undefined ? undefined : previousCommit(known);
  const startAfter = before === undefined ? {} : { startAfter: commitFile(before) };
  let tip: RemoteTip | undefined;
  for await (const { key, sizeBytes, modifiedMs } of store.list(`${logDirectory}/`, { ...options, ...startAfter })) {
    const version = versionOf(key);
    if (version === undefined) continue;
    const expected = tip === undefined ? (known ?? commitNumber(0)) : nextCommit(tip.version);
    if (version !== expected) {
      // What was remembered is gone: the whole log says what is there.
      if (tip === undefined && known !== undefined) return await findTip(store, undefined, options);
      throw gap(store, expected, version);
    }
    tip = { version, sizeBytes, modifiedMs };
  }
  return tip === undefined && known !== undefined ? await findTip(store, undefined, options) : tip;
}

/** Returns the version of the key of a log entry; undefined for any other key. */
export function versionOf(key: string): CommitNumber | undefined {
  const [, digits] = /^_delta_log\/(\d{20})\.json$/.exec(key) ?? [];
  return digits === undefined ? undefined : parseCommitNumber(Number(digits));
}

function gap(store: ObjectStore, expected: CommitNumber, found: CommitNumber): PondError {
  const message = `${commitFile(expected)} is missing at ${store.address}, and commit ${found} is there`;
  return new PondError('remote-damaged', message, {
    path: commitFile(expected),
    hint: "Nothing was sent. 'pond backup verify --repair' sends it again from this pond. Or back up to another prefix.",
  });
}

/** True when the end of the log is what a push left there, and the pond's own log entry is the same as then. */
export function isKnown(source: StoredFiles, tip: RemoteTip, known: KnownTip | undefined): boolean {
  if (known?.version !== tip.version || known.sizeBytes !== tip.sizeBytes) return false;
  // An answer of S3 says seconds where a listing says milliseconds.
  if (Math.abs(known.modifiedMs - tip.modifiedMs) >= 1000) return false;
  const own = source.disk.readFile(commitFile(tip.version));
  return own !== undefined && sha256Of(own) === known.sha256;
}

/** The entry at the end of the log on a store, compared with the pond's own. */
interface ComparedEnd extends OtherEntry {
  /** The end, as a push remembers it; undefined when the entry is not the pond's own. */
  readonly end: KnownTip | undefined;
}

/**
 * Compares the entry at the end of the log on a store with the pond's own. `known` is the end that this computer saw last.
 * Fails as the store.
 */
export async function compareEnd(
  source: StoredFiles,
  store: ObjectStore,
  { tip, known }: { readonly tip: RemoteTip; readonly known: KnownTip | undefined },
  options: RequestOptions,
): Promise<ComparedEnd> {
  const { version, sizeBytes, modifiedMs } = tip;
  const theirs = await readEntry(store, version, options);
  const ours = version > source.latest ? undefined : source.disk.readFile(commitFile(version));
  const isSame =
    theirs !== undefined &&
    (ours === undefined ? await isSameCommit(source, version, theirs) : Buffer.compare(ours, theirs) === 0);
  const end = isSame ? { version, sizeBytes, modifiedMs, sha256: sha256Of(theirs) } : undefined;
  return { version, theirs, known, end };
}

/** Returns an entry that was listed; undefined for one that cannot be decrypted. Fails as the store. */
async function readEntry(
  store: ObjectStore,
  version: CommitNumber,
  options: RequestOptions,
): Promise<Uint8Array | undefined> {
  try {
    const bytes = await store.read(commitFile(version), options);
    if (bytes !== undefined) return bytes;
  } catch (error) {
    if (!isPondError(error, 'remote-damaged')) throw error;
    return undefined;
  }
  throw new PondError('remote-failed', `${store.address} lists ${commitFile(version)} and does not return it`);
}

/**
 * Returns what is known of the end of the log on a store, which is the pond's own. Fails `remote-damaged` for a damaged copy
 * of the pond's entry, `remote-diverged`, with the ids of both commits, when they differ otherwise or the store is ahead of
 * the pond, and `pond-damaged` when the pond's entry is the altered one; nothing is changed then.
 */
export async function requireSameHistory(
  source: StoredFiles,
  store: ObjectStore,
  ends: { readonly tip: RemoteTip; readonly known: KnownTip | undefined },
  options: RequestOptions,
): Promise<KnownTip> {
  const compared = await compareEnd(source, store, ends, options);
  if (compared.end === undefined) throw await entryDiffers(source, store, compared);
  return compared.end;
}

/** Compares commits by the chain of hashes, where the pond's log entry was cleaned up. */
async function isSameCommit(source: StoredFiles, version: CommitNumber, theirs: Uint8Array): Promise<boolean> {
  const hash = (await source.commit(version))?.hash;
  return hash !== undefined && hash === soundCommit(source.pond, version, theirs)?.hash;
}
