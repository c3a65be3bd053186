/**
 * Verify: compares a copy on a store with the pond. Presence and size of every object are compared by listing the copy
 * once; the content of some objects, or of all, is read back and compared with its hash.
 */
import { createHash, randomInt } from 'node:crypto';
import { sha256Of } from '../base/sha256.ts';
import { firstCommit, type CommitNumber } from '../delta/commitNumber.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { mapLimit } from '../base/mapLimit.ts';
import { readHint } from '../delta/log.ts';
import { checkpointFile, commitFile, hintFile } from '../delta/logPaths.ts';
import { type ExpectedFile } from '../pond/findings.ts';
import { type StoredFiles } from '../pond/storedFiles.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { hashOfFile } from './localFiles.ts';
import { batchesOf, noneLeftOut, type PushBatch } from './needs.ts';
import { type KnownTip } from './ledger.ts';
import { entryDiffers, isDamagedCopy } from './otherEntry.ts';
import { type RemoteCopy } from './remoteCopy.ts';
import { compareEnd, findTip } from './remoteLog.ts';
import { type DamagedObject, repairGaps, repairObjects } from './repairCopy.ts';
import { readRemoteRecord, remoteKey } from './remoteRecords.ts';

const readsAtOnce = 8;

/** In the place of a hash, of an object whose store is encrypted and which is not as it was sealed. */
const unreadable = 'unreadable';

/** Options of a verification. */
interface VerifyOptions extends Job {
  /** Share of the objects whose content is read, from 0 to 1. */
  readonly share: number;
  /** Latest version to verify; the end of the copy if omitted. */
  readonly upTo?: CommitNumber;
  /** The store with credentials that may remove objects, to repair what is damaged; nothing is repaired if omitted. */
  readonly pruner?: ObjectStore;
  /** The end of the copy that this computer saw last: evidence by which a damaged log entry is the pond's own. */
  readonly known?: KnownTip | undefined;
}

/** Result of a verification. */
export interface VerifyReport {
  /** Latest version that was verified. */
  readonly version: CommitNumber;
  /** Objects that the versions need, and their bytes. */
  readonly objects: number;
  readonly bytes: number;
  /** Those whose content was read. */
  readonly readObjects: number;
  readonly readBytes: number;
  /** Objects that no version names: what interrupted pushes left. */
  readonly unnamed: number;
  /** Sentences; none for a sound copy, and for one that was repaired. */
  readonly problems: readonly string[];
  /** Paths of the objects that were repaired. */
  readonly repaired: readonly string[];
}

/**
 * Verifies the versions of a copy. Fails `remote-diverged`, `not-found` for an empty store, `pond-damaged` when the pond
 * itself is altered, `cancelled`, and as the calls of the store. Damage of the copy is in the report.
 * With a pruner, what the pond has is put in the place of what is damaged.
 */
export async function verifyCopy(copy: RemoteCopy, options: VerifyOptions): Promise<VerifyReport> {
  const { source, store } = copy;
  const { signal, pruner, known } = options;
  const record = await readRemoteRecord(store, { signal });
  const filled = record === undefined || pruner === undefined ? [] : await repairGaps(copy, known, { signal });
  const tip = record && (await findTip(store, undefined, { signal }));
  if (record === undefined || tip === undefined) {
    throw new PondError('not-found', `there is no copy of this pond at ${store.address}`, {
      hint: "'pond backup' makes one.",
    });
  }
  const problems: string[] = [];
  if (record.pond !== source.pond) problems.push(`${remoteKey} names the pond ${record.pond}`);
  const end = await compareEnd(source, store, { tip, known }, { signal });
  if (end.end === undefined && !(await isDamagedCopy(source, end))) throw await entryDiffers(source, store, end);
  const version = options.upTo !== undefined && options.upTo < tip.version ? options.upTo : tip.version;
  // A damaged end is read whatever the share is.
  const suspect = end.end === undefined ? commitFile(end.version) : undefined;
  const check = new CopyCheck(store, { problems, suspect }, options);
  await check.list();
  for await (const batch of batchesOf(source, { from: firstCommit, to: version }, noneLeftOut(), signal)) {
    await check.batch(batch, version);
  }
  await checkCheckpoints(source, store, check);
  await check.readOne();
  const counts = { version, ...check.counts(version === tip.version) };
  if (pruner === undefined) {
    return { ...counts, problems: [...problems, ...check.damaged.map(({ problem }) => problem)], repaired: [] };
  }
  const repair = await repairObjects({ ...copy, pruner }, check.damaged, signal);
  return { ...counts, problems: [...problems, ...repair.problems], repaired: [...filled, ...repair.repaired] };
}

/** Compares objects with what was listed, and reads some of them. */
class CopyCheck {
  /** Objects that are missing, short, longer or altered. */
  readonly damaged: DamagedObject[] = [];
  readonly #store: ObjectStore;
  readonly #problems: string[];
  /** Key of an object that is read in any case. */
  readonly #suspect: string | undefined;
  readonly #options: VerifyOptions;
  /** Sizes of the objects that are there. */
  readonly #listed = new Map<string, number>();
  /** Keys of objects that were compared. */
  readonly #compared = new Set<string>();
  /** Object that is read if no other is: each that was not chosen has the same chance. */
  #spare: ExpectedFile | undefined;
  #objects = 0;
  #bytes = 0;
  #readObjects = 0;
  #readBytes = 0;

  constructor(
    store: ObjectStore,
    { problems, suspect }: { readonly problems: string[]; readonly suspect: string | undefined },
    options: VerifyOptions,
  ) {
    this.#store = store;
    this.#problems = problems;
    this.#suspect = suspect;
    this.#options = options;
  }

  counts(isWhole: boolean): Omit<VerifyReport, 'version' | 'problems' | 'repaired'> {
    const unnamed = this.keys(/^_pond\/blobs\/|^[^_.].*\.parquet$/).filter((key) => !this.#compared.has(key)).length;
    return {
      objects: this.#objects,
      bytes: this.#bytes,
      readObjects: this.#readObjects,
      readBytes: this.#readBytes,
      unnamed: isWhole ? unnamed : 0,
    };
  }

  /** Lists the copy. */
  async list(): Promise<void> {
    for await (const { key, sizeBytes } of this.#store.list('', { signal: this.#options.signal })) {
      this.#listed.set(key, sizeBytes);
    }
  }

  /** Returns the keys of objects that are there and match. */
  keys(pattern: RegExp): readonly string[] {
    return [...this.#listed.keys()].filter((key) => pattern.test(key));
  }

  report(problem: string): void {
    this.#problems.push(problem);
  }

  async batch({ entries, blobs, data }: PushBatch, last: CommitNumber): Promise<void> {
    const logFiles = entries.map(({ version, bytes }) => ({
      path: commitFile(version),
      sizeBytes: bytes.length,
      sha256: sha256Of(bytes),
    }));
    const files = [...logFiles, ...data.values(), ...blobs.values()];
    await this.files(files.filter(({ path }) => !this.#compared.has(path)));
    this.#options.progress?.('verified up to commit', entries.at(-1)!.version, last);
  }

  /** Compares files with their objects. */
  async files(files: readonly ExpectedFile[]): Promise<void> {
    const chosen = files.filter((file) => this.#isPresent(file) && this.#isChosen(file));
    await mapLimit(chosen, readsAtOnce, async (file) => {
      throwIfCancelled(this.#options.signal, 'the verification');
      await this.#read(file);
    });
  }

  #isPresent(file: ExpectedFile): boolean {
    const { path, sizeBytes } = file;
    const found = this.#listed.get(path);
    this.#compared.add(path);
    this.#objects += 1;
    this.#bytes += sizeBytes;
    if (found === sizeBytes) return true;
    const problem = found === undefined ? `${path} is missing` : `${path} has ${found} bytes; expected ${sizeBytes}`;
    this.damaged.push({ ...file, problem, isMissing: found === undefined });
    return false;
  }

  /** Reads an object of a copy so small that its share came to none. */
  async readOne(): Promise<void> {
    if (this.#options.share > 0 && this.#readObjects === 0 && this.#spare !== undefined) await this.#read(this.#spare);
  }

  /** True for the objects to read: at random, so that many verifications read all. */
  #isChosen(file: ExpectedFile): boolean {
    const { share } = this.#options;
    if (file.path === this.#suspect || share >= 1 || randomInt(1_000_000) < share * 1_000_000) return true;
    if (randomInt(this.#objects) === 0) this.#spare = file;
    return false;
  }

  async #read(file: ExpectedFile): Promise<void> {
    const { path, sha256: expected } = file;
    const found = await this.#hashOf(path);
    if (found === expected) return;
    const isMissing = found === undefined;
    const isOpen = found !== unreadable;
    const altered = `${path} is altered: ${isOpen ? `its hash is ${found}; expected ${expected}` : 'it cannot be decrypted'}`;
    const problem = isMissing ? `${path} is missing` : altered;
    this.damaged.push({ ...file, problem, isMissing });
  }

  /** Returns the hash of an object, `unreadable` for one that cannot be decrypted; undefined for a missing one. */
  async #hashOf(path: string): Promise<string | undefined> {
    try {
      const stream = await this.#store.readStream(path, { signal: this.#options.signal });
      if (stream === undefined) return undefined;
      this.#readObjects += 1;
      const hash = createHash('sha256');
      for await (const chunk of stream) {
        hash.update(chunk);
        this.#readBytes += chunk.length;
      }
      return hash.digest('hex');
    } catch (error) {
      if (isPondError(error, 'remote-damaged')) return unreadable;
      throw error;
    }
  }
}

/** Compares the checkpoints that the pond has too, and checks that the hint names one that is there. */
async function checkCheckpoints(source: StoredFiles, store: ObjectStore, check: CopyCheck): Promise<void> {
  for (const path of check.keys(/^_delta_log\/\d{20}\.checkpoint\.parquet$/)) {
    const sizeBytes = source.disk.stat(path)?.sizeBytes;
    if (sizeBytes !== undefined) await check.files([{ path, sizeBytes, sha256: await hashOfFile(source.disk, path) }]);
  }
  const hint = await store.read(hintFile);
  if (hint === undefined) return;
  const named = readHint({ readFile: () => hint })?.version;
  if (named !== undefined && check.keys(/./).includes(checkpointFile(named))) return;
  check.report(`${hintFile} names no checkpoint that is there: other programs may not open the copy`);
}
