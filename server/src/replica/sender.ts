/** Sends the files and log entries of batches to a store; what the store has already is compared, and not sent again. */
import { sha256Of } from '../base/sha256.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { LruCache } from '../base/lruCache.ts';
import { mapLimit } from '../base/mapLimit.ts';
import { commitFile } from '../delta/logPaths.ts';
import { blobDirectory } from '../pond/blobs.ts';
import { type ExpectedFile } from '../pond/findings.ts';
import { parentOf } from '../storage/diskPath.ts';
import { bodyOf } from '../remote/content.ts';
import { type ObjectStat, type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';
import { fileBody } from './localFiles.ts';
import { type KnownTip, type SentList } from './ledger.ts';
import { type PushBatch, type LogEntry } from './needs.ts';
import { keepFromPrunes } from './pruneNotes.ts';
import { type PushProgress } from './pushProgress.ts';
import { entryDiffers } from './otherEntry.ts';
import { type RememberedCopy } from './remoteCopy.ts';

const blobsAtOnce = 8;
const dataAtOnce = 16;
/** More blobs of one folder are looked up by a listing of the folder, which costs one request. */
const statsMax = 8;
/** Keys that are remembered during a push. */
const knownMax = 100_000;

/** Dependencies of a sender. */
interface PushSenderParts extends RememberedCopy {
  readonly progress: PushProgress;
  readonly signal: AbortSignal | undefined;
}

/** An object that is on the store: listed, or with the hash that the store keeps. */
type FoundObject = Pick<ObjectStat, 'sizeBytes'> & Partial<Pick<ObjectStat, 'sha256'>>;

/** Sends one push; it knows which objects the store has. */
export class PushSender {
  readonly #parts: PushSenderParts;
  readonly #options: RequestOptions;
  readonly #known = new LruCache<string, true>({ max: knownMax });
  /** True while the store has no blobs but those that this push sent. */
  #isWithoutBlobs = false;
  readonly #lists = new Map<PushBatch, SentList>();

  constructor(parts: PushSenderParts) {
    this.#parts = parts;
    this.#options = { signal: parts.signal };
    for (const key of parts.ledger.sent()) this.#known.set(key, true);
  }

  /** Looks whether the store has any blobs: without, none is asked for. One request, for the first push to a store. */
  async lookForBlobs(): Promise<void> {
    this.#isWithoutBlobs = true;
    for await (const _ of this.#parts.store.list(`${blobDirectory}/`, this.#options)) {
      this.#isWithoutBlobs = false;
      return;
    }
  }

  /** Sends the files of a batch: its blobs, then its data files. All are acknowledged on return. */
  async files(batch: PushBatch): Promise<void> {
    const { ledger, store } = this.#parts;
    await keepFromPrunes(store, [...batch.blobs.keys(), ...batch.data.keys()], Date.now(), this.#options);
    const list = ledger.sending(batch.entries[0]!.version);
    this.#lists.set(batch, list);
    try {
      const missing = await this.#missing([...batch.blobs.values()]);
      await mapLimit(missing, blobsAtOnce, async (file) => {
        await this.#put(file);
        list.add(file.path);
      });
      await mapLimit([...batch.data.values()], dataAtOnce, async (file) => {
        if (this.#known.has(file.path)) return this.#parts.progress.present(file.sizeBytes);
        await this.#put(file);
        list.add(file.path);
      });
    } finally {
      list.close();
    }
  }

  /** Puts the log entries of a batch one after the other. Returns the end of the log. */
  async entries(batch: PushBatch): Promise<KnownTip> {
    let last: LogEntry = batch.entries[0]!;
    for (const entry of batch.entries) {
      throwIfCancelled(this.#parts.signal, 'the backup');
      await this.#putEntry(entry);
      last = entry;
    }
    this.#lists.get(batch)?.remove();
    this.#lists.delete(batch);
    const { version, bytes } = last;
    const stat = await this.#parts.store.stat(commitFile(version), this.#options);
    return { version, sizeBytes: bytes.length, modifiedMs: stat?.modifiedMs ?? 0, sha256: sha256Of(bytes) };
  }

  /** Returns the blobs that the store does not have. Fails `remote-damaged` for one that has another size there. */
  async #missing(blobs: readonly ExpectedFile[]): Promise<readonly ExpectedFile[]> {
    const unknown: ExpectedFile[] = [];
    for (const blob of blobs) {
      if (this.#known.has(blob.path)) this.#parts.progress.present(blob.sizeBytes);
      else unknown.push(blob);
    }
    if (this.#isWithoutBlobs) return unknown;
    const folders = new Map<string, ExpectedFile[]>();
    for (const blob of unknown) {
      const folder = `${parentOf(blob.path)}/`;
      folders.set(folder, [...(folders.get(folder) ?? []), blob]);
    }
    const found = await mapLimit([...folders], blobsAtOnce, async ([folder, files]) => {
      const there = files.length > statsMax ? await this.#listed(folder, files) : await this.#asked(files);
      return files.filter((file) => !this.#isThere(file, there.get(file.path)));
    });
    return found.flat();
  }

  async #listed(folder: string, files: readonly ExpectedFile[]): Promise<ReadonlyMap<string, FoundObject>> {
    const wanted = new Set(files.map(({ path }) => path));
    const found = new Map<string, FoundObject>();
    for await (const listed of this.#parts.store.list(folder, this.#options)) {
      if (wanted.has(listed.key)) found.set(listed.key, listed);
    }
    return found;
  }

  async #asked(files: readonly ExpectedFile[]): Promise<ReadonlyMap<string, FoundObject>> {
    const found = new Map<string, FoundObject>();
    for (const { path } of files) {
      const stat = await this.#parts.store.stat(path, this.#options);
      if (stat !== undefined) found.set(path, stat);
    }
    return found;
  }

  #isThere(file: ExpectedFile, found: FoundObject | undefined): boolean {
    if (found === undefined) return false;
    requireEqual(this.#parts.store, file, found);
    this.#known.set(file.path, true);
    this.#parts.progress.present(file.sizeBytes);
    return true;
  }

  async #put(file: ExpectedFile): Promise<void> {
    const { source, store, progress, signal } = this.#parts;
    throwIfCancelled(signal, 'the backup');
    const body = await fileBody(source.disk, file, signal);
    const outcome = await store.putIfAbsent(file.path, body, { signal, onBytes: (bytes) => progress.sending(bytes) });
    if (outcome === 'created') progress.sent(file.sizeBytes);
    else {
      const found = await store.stat(file.path, this.#options);
      if (found === undefined) throw vanished(store, file.path);
      requireEqual(store, file, found);
      progress.present(file.sizeBytes);
    }
    this.#known.set(file.path, true);
  }

  async #putEntry({ version, bytes }: LogEntry): Promise<void> {
    const { source, store, progress } = this.#parts;
    const key = commitFile(version);
    if ((await store.putIfAbsent(key, bodyOf(bytes), this.#options)) === 'created') {
      return progress.sentEntry(bytes.length);
    }
    // Our own entry, whose answer was lost, or that of another writer who was faster.
    const theirs = await store.read(key, this.#options);
    if (theirs === undefined) throw vanished(store, key);
    if (Buffer.compare(bytes, theirs) !== 0) {
      throw await entryDiffers(source, store, { version, theirs, known: undefined });
    }
    progress.present(bytes.length);
  }
}

/** Fails `remote-damaged` unless an object has the size of a file, and its hash where the store keeps one. */
function requireEqual(store: ObjectStore, { path, sizeBytes, sha256 }: ExpectedFile, found: FoundObject): void {
  if (found.sizeBytes === sizeBytes && (found.sha256 ?? sha256) === sha256) return;
  const got = found.sizeBytes === sizeBytes ? `hash ${found.sha256}` : `${found.sizeBytes} bytes`;
  const expected = found.sizeBytes === sizeBytes ? `hash ${sha256}` : `${sizeBytes} bytes`;
  throw new PondError('remote-damaged', `${path} of ${store.address} has ${got}; expected ${expected}`, {
    path,
    hint: 'A backup replaces nothing. Remove this object from the store, or restore its older version; the next backup sends it again.',
  });
}

function vanished(store: ObjectStore, key: string): PondError {
  return new PondError('remote-failed', `${store.address} refused ${key} as present, and does not have it`, {
    hint: 'Run the backup again.',
  });
}
