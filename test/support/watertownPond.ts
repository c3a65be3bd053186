/**
 * Ponds of Watertown (July 2026), written as the format page says: a Delta table with a row for each version of a node,
 * directories as whole snapshots, and larger contents as files of chunks that are named by their BLAKE3.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Int64, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { createBLAKE3, type IHasher } from 'hash-wasm';
import { arrowParquet, type Columns } from './arrowParquet.ts';

/** Codes of node types, which are in the ids of nodes. */
const typeCodes = {
  ...{ 'dir:physical': 1, 'dir:dynamic': 2, symlink: 3, 'file:physical:version': 4, 'file:dynamic': 5 },
  ...{ 'table:physical:version': 6, 'file:physical:series': 7, 'table:physical:series': 8, 'table:dynamic': 9 },
} as const;

type NodeTypeName = keyof typeof typeCodes;

/** Columns of a row in its file; those of the partition are only in the log. */
const watertownColumns: Columns = {
  ...{ node_id: 'text', file_type: 'text', timestamp: 'micros', version: 'int64', 'content?': 'bytes' },
  ...{ 'blake3?': 'text', 'size?': 'int64', 'min_event_time?': 'int64', 'max_event_time?': 'int64' },
  ...{ 'min_override?': 'int64', 'max_override?': 'int64', 'extended_attributes?': 'text', 'factory?': 'text' },
  ...{ format: 'text', txn_seq: 'int64', 'bao_outboard?': 'bytes', 'collapsed_through?': 'int64' },
};

/** Contents of at least this size are in files of their own. */
const largeBytesMin = 65_536;

/** Ids of the root, and of the log of commits, in every pond. */
export const rootId = '00000000-0000-7100-8000-000000000000';
const indexId = '00000000-0000-7700-8000-000000000000';
export const logId = '00000000-0000-7700-8000-000000000001';

interface Entry {
  readonly nodeId: string;
  readonly type: NodeTypeName;
  readonly pondId?: string;
}

type Row = Readonly<Record<string, unknown>> & { readonly partId: string };

interface VersionSettings {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly factory?: string;
  readonly override?: readonly [bigint, bigint];
  /** Times of the rows. */
  readonly times?: readonly [bigint, bigint];
  readonly collapsedThrough?: number;
  /** In place of the hash of the version. */
  readonly blake3?: string;
  /** In place of the number after the latest. */
  readonly version?: bigint;
}

/** A pond that is being written. */
export class WatertownPond {
  readonly folder: string;
  readonly pondId = '0190a000-0000-7000-8000-00000000000a';
  readonly #hasher: IHasher;
  readonly #directories = new Map<string, Map<string, Entry>>([[rootId, new Map()]]);
  readonly #versions = new Map<string, number>();
  readonly #modified = new Set<string>();
  #rows: Row[] = [];
  #txn = 0;
  #delta = 0;
  #nodes = 0;
  #timeUs = 1_780_000_000_000_000;

  private constructor(folder: string, hasher: IHasher) {
    this.folder = folder;
    this.#hasher = hasher;
  }

  /** Creates the pond, as `init`. */
  static async create(folder: string): Promise<WatertownPond> {
    const pond = new WatertownPond(folder, await createBLAKE3());
    pond.transaction(['pond', 'init', '--birthplace', 'harbor'], () => pond.#modified.add(rootId));
    return pond;
  }

  blake3(bytes: Uint8Array): string {
    return this.#hasher.init().update(bytes).digest('hex');
  }

  /** Commits what `work` writes, `hours` after the transaction before. */
  transaction(args: readonly string[], work: () => void, hours = 1): void {
    this.#timeUs += hours * 3_600_000_000;
    this.#txn++;
    work();
    for (const id of this.#modified) {
      this.#row(id, id, 'dir:physical', this.#snapshot(id), { format: 'fulldir', blake3: null, size: null });
    }
    this.#modified.clear();
    this.#row(rootId, indexId, 'file:physical:series', Buffer.from(`index ${this.#txn}`));
    this.#row(rootId, logId, 'file:physical:series', this.#logEntry());
    this.#commit({ txn_seq: this.#txn, user: { txn_id: randomUUID(), args }, pond_id: this.pondId });
  }

  mkdir(path: string): void {
    const id = this.#add(path, 'dir:physical');
    this.#directories.set(id, new Map());
    this.#modified.add(id);
  }

  /** Writes the next version of a node, created if absent. */
  write(path: string, type: NodeTypeName, content: Uint8Array | string, settings: VersionSettings = {}): void {
    const nodeId = this.#find(path)?.nodeId ?? this.#add(path, type);
    const { attributes, factory, override, times, collapsedThrough, blake3, version } = settings;
    const isComputed = type.endsWith(':dynamic') || type === 'symlink';
    this.#row(this.#parent(path), nodeId, type, Buffer.from(content), {
      ...(attributes && { extended_attributes: JSON.stringify(attributes) }),
      ...(factory !== undefined && { factory }),
      ...(times && { min_event_time: times[0], max_event_time: times[1] }),
      ...(override && { min_override: override[0], max_override: override[1] }),
      ...(collapsedThrough !== undefined && { collapsed_through: BigInt(collapsedThrough) }),
      ...(blake3 !== undefined && { blake3 }),
      ...(version !== undefined && { version }),
      ...(isComputed && { blake3: null, size: null }),
    });
  }

  /** Writes a row with columns that the source does not write. */
  forge(nodeId: string, type: NodeTypeName, content: string, columns: Readonly<Record<string, unknown>>): void {
    this.#row(rootId, nodeId, type, Buffer.from(content), columns);
  }

  rename(from: string, to: string): void {
    const entry = this.#find(from)!;
    this.#directories.get(this.#parent(from))!.delete(nameOf(from));
    this.#directories.get(this.#parent(to))!.set(nameOf(to), entry);
    this.#modified.add(this.#parent(from)).add(this.#parent(to));
  }

  /** Removes an entry. Returns a function that adds it again. */
  remove(path: string): () => void {
    const entries = this.#directories.get(this.#parent(path))!;
    const entry = entries.get(nameOf(path))!;
    entries.delete(nameOf(path));
    this.#modified.add(this.#parent(path));
    return () => {
      entries.set(nameOf(path), entry);
      this.#modified.add(this.#parent(path));
    };
  }

  /** Mounts another pond: an entry with its id, and a row of it in the table. */
  mount(path: string, pondId: string): void {
    this.#directories.get(this.#parent(path))!.set(nameOf(path), { nodeId: rootId, type: 'dir:physical', pondId });
    this.#modified.add(this.#parent(path));
    this.#row(rootId, rootId, 'dir:physical', new Uint8Array(), {
      format: 'fulldir',
      blake3: null,
      size: null,
      pondId,
    });
  }

  #row(
    partId: string,
    nodeId: string,
    type: string,
    content: Uint8Array,
    more: Readonly<Record<string, unknown>> = {},
  ): void {
    const version = (this.#versions.get(nodeId) ?? 0) + 1;
    if (more['pondId'] === undefined) this.#versions.set(nodeId, version);
    const hash = this.blake3(content);
    const isLarge = content.length >= largeBytesMin;
    if (isLarge) this.#writeChunks(hash, content);
    this.#rows.push({
      ...{ partId, node_id: nodeId, file_type: type, timestamp: BigInt(this.#timeUs), version: BigInt(version) },
      ...{ content: isLarge ? null : content, blake3: hash, size: BigInt(content.length), format: 'inline' },
      ...{ txn_seq: BigInt(this.#txn), ...more },
    });
  }

  /** Chunks are of 16 MiB; here of 50,000 bytes, in the reverse order. */
  #writeChunks(hash: string, content: Uint8Array): void {
    const count = Math.ceil(content.length / 50_000);
    const rows = Array.from({ length: count }, (_, id) => ({
      ...{ bundle_id: `POND-FILE-${hash}`, pond_txn_id: 0n, path: hash, chunk_id: BigInt(id), chunk_hash: hash },
      ...{ chunk_outboard: new Uint8Array(), chunk_data: content.subarray(id * 50_000, (id + 1) * 50_000) },
      ...{ total_size: BigInt(content.length), root_hash: hash },
    }));
    const columns: Columns = {
      ...{ bundle_id: 'text', pond_txn_id: 'int64', path: 'text', chunk_id: 'int64', chunk_hash: 'text' },
      ...{ chunk_outboard: 'bytes', chunk_data: 'bytes', total_size: 'int64', root_hash: 'text' },
    };
    const folder = this.#txn % 2 === 0 ? '_large_files' : `_large_files/blake3_16=${hash.slice(0, 4)}`;
    this.#write(`${folder}/blake3=${hash}.parquet`, arrowParquet(columns, rows.reverse()));
  }

  /** One file for each partition; its rows are in no order, and its name states a codec that it does not have. */
  #commit(transaction: Readonly<Record<string, unknown>>): void {
    const adds: object[] = [];
    const parts = new Set(
      this.#rows.map(({ partId, pondId }) => `${typeof pondId === 'string' ? pondId : this.pondId} ${partId}`),
    );
    for (const part of parts) {
      const [pondId = '', partId = ''] = part.split(' ');
      const rows = this.#rows
        .filter((row) => row.partId === partId && (row['pondId'] ?? this.pondId) === pondId)
        .reverse();
      const bytes = arrowParquet(watertownColumns, rows, {
        codec: 'UNCOMPRESSED',
        createdBy: 'parquet-rs version 57.0.0',
      });
      const path = `pond_id=${pondId}/part_id=${partId}/part-00000-${randomUUID()}-c000.snappy.parquet`;
      this.#write(path, bytes);
      const partitionValues = { pond_id: pondId, part_id: partId };
      adds.push({
        add: { path, partitionValues, size: bytes.length, modificationTime: 0, dataChange: true, stats: null },
      });
    }
    this.#rows = [];
    const info = { commitInfo: { timestamp: 0, operation: 'WRITE', pond_txn: transaction } };
    const lines = [info, ...(this.#delta === 0 ? tableActions : []), ...adds];
    const log = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    this.#write(`_delta_log/${String(this.#delta++).padStart(20, '0')}.json`, Buffer.from(log));
  }

  #snapshot(id: string): Uint8Array {
    const own: readonly (readonly [string, Entry])[] = [
      ...this.#directories.get(id)!,
      ...(id === rootId ? [['.pond-node-index', { nodeId: indexId, type: 'file:physical:series' }] as const] : []),
    ];
    const texts = (values: readonly (string | null)[]) => vectorFromArray(values, new Utf8());
    const table = new Table({
      name: texts(own.map(([name]) => name)),
      child_node_id: texts(own.map(([, { nodeId }]) => nodeId)),
      entry_type: texts(own.map(([, { type }]) => type)),
      version_last_modified: vectorFromArray(
        own.map(() => 1n),
        new Int64(),
      ),
      pond_id: texts(own.map(([, { pondId }]) => pondId ?? null)),
    });
    return own.length === 0 ? new Uint8Array() : tableToIPC(table, 'stream');
  }

  /** The hash of the tree, which nothing recomputes here. */
  #logEntry(): Uint8Array {
    return Buffer.concat([
      Buffer.from('watertown.commit.v2\n'),
      Buffer.of(1),
      Buffer.alloc(32, this.#txn),
      Buffer.alloc(40),
    ]);
  }

  #add(path: string, type: NodeTypeName): string {
    const code = typeCodes[type].toString(16);
    const nodeId = `0190a000-0000-7${code}00-8000-${String(++this.#nodes).padStart(12, '0')}`;
    this.#directories.get(this.#parent(path))!.set(nameOf(path), { nodeId, type });
    this.#modified.add(this.#parent(path));
    return nodeId;
  }

  #find(path: string): Entry | undefined {
    return this.#directories.get(this.#parent(path))?.get(nameOf(path));
  }

  #parent(path: string): string {
    const names = path.split('/').slice(1, -1);
    return names.reduce((id, name) => this.#directories.get(id)!.get(name)!.nodeId, rootId);
  }

  #write(path: string, bytes: Uint8Array): void {
    const target = join(this.folder, 'data', path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const deltaTypes = (name: string): string =>
  /content|outboard/.test(name) ? 'binary' : /version|size|time$|override|seq|collapsed/.test(name) ? 'long' : 'string';

const field = (name: string): object => ({
  ...{ name, type: name === 'timestamp' ? 'timestamp' : deltaTypes(name), nullable: true, metadata: {} },
});

const tableActions: readonly object[] = [
  { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
  {
    metaData: {
      id: '0190a000-0000-4000-8000-00000000000b',
      format: { provider: 'parquet', options: {} },
      schemaString: JSON.stringify({
        type: 'struct',
        fields: ['part_id', 'pond_id', ...Object.keys(watertownColumns)].map((key) => field(key.replace(/\?$/, ''))),
      }),
      partitionColumns: ['pond_id', 'part_id'],
      configuration: {},
    },
  },
];
