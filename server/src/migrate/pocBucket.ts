/**
 * Reads the backup of a pond of 2025 from a store: `POND` says how many batches there are, batch `n` has the updates of one
 * command, and `asset/HASH` the content of larger files. Batches and assets are compressed.
 */
import { sha256Of } from '../base/sha256.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { type Content } from '../tinyfs/backend.ts';
import { joinPath } from '../tinyfs/path.ts';
import { checkedBytes, checkedStream, damagedSource, problemIn, rowsBytesMax, wholeContent } from './checkedContent.ts';
import { parquetRows } from './parquetRows.ts';
import { pathProblem, type PocEntry, pocEntries } from './pocEntries.ts';
import { type PocHistory, type PocState, type PocVersion } from './pocHistory.ts';
import { unzstd } from './zstd.ts';

const statusName = 'POND';

/**
 * Returns the directory of the backup in a store, '' or ending in '/'; undefined without one. Fails `not-found` for
 * several.
 */
export async function findPocBackup(store: ObjectStore, { signal }: Job): Promise<string | undefined> {
  if ((await store.stat(statusName, { signal })) !== undefined) return '';
  const found = new Set<string>();
  for await (const { key } of store.list('', { signal })) {
    const [folder, name, ...below] = key.split('/');
    if (name === statusName && below.length === 0) found.add(`${folder}/`);
  }
  if (found.size < 2) return [...found][0];
  const names = [...found].map((folder) => folder.slice(0, -1));
  throw new PondError('not-found', `${store.address} has several backups: ${names.join(', ')}`, {
    hint: 'Add the one to migrate to the path.',
  });
}

/** Returns the history of the backup in a directory of a store. What is damaged is listed and left out. */
export async function readPocBackup(store: ObjectStore, folder: string, job: Job): Promise<PocHistory> {
  return await new PocBackupReader(store, folder, job).read();
}

/** Reads one backup; holds the entries that earlier batches had, and the batch that was read last. */
class PocBackupReader {
  readonly #store: ObjectStore;
  readonly #folder: string;
  readonly #job: Job;
  readonly #history = { states: [] as PocState[], damage: [] as PocHistory['damage'], left: [] as PocHistory['left'] };
  readonly #known = new Set<string>();
  #batch: { readonly number: number; readonly entries: readonly PocEntry[] } | undefined;

  constructor(store: ObjectStore, folder: string, job: Job) {
    this.#store = store;
    this.#folder = folder;
    this.#job = job;
  }

  async read(): Promise<PocHistory> {
    const last = await this.#lastBatch();
    for (let number = 1; number <= last; number++) {
      throwIfCancelled(this.#job.signal);
      this.#job.progress?.('reading batches', number - 1, last);
      await this.#readState(number);
    }
    return this.#history;
  }

  async #lastBatch(): Promise<number> {
    const key = `${this.#folder}${statusName}`;
    const { rows } = await parquetRows(await this.#read(key), this.#location(key));
    const last = rows[0]?.['last'];
    if (rows.length === 1 && typeof last === 'bigint' && last >= 0n && last <= batchesMax) return Number(last);
    throw damagedSource(this.#location(key), 'it does not say how many batches there are');
  }

  async #readState(number: number): Promise<void> {
    const key = `${this.#folder}${number}`;
    try {
      const packed = await this.#read(key);
      const entries = await this.#entries(number, packed);
      const added = entries.flatMap((entry, row) => this.#versionOf(entry, { number, row }));
      const modifiedMs = (await this.#store.stat(key, this.#request))?.modifiedMs ?? 0;
      const sha256 = sha256Of(packed);
      this.#history.states.push({ number, timeUs: Math.round(modifiedMs * 1000), sha256, added });
    } catch (error) {
      const path = this.#location(key);
      this.#history.damage.push({ path, problem: problemIn(error, path) });
    }
  }

  #versionOf(entry: PocEntry, place: { readonly number: number; readonly row: number }): readonly PocVersion[] {
    const { prefix, number, type, sizeBytes, sha256, contents } = entry;
    const path = joinPath('/', ...prefix.split('/').filter((name) => name !== ''));
    const key = [path, number, type, sha256].join('\0');
    if (this.#known.has(key)) return [];
    this.#known.add(key);
    const location = `${this.#location(`${this.#folder}${place.number}`)}: ${path}`;
    const problem = pathProblem(path);
    if (problem !== undefined) {
      this.#history.damage.push({ path: location, problem });
      return [];
    }
    const target = type === 'symlink' && contents?.length ? Buffer.from(contents).toString('utf8') : undefined;
    const open = contents === undefined ? () => this.#asset(entry) : () => this.#inline(place, location);
    return [{ path, number, type, sizeBytes, sha256, target, location, open }];
  }

  /** Content in a row: only the rows of one batch are in memory. */
  async #inline({ number, row }: { number: number; row: number }, location: string): Promise<Uint8Array> {
    const entries = this.#batch?.number === number ? this.#batch.entries : await this.#entries(number);
    const entry = entries[row];
    if (entry?.contents === undefined) throw damagedSource(location, 'its batch has changed');
    return checkedBytes(entry.contents, location, entry);
  }

  /** An asset has any size: it is never in memory as a whole. */
  async #asset(stated: PocEntry): Promise<Content> {
    const key = `${this.#folder}asset/${stated.sha256}`;
    const location = this.#location(key);
    const packed = await this.#store.readStream(key, this.#request);
    if (packed === undefined) throw damagedSource(location, 'it is missing');
    return checkedStream(unzstd(packed, location), location, stated);
  }

  async #entries(number: number, packed?: Uint8Array): Promise<readonly PocEntry[]> {
    const key = `${this.#folder}${number}`;
    const location = this.#location(key);
    const content = unzstd([packed ?? (await this.#read(key))], location);
    const bytes = await wholeContent(content, location);
    const entries = await pocEntries(bytes, location);
    this.#batch = { number, entries };
    return entries;
  }

  async #read(key: string): Promise<Uint8Array> {
    const bytes = await this.#store.read(key, { ...this.#request, sizeBytesMax: rowsBytesMax });
    if (bytes === undefined) throw damagedSource(this.#location(key), 'it is missing');
    return bytes;
  }

  get #request(): { readonly signal: AbortSignal | undefined } {
    return { signal: this.#job.signal };
  }

  #location(key: string): string {
    return `${this.#store.address}: ${key}`;
  }
}

/** One for each command of the old program. */
const batchesMax = 100_000_000n;
