/** The log of a copy on a store: its end, and whether it is the log of this pond. */
import {
  commitNumber,
  type CommitNumber,
  nextCommit,
  parseCommitNumber,
  previousCommit,
} from '../delta/commitNumber.ts';
import { PondError } from '../base/error.ts';
import { commitFile, logDirectory } from '../delta/log.ts';
import { parseCommit } from '../delta/parse.ts';
import { sha256 } from '../pond/hash.ts';
import { commitIn } from '../pond/history.ts';
import { type StoredFiles } from '../pond/storedFiles.ts';
import { type ListedObject, type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';
import { type KnownTip } from './ledger.ts';

/** End of the contiguous log on a store. */
interface RemoteTip extends Pick<ListedObject, 'sizeBytes' | 'modifiedMs'> {
  readonly version: CommitNumber;
}

/**
 * Returns the end of the log on a store; undefined for an empty one. With the version of an earlier end, only what
 * follows it is listed: one request when nothing does. Fails `remote-damaged` for a log with a gap.
 */
export async function findTip(
  store: ObjectStore,
  known: CommitNumber | undefined,
  options: RequestOptions = {},
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

/** The version of the key of a log entry; undefined for any other key. */
function versionOf(key: string): CommitNumber | undefined {
  const [, digits] = /^_delta_log\/(\d{20})\.json$/.exec(key) ?? [];
  return digits === undefined ? undefined : parseCommitNumber(Number(digits));
}

function gap(store: ObjectStore, expected: CommitNumber, found: CommitNumber): PondError {
  const message = `${commitFile(expected)} is missing at ${store.address}, and commit ${found} is there`;
  return new PondError('remote-damaged', message, {
    path: commitFile(expected),
    hint: `Nothing was sent. Restore ${commitFile(expected)} from an older version of the bucket or from this pond, or back up to another prefix.`,
  });
}

/** True when the end of the log is what a push left there, and the pond's own log entry is the same as then. */
export function isKnown(source: StoredFiles, tip: RemoteTip, known: KnownTip | undefined): boolean {
  if (known?.version !== tip.version || known.sizeBytes !== tip.sizeBytes) return false;
  // An answer of S3 says seconds where a listing says milliseconds.
  if (Math.abs(known.modifiedMs - tip.modifiedMs) >= 1000) return false;
  const own = source.disk.readFile(commitFile(tip.version));
  return own !== undefined && sha256(own) === known.sha256;
}

/**
 * Compares the entry at the end of the log on a store with the pond's own, and returns what is known of it. Fails
 * `remote-diverged`, with the ids of both commits, when they differ or the store is ahead of the pond; nothing is
 * changed then.
 */
export async function requireSameHistory(
  source: StoredFiles,
  store: ObjectStore,
  tip: RemoteTip,
  options: RequestOptions = {},
): Promise<KnownTip> {
  const { version } = tip;
  const theirs = await store.read(commitFile(version), options);
  if (theirs === undefined) {
    throw new PondError('remote-failed', `${store.address} lists ${commitFile(version)} and does not return it`);
  }
  const ours = version > source.latest ? undefined : source.disk.readFile(commitFile(version));
  const isSame = ours === undefined ? await isSameCommit(source, version, theirs) : Buffer.compare(ours, theirs) === 0;
  if (!isSame) throw await diverged(source, store, version, theirs);
  return { version, sizeBytes: tip.sizeBytes, modifiedMs: tip.modifiedMs, sha256: sha256(theirs) };
}

/** Compares commits by the chain of hashes, where the pond's log entry was cleaned up. */
async function isSameCommit(source: StoredFiles, version: CommitNumber, theirs: Uint8Array): Promise<boolean> {
  if (version > source.latest) return false;
  const hash = (await source.commit(version))?.hash;
  return hash !== undefined && hash === entryCommit(source.pond, version, theirs)?.hash;
}

function entryCommit(pond: string, version: CommitNumber, bytes: Uint8Array): ReturnType<typeof commitIn> {
  try {
    return commitIn(pond, parseCommit(bytes, version, commitFile(version)));
  } catch (error) {
    if (error instanceof PondError) return undefined;
    throw error;
  }
}

/** Returns the error for a store with another history. */
export async function diverged(
  source: StoredFiles,
  store: ObjectStore,
  version: CommitNumber,
  theirs: Uint8Array,
): Promise<PondError> {
  const their = nameOf(entryCommit(source.pond, version, theirs)?.id);
  const isAhead = version > source.latest;
  const own = nameOf((await source.commit(isAhead ? source.latest : version))?.id);
  const ours = isAhead ? `this pond ends with commit ${source.latest} ${own}` : `this pond has ${own}`;
  return new PondError('remote-diverged', `${store.address} has commit ${version} ${their}; ${ours}`, {
    path: commitFile(version),
    hint: "Nothing was changed. 'pond clone' fetches what is there; 'pond clone --fork' makes a pond that is backed up on its own.",
  });
}

const nameOf = (id: string | undefined): string => (id === undefined ? 'of another program' : `(${id})`);
