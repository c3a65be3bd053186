/**
 * Entries of a log on a store that are not the pond's own of that version: a damaged copy of the pond's own entry, which
 * may be repaired, or an entry of another history, which is never replaced.
 */
import { sha256Of } from '../base/sha256.ts';
import { PondError } from '../base/error.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { commitFile } from '../delta/logPaths.ts';
import { parseCommit } from '../delta/parse.ts';
import { commitIn } from '../pond/history.ts';
import { type Commit } from '../pond/commitRecord.ts';
import { type StoredFiles } from '../pond/storedFiles.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { type KnownTip } from './ledger.ts';
import { remoteDamage } from './remoteDamage.ts';

/** An entry that differs from the pond's own. */
export interface OtherEntry {
  readonly version: CommitNumber;
  /** Undefined when the store has the object, and it cannot be decrypted. */
  readonly theirs: Uint8Array | undefined;
  /** The end of the log that this computer saw last. */
  readonly known: KnownTip | undefined;
}

/**
 * True for a damaged copy of the pond's own entry: it has a hash of the same commit, or this computer sent the pond's
 * entry and what is there now cannot be read by any program. A sound entry of another commit is of another history,
 * whatever else is known. Fails `pond-damaged` when it is the pond's own entry that changed since it was sent.
 */
export async function isDamagedCopy(source: StoredFiles, entry: OtherEntry): Promise<boolean> {
  const { version, theirs, known } = entry;
  const ours = version > source.latest ? undefined : source.disk.readFile(commitFile(version));
  if (ours === undefined) return false;
  const sent = known?.version === version ? known.sha256 : undefined;
  const isAsSent = theirs !== undefined && sha256Of(theirs) === sent;
  const own = soundCommit(source.pond, version, ours);
  if (own === undefined) {
    if (isAsSent) throw ownDamage(version);
    // Fails for a damaged entry; that of another engine has no commit of ours.
    await source.commit(version);
    return false;
  }
  const commit = theirs && soundCommit(source.pond, version, theirs);
  // Not by the id: a copy of the folder, with what is staged, commits under the same one.
  if (commit !== undefined && (own.hash === undefined || commit.hash !== own.hash)) return false;
  const isNamed = theirs !== undefined && namesCommit(theirs, own);
  const isLost = sent === sha256Of(ours) && (theirs === undefined || !isReadable(version, theirs));
  if (isNamed && isAsSent) throw ownDamage(version);
  return isNamed || isLost;
}

/** True when the bytes have one of the two hashes that only this commit has. */
function namesCommit(bytes: Uint8Array, { hash, rowsHash }: Commit): boolean {
  const text = Buffer.from(bytes);
  return [hash, rowsHash].some((own) => own !== undefined && text.includes(own));
}

function isReadable(version: CommitNumber, bytes: Uint8Array): boolean {
  try {
    parseCommit(bytes, version, commitFile(version));
    return true;
  } catch (error) {
    if (error instanceof PondError) return false;
    throw error;
  }
}

/** Returns the pond's commit in an entry; undefined for another engine's, and for one that is damaged. */
export function soundCommit(pond: string, version: CommitNumber, bytes: Uint8Array): Commit | undefined {
  try {
    return commitIn(pond, parseCommit(bytes, version, commitFile(version)));
  } catch (error) {
    if (error instanceof PondError) return undefined;
    throw error;
  }
}

function ownDamage(version: CommitNumber): PondError {
  const path = commitFile(version);
  return new PondError(
    'pond-damaged',
    `${path} of this pond is not the entry that was backed up, which the store has`,
    {
      path,
      hint: "Nothing was changed at the store. 'pond check --repair --from NAME', with the name of the Backup, restores it.",
    },
  );
}

/** Returns the error for a store whose entry differs: `remote-damaged` for a damaged copy, else `remote-diverged`. */
export async function entryDiffers(source: StoredFiles, store: ObjectStore, entry: OtherEntry): Promise<PondError> {
  if (await isDamagedCopy(source, entry)) {
    const hint =
      "Nothing was changed at the store. 'pond backup verify NAME --full --repair' puts the entry of this pond in its place.";
    return remoteDamage(store, commitFile(entry.version), "is a damaged copy of this pond's entry", hint);
  }
  return await diverged(source, store, entry);
}

async function diverged(source: StoredFiles, store: ObjectStore, { version, theirs }: OtherEntry): Promise<PondError> {
  const path = commitFile(version);
  const found = theirs && soundCommit(source.pond, version, theirs);
  const isUnreadable = theirs === undefined || !isReadable(version, theirs);
  const their = isUnreadable ? 'that cannot be read' : nameOf(found?.id);
  const isAhead = version > source.latest;
  const own = nameOf((await source.commit(isAhead ? source.latest : version))?.id);
  const ours = isAhead ? `this pond ends with commit ${source.latest} ${own}` : `this pond has ${own}`;
  return new PondError('remote-diverged', `${store.address} has commit ${version} ${their}; ${ours}`, {
    path,
    hint: isUnreadable
      ? `Nothing was changed. It may be of another computer. Restore ${path} from an older version of the bucket, or back up to another prefix.`
      : "Nothing was changed. 'pond clone' fetches what is there; 'pond clone --fork' makes a pond that is backed up on its own.",
  });
}

const nameOf = (id: string | undefined): string => (id === undefined ? 'of another program' : `(${id})`);
