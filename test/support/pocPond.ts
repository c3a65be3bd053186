/**
 * Ponds of the proof of concept of 2025, written as its format page says: one host directory for each directory, with a
 * file `dir.N.parquet` for each of its states, and `NAME.N.EXT` for each version of a file.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrowParquet, type Columns } from './arrowParquet.ts';

/** Types of entries with their codes on disk and the extensions of their host files. */
export const pocTypes = {
  tree: { code: 1, extension: '' },
  table: { code: 2, extension: 'parquet' },
  series: { code: 3, extension: 'parquet' },
  data: { code: 4, extension: 'data' },
  syntree: { code: 5, extension: 'synth' },
  symlink: { code: 6, extension: 'symlink' },
} as const;

type PocType = keyof typeof pocTypes;

/** Columns of a directory file, by position. */
export const directoryColumns: Columns = {
  prefix: 'text',
  number: 'int32',
  size: 'uint64',
  ftype: 'uint8',
  sha256: { fixed: 32 },
  'contents?': 'bytes',
};

/** A row of a directory file. */
export interface PocEntryRow {
  readonly prefix: string;
  readonly number: number;
  readonly size: bigint;
  readonly ftype: number;
  readonly sha256: Uint8Array;
  readonly contents: Uint8Array | null;
}

/** An update as a command records it: of a version, with its bytes, at the full path in the pond. */
export interface PocUpdate extends PocEntryRow {
  readonly bytes: Uint8Array;
}

const noHash = new Uint8Array(32);
const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

/** A directory of a pond that is being written. */
export class PocDirectory {
  readonly #hostPath: string;
  readonly #path: string;
  readonly #updates: PocUpdate[];
  readonly #entries: PocEntryRow[] = [];
  readonly #children = new Map<string, PocDirectory>();
  #number = 0;
  #isModified = true;

  constructor(hostPath: string, path: string, updates: PocUpdate[]) {
    this.#hostPath = hostPath;
    this.#path = path;
    this.#updates = updates;
    mkdirSync(hostPath, { recursive: true });
  }

  /** Returns the directory of that name, created if absent. */
  directory(name: string): PocDirectory {
    const known = this.#children.get(name);
    if (known !== undefined) return known;
    const child = new PocDirectory(join(this.#hostPath, name), `${this.#path}/${name}`, this.#updates);
    this.#children.set(name, child);
    return child;
  }

  /** Writes the next version of a file, as an existing file of its host name is an error. */
  write(name: string, type: Exclude<PocType, 'tree' | 'symlink'>, bytes: Uint8Array): void {
    const { code, extension } = pocTypes[type];
    const number = Math.max(0, ...this.#entries.filter(({ prefix }) => prefix === name).map((row) => row.number)) + 1;
    const hostPath = join(this.#hostPath, `${name}.${number}.${extension}`);
    if (existsSync(hostPath)) throw new Error(`${hostPath} exists`);
    writeFileSync(hostPath, bytes);
    this.#record({
      ...{ prefix: name, number, size: BigInt(bytes.length), ftype: code, sha256: sha256(bytes), contents: null },
      bytes,
    });
  }

  /** Adds a link: it has no host file. */
  link(name: string, target: string): void {
    const contents = new TextEncoder().encode(target);
    this.#record({
      ...{ prefix: name, number: 0, size: 0n, ftype: pocTypes.symlink.code, sha256: noHash, contents },
      bytes: contents,
    });
  }

  /**
   * Writes the directory files of all that changed, children first. Returns the bytes of its own; undefined unless
   * modified.
   */
  sync(timeSeconds: number): Uint8Array | undefined {
    for (const [name, child] of this.#children) {
      const bytes = child.sync(timeSeconds);
      if (bytes === undefined) continue;
      const ftype = pocTypes.tree.code;
      const row = { number: child.#number, size: BigInt(bytes.length), sha256: sha256(bytes), contents: null };
      this.#entries.push({ prefix: name, ftype, ...row });
      this.#isModified = true;
    }
    if (!this.#isModified) return undefined;
    this.#isModified = false;
    this.#number++;
    const bytes = arrowParquet(directoryColumns, [...this.#entries].sort(compareEntries));
    const hostPath = join(this.#hostPath, `dir.${this.#number}.parquet`);
    writeFileSync(hostPath, bytes);
    utimesSync(hostPath, timeSeconds, timeSeconds);
    return bytes;
  }

  #record({ bytes, ...row }: PocUpdate): void {
    this.#entries.push(row);
    this.#isModified = true;
    this.#updates.push({ ...row, bytes, prefix: `${this.#path}/${row.prefix}` });
  }
}

/** Orders entries as a directory holds them: by each column from the first. */
export function compareEntries(a: PocEntryRow, b: PocEntryRow): number {
  const byName = Buffer.compare(Buffer.from(a.prefix), Buffer.from(b.prefix));
  if (byName !== 0) return byName;
  return a.number - b.number || Number(a.size - b.size) || a.ftype - b.ftype || Buffer.compare(a.sha256, b.sha256);
}

/** A resource as a document declares it: columns of its spec in the order of the format, with their values. */
interface PocResource {
  readonly kind: string;
  readonly name: string;
  readonly uuid: string;
  readonly desc?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly columns: Columns;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Lists whose items become files of their own, presented as directories, without the columns that are cleared. */
  readonly trees?: {
    readonly list: string;
    readonly columns: Columns;
    readonly rows: readonly Readonly<Record<string, unknown>>[];
  };
}

const pondColumns: Columns = {
  kind: 'text',
  apiVersion: 'text',
  name: 'text',
  desc: 'text',
  uuid: 'text',
  'metadata?': { map: 'text' },
};

/** A pond that is being written. Each command ends with a new state of the root if it changed anything. */
export class PocPond {
  readonly folder: string;
  readonly root: PocDirectory;
  /** Updates of each command, as its backup records them. */
  readonly batches: PocUpdate[][] = [];
  readonly #updates: PocUpdate[] = [];
  readonly #resources: PocResource[] = [];
  #timeSeconds: number;

  /** Creates the pond, as `init`, at a time in seconds since 1970 UTC. */
  constructor(folder: string, timeSeconds = 1_735_689_600) {
    this.folder = folder;
    this.#timeSeconds = timeSeconds;
    this.root = new PocDirectory(folder, '', this.#updates);
    this.command(() => this.#writePond());
  }

  /** Runs a command: `work` changes the tree; an hour later than the one before. */
  command(work: (root: PocDirectory) => void): void {
    work(this.root);
    this.root.sync(this.#timeSeconds);
    this.#timeSeconds += 3600;
    this.batches.push(this.#updates.splice(0));
  }

  /** Runs `apply`: creates or updates a resource; `init` writes the files of its kind. */
  apply(resource: PocResource, init: (home: PocDirectory) => void = () => undefined): void {
    const { kind, name, uuid, trees } = resource;
    this.command((root) => {
      const index = this.#resources.findIndex((other) => other.uuid === uuid);
      if (index < 0) {
        this.#resources.push(resource);
        this.#writePond();
        root.directory(kind).link(name, uuid);
      } else this.#resources[index] = resource;
      const home = root.directory(kind).directory(uuid);
      for (const row of trees?.rows ?? [])
        home.write(String(row['name']), 'syntree', arrowParquet(trees!.columns, [row]));
      const own = this.#resources.filter((other) => other.kind === kind);
      const rows = own.map(({ spec, uuid: id }) => ({ ...spec, uuid: id }));
      root.directory(kind).write(kind, 'table', arrowParquet({ ...resource.columns, uuid: 'text' }, rows));
      init(home);
    });
  }

  #writePond(): void {
    const rows = this.#resources.map(({ kind, name, uuid, desc = 'for tests', metadata = null }) => {
      return { kind, apiVersion: 'www.hydrovu.com/v1', name, desc, uuid, metadata };
    });
    this.root.write('Pond', 'table', arrowParquet(pondColumns, rows));
  }
}
