/** Contents of the rows of a Watertown pond: in the row, or in a Parquet file of chunks that is named by their BLAKE3. */
import { type IHasher } from 'hash-wasm';
import { type Job } from '../base/job.ts';
import { LruCache } from '../base/lruCache.ts';
import { readRowGroup } from '../parquet/file.ts';
import { type Disk } from '../storage/disk.ts';
import { acquireHasher, digestSoFar, releaseHasher } from './blake3.ts';
import { damagedSource, problemIn, wholeContent } from './checkedContent.ts';
import { contentFollower } from './followed.ts';
import { contentChunks } from './watertownChunks.ts';
import { type WatertownRow } from './watertownRow.ts';
import { locationOf, openDataFile } from './watertownTable.ts';

/** Row groups of contents in memory, bytes. */
const cachedBytesMax = 64 * 1024 * 1024;

/** Facts about contents that were read to their end. */
interface CheckedContents {
  /** Of all contents in sequence, lower-case hex. */
  readonly blake3: string;
  /** Of each content. */
  readonly sizesBytes: readonly number[];
}

/** Location of a content in a sequence. */
interface Sequence {
  /** Has got the contents before it. */
  readonly all: IHasher;
  readonly isFirst: boolean;
}

/** Reads contents from the table on a disk whose root is the data directory. */
export class WatertownContents {
  readonly #disk: Disk;
  readonly #job: Job;
  readonly #groups = new LruCache<string, readonly (Uint8Array | undefined)[]>({
    max: cachedBytesMax,
    sizeOf: (contents) => contents.reduce((sum, content) => sum + (content?.length ?? 0), 1),
  });

  constructor(disk: Disk, job: Job) {
    this.#disk = disk;
    this.#job = job;
  }

  /** Returns where the content of a row is, for people. */
  location({ location }: WatertownRow): string {
    return locationOf(this.#disk, location.file);
  }

  /** Returns a small content of its stated size; its hash is not compared. Fails `pond-damaged`, also for a large one. */
  async read(row: WatertownRow): Promise<Uint8Array> {
    return await wholeContent(this.#partsOf(row), this.location(row));
  }

  /** Reads the contents of rows of a path to their end, and compares them as `open` does. Fails `pond-damaged`. */
  async check(rows: readonly WatertownRow[], path: string): Promise<CheckedContents> {
    const follow = contentFollower(this.#job, { step: `checking ${path}`, sizeBytes: statedSize(rows) });
    const all = await acquireHasher();
    try {
      const sizesBytes: number[] = [];
      for (const [index, row] of rows.entries()) {
        let sizeBytes = 0;
        for await (const part of this.#checked(row, { all, isFirst: index === 0 })) {
          await follow(part);
          sizeBytes += part.length;
        }
        sizesBytes.push(sizeBytes);
      }
      return { blake3: all.digest('hex'), sizesBytes };
    } finally {
      releaseHasher(all);
    }
  }

  /**
   * Yields the contents of rows in sequence. Fails `pond-damaged` at the end of one that does not have the BLAKE3 of its row:
   * that is its own, or that of all up to it, by the release that wrote it.
   */
  async *open(rows: readonly WatertownRow[]): AsyncGenerator<Uint8Array> {
    const all = await acquireHasher();
    try {
      for (const [index, row] of rows.entries()) yield* this.#checked(row, { all, isFirst: index === 0 });
    } finally {
      releaseHasher(all);
    }
  }

  async *#checked(row: WatertownRow, { all, isFirst }: Sequence): AsyncGenerator<Uint8Array> {
    // The hash of the first content is that of all so far.
    const own = isFirst ? undefined : await acquireHasher();
    try {
      for await (const part of this.#partsOf(row)) {
        own?.update(part);
        all.update(part);
        yield part;
      }
      const { blake3: expected, version, nodeId } = row;
      if (expected === undefined) return;
      const got = own?.digest('hex') ?? digestSoFar(all);
      if (got === expected || (!isFirst && digestSoFar(all) === expected)) return;
      const problem = `version ${version} of node ${nodeId} has the BLAKE3 ${got}, expected ${expected}`;
      throw damagedSource(this.location(row), problem);
    } finally {
      if (own !== undefined) releaseHasher(own);
    }
  }

  /** Yields the content of a row of its stated size. */
  async *#partsOf(row: WatertownRow): AsyncGenerator<Uint8Array> {
    const location = this.location(row);
    const { version, sizeBytes: expected } = row;
    let sizeBytes = 0;
    try {
      const inline = await this.#inline(row);
      for await (const part of inline === undefined ? this.#large(row) : [inline]) {
        sizeBytes += part.length;
        if (expected !== undefined && sizeBytes > expected) break;
        yield part;
      }
      if (expected === undefined || sizeBytes === expected) return;
      const got = sizeBytes > expected ? `at least ${sizeBytes}` : sizeBytes;
      throw damagedSource(location, `version ${version} has ${got} bytes, expected ${expected}`);
    } catch (error) {
      throw damagedSource(location, problemIn(error, location), error);
    }
  }

  async #inline({ location: { file, group, row } }: WatertownRow): Promise<Uint8Array | undefined> {
    const key = `${file} ${group}`;
    let contents = this.#groups.get(key);
    if (contents === undefined) {
      const rows = await readRowGroup(openDataFile(this.#disk, file), group, { columns: ['content'], utf8: false });
      contents = rows.map(({ content }) => (content instanceof Uint8Array ? content : undefined));
      this.#groups.set(key, contents);
    }
    return contents[row];
  }

  async *#large({ blake3, version }: WatertownRow): AsyncGenerator<Uint8Array> {
    if (blake3 === undefined) throw damagedSource(`version ${version}`, 'it has neither content nor a hash');
    const name = `blake3=${blake3}`;
    const folders = ['_large_files', `_large_files/blake3_16=${blake3.slice(0, 4)}`];
    // Files that were moved into a folder lost their extension in some releases.
    const paths = folders.flatMap((folder) => [`${folder}/${name}.parquet`, `${folder}/${name}`]);
    const path = paths.find((candidate) => this.#disk.stat(candidate)?.kind === 'file');
    if (path === undefined) throw damagedSource(`_large_files/${name}.parquet`, 'it is missing');
    yield* contentChunks(openDataFile(this.#disk, path), path);
  }
}

/** Bytes of the contents of rows; undefined where one does not state them. */
function statedSize(rows: readonly WatertownRow[]): number | undefined {
  return rows.reduce<number | undefined>(
    (sum, { sizeBytes }) => (sum === undefined || sizeBytes === undefined ? undefined : sum + sizeBytes),
    0,
  );
}
