/** Reads a pond of 2025 from its host directory: every state of the root is kept, each names those of its directories. */
import { sha256Of } from '../base/sha256.ts';
import { type Job } from '../base/job.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { type Disk } from '../storage/disk.ts';
import { checkedBytes, checkedFile, damagedSource, problemIn, type StatedContent } from './checkedContent.ts';
import { extensions, pathProblem, type PocEntry, pocEntries } from './pocEntries.ts';
import { type PocHistory, type PocState, type PocVersion } from './pocHistory.ts';

const directoryFile = /^dir\.(\d{1,9})\.parquet$/;

/** True when a host directory has the form of such a pond. */
export function isPocPond(disk: Disk): boolean {
  return disk.list('').some((name) => directoryFile.test(name)) && disk.stat('_delta_log') === undefined;
}

/** Returns the history of a pond. What is damaged is listed and left out. */
export async function readPocPond(disk: Disk, job: Job): Promise<PocHistory> {
  return await new PocPondReader(disk, job).read();
}

/** Reads one pond; holds the entries that earlier states had. */
class PocPondReader {
  readonly #disk: Disk;
  readonly #job: Job;
  readonly #history = { states: [] as PocState[], damage: [] as PocHistory['damage'], left: [] as PocHistory['left'] };
  /** Keys of the entries known so far, by directory. */
  readonly #known = new Map<string, Set<string>>();
  /** Host files that some state names. */
  readonly #named = new Set<string>();

  constructor(disk: Disk, job: Job) {
    this.#disk = disk;
    this.#job = job;
  }

  async read(): Promise<PocHistory> {
    const numbers = this.#disk.list('').flatMap((name) => directoryFile.exec(name)?.[1] ?? []);
    const sorted = numbers.map(Number).sort((a, b) => a - b);
    for (const [index, number] of sorted.entries()) {
      throwIfCancelled(this.#job.signal);
      this.#job.progress?.('reading states', index, sorted.length);
      this.#reportGap(sorted[index - 1] ?? 0, number);
      await this.#readState(number);
    }
    this.#listOrphans('');
    return this.#history;
  }

  #reportGap(before: number, number: number): void {
    for (let missing = before + 1; missing < number && missing <= before + gapMax; missing++) {
      this.#history.damage.push({ path: this.#hostPath(`dir.${missing}.parquet`), problem: 'it is missing' });
    }
  }

  async #readState(number: number): Promise<void> {
    const file = `dir.${number}.parquet`;
    this.#named.add(file);
    const added: PocVersion[] = [];
    try {
      const bytes = this.#disk.readFile(file) ?? new Uint8Array();
      await this.#readEntries('', await pocEntries(bytes, this.#hostPath(file)), added);
      const timeUs = Math.round((this.#disk.stat(file)?.modifiedMs ?? 0) * 1000);
      const sha256 = sha256Of(bytes);
      this.#history.states.push({ number, timeUs, sha256, added });
    } catch (error) {
      this.#damaged(file, error);
    }
  }

  /** Adds the versions that entries of a directory have in addition to the known ones, and those below. */
  async #readEntries(directory: string, entries: readonly PocEntry[], added: PocVersion[]): Promise<void> {
    const known = this.#known.get(directory) ?? new Set();
    this.#known.set(directory, known);
    for (const entry of entries) {
      const { prefix: name, number, type, sha256, sizeBytes } = entry;
      const key = [name, number, type, sha256, sizeBytes].join('\0');
      if (known.has(key)) continue;
      known.add(key);
      const path = directory === '' ? name : `${directory}/${name}`;
      const problem = name.includes('/') ? 'a name in it has a slash' : pathProblem(`/${path}`);
      if (problem !== undefined) {
        this.#history.damage.push({ path: this.#hostPath(directory), problem: `${JSON.stringify(name)}: ${problem}` });
        continue;
      }
      added.push(this.#versionOf(path, entry));
      if (type === 'tree') await this.#readDirectory(path, entry, added);
    }
  }

  async #readDirectory(path: string, { number, ...stated }: PocEntry, added: PocVersion[]): Promise<void> {
    const file = `${path}/dir.${number}.parquet`;
    this.#named.add(file);
    try {
      const bytes = checkedBytes(this.#readStated(file, stated), this.#hostPath(file), stated);
      await this.#readEntries(path, await pocEntries(bytes, this.#hostPath(file)), added);
    } catch (error) {
      this.#damaged(file, error);
    }
  }

  #readStated(file: string, { sizeBytes }: StatedContent): Uint8Array {
    const got = this.#disk.stat(file);
    if (got?.kind !== 'file') throw damagedSource(this.#hostPath(file), 'it is missing');
    // One byte more shows that the file is too long.
    return this.#disk.readRange(file, 0, sizeBytes + 1) ?? new Uint8Array();
  }

  #versionOf(path: string, { number, type, sizeBytes, sha256, contents }: PocEntry): PocVersion {
    const stated = { sizeBytes, sha256 };
    const common = { path: `/${path}`, number, type, ...stated };
    if (type === 'symlink') {
      const target = contents && Buffer.from(contents).toString('utf8');
      return { ...common, target, location: this.#hostPath(path), open: () => contents ?? new Uint8Array() };
    }
    const file = type === 'tree' ? path : `${path}.${number}.${extensions[type]}`;
    this.#named.add(file);
    const location = this.#hostPath(file);
    return { ...common, target: undefined, location, open: () => checkedFile(this.#disk, file, location, stated) };
  }

  /** Lists files that no state names: a command that failed left them, or they are of no such pond. */
  #listOrphans(directory: string): void {
    for (const name of this.#disk.list(directory).sort()) {
      const path = directory === '' ? name : `${directory}/${name}`;
      if (this.#isDirectory(path)) this.#listOrphans(path);
      else if (!this.#named.has(path)) this.#history.left.push({ path: this.#hostPath(path), reason: orphanReason });
    }
  }

  #isDirectory(path: string): boolean {
    try {
      return this.#disk.stat(path)?.kind === 'directory';
    } catch (error) {
      problemIn(error, path);
      return false;
    }
  }

  #damaged(file: string, error: unknown): void {
    const path = this.#hostPath(file);
    this.#history.damage.push({ path, problem: problemIn(error, path) });
  }

  #hostPath(path: string): string {
    try {
      return this.#disk.hostPath(path) ?? path;
    } catch (error) {
      problemIn(error, path);
      return path;
    }
  }
}

/** Gaps in the numbers of states are listed up to this length; a number may be any. */
const gapMax = 100;

const orphanReason = 'no state of the source names it: a command that failed left it';
