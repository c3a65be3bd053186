/**
 * Memory of this computer about a copy of a pond on a store: its progress, and what a push that was cut short has
 * sent. It is in the user's cache folder, saves requests, and answers `status` without the network. Without it, or with
 * a wrong one, a push asks the store instead.
 */
import { isRecent } from '../base/age.ts';
import { sha256Of } from '../base/sha256.ts';
import { type CommitNumber, parseCommitNumber } from '../delta/commitNumber.ts';
import { fieldsOf, parseJson } from '../base/json.ts';
import { addressOf, type RemoteLocation } from '../remote/location.ts';
import { type UploadLedger } from '../remote/s3Settings.ts';
import { type Disk } from '../storage/disk.ts';
import { joinPath } from '../storage/diskPath.ts';
import { removeQuietly, replaceUnflushed } from '../storage/durable.ts';
import { createMemoryDisk } from '../storage/memoryDisk.ts';
import { hostPondStorage } from '../storage/hostPondStorage.ts';
import { userCacheFolder } from '../storage/userFolder.ts';
import { waitMs } from './pruneNotes.ts';
import { optional, uploadsIn } from './uploadLedger.ts';

/** End of the contiguous log on a store, as a push or a listing saw it. */
export interface KnownTip {
  readonly version: CommitNumber;
  readonly sizeBytes: number;
  /** By the store's clock. */
  readonly modifiedMs: number;
  /** Of the log entry; lower-case hex. */
  readonly sha256: string;
}

/** All that is remembered. Times are milliseconds since 1970 UTC by this computer's clock. */
interface LedgerState {
  readonly tip?: KnownTip;
  /** The latest checkpoint that the hint on the store names. */
  readonly checkpoint?: CommitNumber;
  /** Time of the last push that ended well, also one with nothing new. */
  readonly pushedMs?: number;
  /** Time of the last verification that found no damage, and what it covered. */
  readonly verifiedMs?: number;
  readonly verifiedShare?: number;
  /** Time when the store was last seen to refuse a second put of one key. */
  readonly probedMs?: number;
}

/** Objects that a push sent longer ago than this are asked for again: a prune may remove them a day after it. */
const sentMsMax = waitMs / 2;
const stateFile = 'state.json';

/** The memory of one copy: of a pond, at the address of a store. */
export class Ledger {
  /** Parts of large objects that arrived. */
  readonly uploads: UploadLedger;
  readonly #disk: Disk;
  readonly #folder: string;

  /** `disk` is a folder of the user. */
  constructor(disk: Disk, of: { readonly pond: string; readonly address: string }) {
    this.#disk = disk;
    // Text of a pond becomes part of a host file name only as a hash.
    const name = sha256Of(JSON.stringify([of.pond, of.address]));
    this.#folder = `remotes/${name.slice(0, 32)}`;
    this.uploads = uploadsIn(disk, this.#folder);
  }

  /** The memory in the user's cache folder; where that cannot be used, one that ends with this process. */
  static ofUser(pond: string, location: RemoteLocation): Ledger {
    const of = { pond, address: addressOf(location) };
    const folder = optional(userCacheFolder);
    return new Ledger(folder === undefined ? createMemoryDisk() : hostPondStorage(folder).disk, of);
  }

  /** Returns what is remembered; {} when nothing is. */
  read(): LedgerState {
    const bytes = optional(() => this.#disk.readFile(this.#path(stateFile)));
    return bytes === undefined ? {} : parseState(bytes);
  }

  /** Replaces some of what is remembered. A folder that cannot be written is fine. */
  update(changes: LedgerState): void {
    this.#write({ ...this.read(), ...changes });
  }

  /** Discards what is remembered of the log: the store shows another one. */
  forgetTip(): void {
    const { tip: _, checkpoint: __, ...state } = this.read();
    this.#write(state);
  }

  /** Returns the keys of blobs that pushes sent whose log entries may not be on the store yet. */
  sent(): ReadonlySet<string> {
    const keys = new Set<string>();
    for (const name of optional(() => this.#disk.list(this.#folder)) ?? []) {
      const path = this.#path(name);
      if (!name.startsWith('sent-')) continue;
      const stat = optional(() => this.#disk.stat(path));
      if (stat === undefined || !isRecent(stat.modifiedMs, Date.now(), sentMsMax)) {
        removeQuietly(this.#disk, path);
        continue;
      }
      const text = Buffer.from(optional(() => this.#disk.readFile(path)) ?? []).toString('utf8');
      // The last line may be cut.
      for (const line of text.split('\n').slice(0, -1)) keys.add(line);
    }
    return keys;
  }

  /** Begins the list of what is sent for the versions from `first` on. */
  sending(first: CommitNumber): SentList {
    const path = this.#path(`sent-${first}`);
    const file = optional(() => {
      this.#disk.makeDirectory(this.#folder);
      return this.#disk.openAppend(path);
    });
    return {
      add: (key) => optional(() => file?.append(Buffer.from(`${key}\n`))),
      close: () => optional(() => file?.close()),
      remove: () => removeQuietly(this.#disk, path),
    };
  }

  #write(state: LedgerState): void {
    optional(() => replaceUnflushed(this.#disk, this.#path(stateFile), Buffer.from(`${JSON.stringify(state)}\n`)));
  }

  #path(name: string): string {
    return joinPath(this.#folder, name);
  }
}

/** Keys that were acknowledged by the store, as a push goes on. */
export interface SentList {
  add(key: string): void;
  close(): void;
  /** The log entries are on the store: the list is not needed any more. */
  remove(): void;
}

function parseState(bytes: Uint8Array): LedgerState {
  const fields = fieldsOf(parseJson(bytes));
  const tip = parseTip(fieldsOf(fields['tip']));
  const checkpoint = parseCommitNumber(fields['checkpoint']);
  const number = <N extends keyof LedgerState>(name: N): Partial<Record<N, number>> => {
    const value = fields[name];
    return typeof value === 'number' ? ({ [name]: value } as Partial<Record<N, number>>) : {};
  };
  return {
    ...(tip && { tip }),
    ...(checkpoint !== undefined && { checkpoint }),
    ...number('pushedMs'),
    ...number('verifiedMs'),
    ...number('verifiedShare'),
    ...number('probedMs'),
  };
}

function parseTip(fields: Readonly<Record<string, unknown>>): KnownTip | undefined {
  const { sizeBytes, modifiedMs, sha256 } = fields;
  const version = parseCommitNumber(fields['version']);
  if (version === undefined || typeof sizeBytes !== 'number' || typeof modifiedMs !== 'number') return undefined;
  return typeof sha256 === 'string' ? { version, sizeBytes, modifiedMs, sha256 } : undefined;
}
