/**
 * Repairs the log of a pond: entries from copies or from the pond's own data files, and checkpoints from the log. An
 * entry is taken only if the chain of commits vouches for it: the commit after it names its hash, or it follows the
 * commit before it, or the data file that it names is in the pond.
 */
import { isDeepStrictEqual } from 'node:util';
import { isPondError, unlessPondError } from '../base/error.ts';
import { type DeltaCommit, serializeCommit } from '../delta/actions.ts';
import { type CommitNumber, commitsDown, firstCommit, latestCommit, previousCommit } from '../delta/commitNumber.ts';
import { compareCheckpoints } from '../delta/compareCheckpoints.ts';
import { listLog, readCommit } from '../delta/log.ts';
import { commitFile } from '../delta/logPaths.ts';
import { parseCommit } from '../delta/parse.ts';
import { readCheckpoint } from '../delta/readCheckpoint.ts';
import { writeCheckpoint } from '../delta/checkpoint.ts';
import { type Disk } from '../storage/disk.ts';
import { requireEntry } from './checkLog.ts';
import { type FileRestorer, hasContent } from './fileRestorer.ts';
import { expectedDataFile } from './findings.ts';
import { commitIn } from './history.ts';
import { readJournal } from './journal.ts';
import { type PondCopy } from './pondCopy.ts';
import { EntrySource } from './rebuildEntry.ts';
import { type Commit } from './commitRecord.ts';

/** A log entry of which nothing is altered that can be seen without another file. */
interface SoundEntry {
  readonly entry: DeltaCommit;
  /** Undefined for another engine's. */
  readonly commit: Commit | undefined;
}

/** Maximum size of a log entry of a copy, bytes. */
const entryBytesMax = 64 * 1024 * 1024;

/** Restores what is damaged or missing in the log, as far as copies, data files and the rest of the log have it. */
export async function repairLog(disk: Disk, restorer: FileRestorer): Promise<void> {
  const { commits, checkpoints } = listLog(disk);
  const latest = latestCommit(commits.at(-1) ?? firstCommit, markOf(disk) ?? firstCommit);
  const pondId = await pondIdOf(disk, checkpoints, restorer);
  if (pondId !== undefined) await new EntryRepair(disk, restorer, pondId).entries(latest, firstEntry(disk));
  for (const { file, table } of await compareCheckpoints(disk, latest)) {
    if (table !== undefined) await restorer.rewrite(file, () => writeCheckpoint(disk, table, Date.now()));
  }
}

/** Latest commit that the journal says was acknowledged; undefined when that is not known. */
function markOf(disk: Disk): CommitNumber | undefined {
  return unlessPondError(() => readJournal(disk).mark);
}

/** Number of the first entry that the log must have: other engines remove old ones, of which a checkpoint has all. */
function firstEntry(disk: Disk): CommitNumber {
  const { commits, checkpoints } = listLog(disk);
  const [first = firstCommit] = commits;
  const before = previousCommit(first) ?? firstCommit;
  return checkpoints.some((version) => version >= before) ? first : firstCommit;
}

/** Id of the pond; undefined when nothing has it. The hash of a commit covers it, so a wrong one lets no entry through. */
async function pondIdOf(
  disk: Disk,
  checkpoints: readonly CommitNumber[],
  restorer: FileRestorer,
): Promise<string | undefined> {
  const ids: (string | undefined)[] = [idIn(disk)];
  for (const version of checkpoints) {
    const table = await readCheckpoint(disk, version).catch((error: unknown) => {
      if (!isPondError(error)) throw error;
    });
    ids.push(table?.metaData.id);
  }
  for (const copy of restorer.copies) ids.push(await idInCopy(restorer, copy));
  const known = ids.filter((id) => id !== undefined);
  const { commits } = listLog(disk);
  return (
    known.find((id) => commits.some((number) => soundEntry(disk, number, id)?.commit?.hash !== undefined)) ?? known[0]
  );
}

const idIn = (disk: Disk): string | undefined => unlessPondError(() => readCommit(disk, firstCommit)?.metaData?.id);

async function idInCopy(restorer: FileRestorer, copy: PondCopy): Promise<string | undefined> {
  const path = commitFile(firstCommit);
  const bytes = await restorer.read(copy, path, () => copy.read(path, entryBytesMax));
  return bytes && unlessPondError(() => parseCommit(bytes, firstCommit, path).metaData?.id);
}

/** Restores the entries of a log, latest first. */
class EntryRepair {
  readonly #disk: Disk;
  readonly #restorer: FileRestorer;
  readonly #pondId: string;
  readonly #source: EntrySource;

  constructor(disk: Disk, restorer: FileRestorer, pondId: string) {
    this.#source = new EntrySource(disk, pondId);
    this.#disk = disk;
    this.#restorer = restorer;
    this.#pondId = pondId;
  }

  async entries(latest: CommitNumber, first: CommitNumber): Promise<void> {
    /** The commit after the entry; undefined where it is not known, so that it vouches for nothing. */
    let child: Commit | undefined;
    for (const number of commitsDown(latest, first)) {
      const own = soundEntry(this.#disk, number, this.#pondId);
      const better =
        (await this.#fromCopies(number, own, child)) ??
        (own === undefined ? await this.#fromDataFile(number, child) : undefined);
      const { commit } = better ?? own ?? { commit: undefined };
      // Other engines' entries are in no chain.
      if (commit !== undefined || (better ?? own) === undefined) child = commit;
    }
  }

  /** Takes an entry from a copy, if the pond's own is damaged, or names a file that is not there. Returns the taken one. */
  async #fromCopies(
    number: CommitNumber,
    own: SoundEntry | undefined,
    child: Commit | undefined,
  ): Promise<SoundEntry | undefined> {
    for (const copy of this.#restorer.copies) {
      const found = await this.#inCopy(copy, number);
      if (found?.commit === undefined) continue;
      const isBetter = own === undefined ? await this.#fits(found, child) : await this.#isBetter(found, own);
      if (!isBetter) continue;
      this.#restorer.replace(commitFile(number), serializeCommit(found.entry), copy.directory);
      return found;
    }
    return undefined;
  }

  /** Rebuilds a damaged or missing entry from the data file of its commit. Returns the rebuilt one. */
  async #fromDataFile(number: CommitNumber, child: Commit | undefined): Promise<SoundEntry | undefined> {
    for (const found of await this.#source.entries(number)) {
      if (!(await this.#fits(found, child))) continue;
      this.#restorer.replace(commitFile(number), serializeCommit(found.entry), undefined);
      return found;
    }
    return undefined;
  }

  async #inCopy(copy: PondCopy, number: CommitNumber): Promise<SoundEntry | undefined> {
    const path = commitFile(number);
    return await this.#restorer.read(copy, path, async () => {
      const bytes = await copy.read(path, entryBytesMax);
      return bytes && soundOf(parseCommit(bytes, number, path), this.#pondId);
    });
  }

  /** True for the entry that stood where the pond's own is damaged or missing. */
  async #fits({ entry, commit }: SoundEntry, child: Commit | undefined): Promise<boolean> {
    if (commit === undefined) return false;
    const { number, id, hash, parent, parentId, parentHash } = commit;
    if (child?.hash !== undefined) {
      return child.parent === number && child.parentId === id && child.parentHash === hash;
    }
    const before = parent === undefined ? undefined : soundEntry(this.#disk, parent, this.#pondId)?.commit;
    const follows = before !== undefined && hash !== undefined && parentId === before.id && parentHash === before.hash;
    // It may be the entry of another history that parted from this one.
    if (before !== undefined && hash !== undefined && !follows) return false;
    return follows || (await this.#hasData(entry));
  }

  /** True for the same commit, with the action of a file that the pond has, unlike that of its own entry. */
  async #isBetter(found: SoundEntry, own: SoundEntry): Promise<boolean> {
    const hash = own.commit?.hash;
    if (hash === undefined || found.commit?.hash !== hash) return false;
    if (isDeepStrictEqual(found.entry.adds, own.entry.adds)) return false;
    return (await this.#hasData(found.entry)) && !(await this.#hasData(own.entry));
  }

  async #hasData({ adds: [add] }: DeltaCommit): Promise<boolean> {
    const file = add && expectedDataFile(add);
    return file !== undefined && (await hasContent(this.#disk, file));
  }
}

/** Returns an entry; undefined when it is missing or damaged. */
function soundEntry(disk: Disk, number: CommitNumber, pondId: string): SoundEntry | undefined {
  return unlessPondError(() => entryIn(disk, number, pondId));
}

/** Returns an entry; undefined when it is missing. Fails `pond-damaged` for an altered one. */
function entryIn(disk: Disk, number: CommitNumber, pondId: string): SoundEntry | undefined {
  const entry = readCommit(disk, number);
  return entry && soundOf(entry, pondId);
}

/** Returns an entry with its commit. Fails `pond-damaged` for an altered one. */
function soundOf(entry: DeltaCommit, pondId: string): SoundEntry {
  const commit = commitIn(pondId, entry);
  if (commit?.hash !== undefined) requireEntry(pondId, entry, commit);
  return { entry, commit };
}
