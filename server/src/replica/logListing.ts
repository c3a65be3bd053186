/** The log of a pond on a store, as its keys say. Only a contiguous run of entries counts: a push puts them in order. */
import { type Disk } from '../storage/disk.ts';
import { latestVersion } from '../delta/log.ts';
import { PondError } from '../base/error.ts';
import { type CommitNumber, firstCommit, parseCommitNumber } from '../delta/commitNumber.ts';
import { commitFile, logDirectory } from '../delta/logPaths.ts';
import { type ListedObject, type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';
import { remoteDamage } from './remoteDamage.ts';

/** An entry of the log. */
export interface ListedEntry {
  readonly number: CommitNumber;
  readonly sizeBytes: number;
}

/** Names that other engines, or anybody, put next to the entries. */
const othersMax = 100_000;

/** A listing of a log, read page by page. */
export class RemoteLogListing {
  /** Objects of the log that are not entries, as far as the listing was read. */
  readonly others: ListedObject[] = [];
  readonly #store: ObjectStore;
  readonly #options: RequestOptions;

  constructor(store: ObjectStore, options: RequestOptions) {
    this.#store = store;
    this.#options = options;
  }

  /**
   * Yields the entries, oldest first. `after` is a number up to which the caller has them. Fails `remote-damaged` at a
   * gap, and `pond-not-found` where there is no log.
   */
  async *entries(after: CommitNumber | undefined): AsyncIterable<ListedEntry> {
    let last: CommitNumber | undefined;
    for await (const object of this.#objects(after)) {
      const number = numberOf(object.key);
      if (number === undefined) this.#addOther(object);
      else {
        const expected = last === undefined ? undefined : last + 1;
        if (expected !== undefined && number !== expected) throw this.#gap(expected, number);
        last = number;
        yield { number, sizeBytes: object.sizeBytes };
      }
    }
    if (last === undefined && this.others.length === 0 && after === undefined) throw noPond(this.#store);
  }

  #objects(after: CommitNumber | undefined): AsyncIterable<ListedObject> {
    // The entry itself is listed too: it is compared with the caller's.
    const startAfter = after === undefined || after === firstCommit ? undefined : commitFile(previous(after));
    return this.#store.list(`${logDirectory}/`, { ...this.#options, ...(startAfter !== undefined && { startAfter }) });
  }

  #addOther(object: ListedObject): void {
    this.others.push(object);
    if (this.others.length <= othersMax) return;
    throw remoteDamage(this.#store, logDirectory, `has more than ${othersMax} objects that are not entries`);
  }

  #gap(expected: number, number: CommitNumber): PondError {
    const hint =
      expected === 0
        ? 'Nothing was changed at the store. Copy the pond from another backup.'
        : `Nothing was changed at the store. 'pond clone --at ${expected - 1}' copies what is before the gap.`;
    const file = commitFile(parseCommitNumber(expected) ?? number);
    return remoteDamage(this.#store, file, `is missing, and ${commitFile(number)} is there`, hint);
  }
}

/** Returns the error for a store without a pond. */
export function noPond(store: ObjectStore): PondError {
  return new PondError('pond-not-found', `there is no pond at ${store.address}`, {
    path: store.address,
    hint: "Name the folder or prefix that holds _delta_log, or the prefix of the Backup: 'ponds', unless its document states another.",
  });
}

function previous(number: CommitNumber): CommitNumber {
  return parseCommitNumber(number - 1) ?? firstCommit;
}

function numberOf(key: string): CommitNumber | undefined {
  const digits = /^_delta_log\/(\d{20})\.json$/.exec(key)?.[1];
  return digits === undefined ? undefined : parseCommitNumber(Number(digits));
}

/** Latest version of which a disk has the entry; undefined for an empty log. */
export function latestEntry(disk: Disk): CommitNumber | undefined {
  const latest = latestVersion(disk);
  return latest === undefined || disk.stat(commitFile(latest)) === undefined ? undefined : latest;
}
