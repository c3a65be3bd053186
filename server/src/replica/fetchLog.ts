/** Fetches the log of a pond from a store into a staged one. */
import { mapLimit } from '../base/mapLimit.ts';
import { PondError } from '../base/error.ts';
import { otherCheckpoints } from '../delta/checkpointFiles.ts';
import { type CommitNumber, parseCommitNumber } from '../delta/commitNumber.ts';
import { checkpointFile, commitFile, logDirectory } from '../delta/logPaths.ts';
import { type ListedObject, type ObjectStore } from '../remote/objectStore.ts';
import { type Disk } from '../storage/disk.ts';
import { nameOf } from '../storage/diskPath.ts';
import { remoteDamage } from './remoteDamage.ts';
import { type ListedEntry, RemoteLogListing, latestEntry } from './logListing.ts';
import { type StagedLog } from './stagedLog.ts';

/** Largest log entry, and checkpoint, that is read, bytes. */
const entryBytesMax = 64 * 1024 * 1024;
const checkpointBytesMax = 256 * 1024 * 1024;
/** Entries that are fetched at once, and those that are in memory until they are staged. */
const entriesAtOnce = 16;
const windowEntriesMax = 64;
const windowBytesMax = 16 * 1024 * 1024;

interface LogSource {
  readonly store: ObjectStore;
  /** Disk whose log is part of the store's; undefined where all of it is to be staged. */
  readonly disk: Disk | undefined;
  readonly staged: StagedLog;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (bytes: number) => void;
}

/** Log of a store, as far as it was staged. */
export interface FetchedLog {
  /** True when other engines removed old entries, of which a checkpoint has the content. */
  readonly isCleanedUp: boolean;
  /** Latest version of the table. */
  readonly last: CommitNumber;
}

/**
 * Stages the entries that the disk does not have, and where the first ones are gone, a checkpoint in their place. Fails
 * `remote-diverged` when the disk has an entry that the store does not have, or another one.
 */
export async function fetchLog(source: LogSource): Promise<FetchedLog> {
  const { store, signal, disk } = source;
  const local = disk === undefined ? undefined : latestEntry(disk);
  const listing = new RemoteLogListing(store, { signal });
  const window = new EntryWindow(source);
  let [first, last]: (CommitNumber | undefined)[] = [undefined, undefined];
  for await (const entry of listing.entries(local)) {
    if (first === undefined && local !== undefined) await requireEqual(source, entry, local);
    else await window.add(entry);
    first ??= entry.number;
    last = entry.number;
  }
  await window.flush();
  if (last === undefined || first === undefined) {
    if (local !== undefined) throw diverged(source, local, 'the store does not have it');
    throw remoteDamage(store, logDirectory, 'has no entry');
  }
  const isCleanedUp = local === undefined && first > 0;
  if (isCleanedUp) await stageCheckpoint(source, listing.others, { first, last });
  return { isCleanedUp, last };
}

/** Entries that are fetched together and staged in order. */
class EntryWindow {
  readonly #source: LogSource;
  #entries: ListedEntry[] = [];
  #bytes = 0;

  constructor(source: LogSource) {
    this.#source = source;
  }

  async add(entry: ListedEntry): Promise<void> {
    const { store } = this.#source;
    if (entry.sizeBytes > entryBytesMax) {
      throw remoteDamage(store, commitFile(entry.number), `has ${entry.sizeBytes} bytes; expected a log entry`);
    }
    this.#entries.push(entry);
    this.#bytes += entry.sizeBytes;
    if (this.#entries.length >= windowEntriesMax || this.#bytes >= windowBytesMax) await this.flush();
  }

  async flush(): Promise<void> {
    const entries = this.#entries;
    [this.#entries, this.#bytes] = [[], 0];
    const contents = await mapLimit(entries, entriesAtOnce, (entry) => readEntry(this.#source, entry));
    for (const [index, { number }] of entries.entries()) this.#source.staged.add(commitFile(number), contents[index]!);
  }
}

function readEntry(source: LogSource, { number, sizeBytes }: ListedEntry): Promise<Uint8Array> {
  return readWhole(source, commitFile(number), sizeBytes);
}

/** Returns the content of an object, which must have the size in the listing. */
async function readWhole(source: LogSource, key: string, sizeBytes: number): Promise<Uint8Array> {
  const { store, signal, onBytes } = source;
  const bytes = await store.read(key, { sizeBytesMax: sizeBytes, signal, onBytes });
  if (bytes?.length === sizeBytes) return bytes;
  const got = bytes === undefined ? 'is missing' : `has ${bytes.length} bytes`;
  throw remoteDamage(store, key, `${got}; its listing says ${sizeBytes}`);
}

async function requireEqual(source: LogSource, entry: ListedEntry, local: CommitNumber): Promise<void> {
  const own = source.disk?.readFile(commitFile(local));
  if (entry.number !== local) throw diverged(source, local, 'the store does not have it');
  if (own?.length === entry.sizeBytes) {
    const bytes = await readEntry(source, entry);
    if (Buffer.compare(bytes, own) === 0) return;
  }
  throw diverged(source, local, 'the store has another one');
}

function diverged({ store }: LogSource, local: CommitNumber, problem: string): PondError {
  return new PondError('remote-diverged', `commit ${local} is in the folder, and ${problem}: ${store.address}`, {
    path: commitFile(local),
    hint: 'Two histories of one pond are not mixed: copy the pond into an empty folder. Nothing was changed.',
  });
}

/** Stages the oldest checkpoint with which the entries are a whole log: it leaves most versions to be read. */
async function stageCheckpoint(
  source: LogSource,
  others: readonly ListedObject[],
  { first, last }: { readonly first: CommitNumber; readonly last: CommitNumber },
): Promise<void> {
  const isWhole = (version: CommitNumber): boolean => version >= first - 1 && version <= last;
  const sizes = new Map(others.map(({ key, sizeBytes }) => [key, sizeBytes]));
  const classic = [...sizes.keys()].map(versionOf).find((version) => version !== undefined && isWhole(version));
  const names = [...sizes.keys()].map(nameOf);
  const other = otherCheckpoints(names).find(({ version }) => isWhole(version));
  const sidecars = [...sizes.keys()].filter((key) => key.startsWith(`${logDirectory}/_sidecars/`));
  const keys =
    classic === undefined
      ? [...sidecars, ...(other?.names ?? []).map((name) => `${logDirectory}/${name}`)]
      : [checkpointFile(classic)];
  for (const key of keys) {
    const sizeBytes = sizes.get(key) ?? 0;
    if (sizeBytes > checkpointBytesMax) throw remoteDamage(source.store, key, `has ${sizeBytes} bytes`);
    source.staged.add(key, await readWhole(source, key, sizeBytes));
  }
}

function versionOf(key: string): CommitNumber | undefined {
  const digits = /^_delta_log\/(\d{20})\.checkpoint\.parquet$/.exec(key)?.[1];
  return digits === undefined ? undefined : parseCommitNumber(Number(digits));
}
