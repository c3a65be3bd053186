/** Contents of the rows of a Watertown pond: in the row, or in a Parquet file of chunks that is named by their BLAKE3. */
import { createBLAKE3, type IHasher } from 'hash-wasm';
import { lazyAsync } from '../base/lazy.ts';
import { LruCache } from '../base/lruCache.ts';
import { readRowGroup } from '../parquet/file.ts';
import { type Disk } from '../storage/disk.ts';
import { damagedSource, problemIn } from './checkedContent.ts';
import { type WatertownRow } from './watertownRow.ts';
import { locationOf, openDataFile } from './watertownTable.ts';

/** Row groups of contents in memory, bytes. */
const cachedBytesMax = 64 * 1024 * 1024;

/** Larger contents do not fit into memory: their chunks are in one row group. */
const largeBytesMax = 1024 * 1024 * 1024;

const hasher = lazyAsync(() => createBLAKE3());

/** Returns the BLAKE3 of contents in sequence, lower-case hex. */
export async function blake3Of(parts: Iterable<Uint8Array>): Promise<string> {
  const hash: IHasher = (await hasher()).init();
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** Reads contents from the table on a disk whose root is the data directory. */
export class WatertownContents {
  readonly #disk: Disk;
  readonly #groups = new LruCache<string, readonly (Uint8Array | undefined)[]>({
    max: cachedBytesMax,
    sizeOf: (contents) => contents.reduce((sum, content) => sum + (content?.length ?? 0), 1),
  });

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Returns where the content of a row is, for people. */
  location({ place }: WatertownRow): string {
    return locationOf(this.#disk, place.file);
  }

  /** Returns the content of a row of its stated size; its hash is not compared. Fails `pond-damaged`. */
  async read(row: WatertownRow): Promise<Uint8Array> {
    const location = this.location(row);
    try {
      const bytes = (await this.#inline(row)) ?? (await this.#large(row));
      if (row.sizeBytes === undefined || row.sizeBytes === bytes.length) return bytes;
      throw damagedSource(location, `version ${row.version} has ${bytes.length} bytes, expected ${row.sizeBytes}`);
    } catch (error) {
      throw damagedSource(location, problemIn(error, location), error);
    }
  }

  /** As `read`; the content has the BLAKE3 of the row, or `cumulative` does. Fails `pond-damaged`. */
  async readChecked(row: WatertownRow, cumulative: () => Promise<string | undefined> = none): Promise<Uint8Array> {
    const bytes = await this.read(row);
    if (row.blake3 === undefined || row.blake3 === (await blake3Of([bytes]))) return bytes;
    if (row.blake3 === (await cumulative())) return bytes;
    throw damagedSource(this.location(row), `version ${row.version} of node ${row.nodeId} is not that of its BLAKE3`);
  }

  async #inline({ place: { file, group, row } }: WatertownRow): Promise<Uint8Array | undefined> {
    const key = `${file} ${group}`;
    let contents = this.#groups.get(key);
    if (contents === undefined) {
      const rows = await readRowGroup(openDataFile(this.#disk, file), group, { columns: ['content'], utf8: false });
      contents = rows.map(({ content }) => (content instanceof Uint8Array ? content : undefined));
      this.#groups.set(key, contents);
    }
    return contents[row];
  }

  async #large({ blake3, sizeBytes = 0, version }: WatertownRow): Promise<Uint8Array> {
    if (blake3 === undefined) throw damagedSource(`version ${version}`, 'it has neither content nor a hash');
    if (sizeBytes > largeBytesMax) throw damagedSource(blake3, `it has more than ${largeBytesMax} bytes`);
    const name = `blake3=${blake3}`;
    const folders = ['_large_files', `_large_files/blake3_16=${blake3.slice(0, 4)}`];
    // Files that were moved into a folder lost their extension in some releases.
    const paths = folders.flatMap((folder) => [`${folder}/${name}.parquet`, `${folder}/${name}`]);
    const path = paths.find((candidate) => this.#disk.stat(candidate)?.kind === 'file');
    if (path === undefined) throw damagedSource(`_large_files/${name}.parquet`, 'it is missing');
    return await this.#chunks(path);
  }

  /** Chunks count from 0; their rows may be in any order. */
  async #chunks(path: string): Promise<Uint8Array> {
    const file = openDataFile(this.#disk, path);
    const chunks = new Map<number, Uint8Array>();
    for (const group of file.metadata.row_groups.keys()) {
      for (const row of await readRowGroup(file, group, { columns: ['chunk_id', 'chunk_data'], utf8: false })) {
        const { chunk_id: id, chunk_data: data } = row;
        if (typeof id !== 'bigint' || !(data instanceof Uint8Array)) throw damagedSource(path, 'it has no valid chunk');
        chunks.set(Number(id), data);
      }
    }
    const ordered = Array.from({ length: chunks.size }, (_, id) => chunks.get(id));
    const missing = ordered.indexOf(undefined);
    if (missing >= 0) throw damagedSource(path, `chunk ${missing} of ${chunks.size} is missing`);
    return Buffer.concat(ordered.filter((chunk) => chunk !== undefined));
  }
}

const none = (): Promise<undefined> => Promise.resolve(undefined);
