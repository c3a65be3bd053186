import { createLineMap } from '../base/lineMap.ts';
import { randomUUID } from 'node:crypto';
import { PondError } from '../base/error.ts';
import { type HostFile, type ReadAhead } from '../pond/hostFile.ts';
import { type Pond } from '../pond/types.ts';
import { type Analysis } from '../sandbox/analysis.ts';
import { type DeltaFolder, deltaViewSql, type HostDataFile } from './deltaFolder.ts';
import { historyFor, type HistoryTables } from './history.ts';
import { type Conversion } from '../sandbox/conversion.ts';
import { namesFilename } from '../sandbox/filenameColumn.ts';
import { type HistoryTable } from '../sandbox/historyTable.ts';
import { requireExactParquet } from '../sandbox/exactParquet.ts';
import { parquetReading } from '../sandbox/formats.ts';
import { isJson } from '../sandbox/jsonEncoding.ts';
import { type ResolvedFile, type ResolvedTable, resolveTable } from './names.ts';
import { type TableReference } from '../sandbox/pondNames.ts';
import { type KeyedFile, type SandboxSpec, type SourceFile, type ViewSpec, viewOf } from '../sandbox/sources.ts';
import { type QueryChain } from '../sandbox/types.ts';
import { packedFiles } from './packs.ts';
import { withLargeGroups } from './largeGroups.ts';
import { readableJson } from './readableJson.ts';
import { withRows } from './rowsFiles.ts';
import { versionsFor } from './versionsFor.ts';
import { wholeFilesSql } from './wholeFiles.ts';
import { createPondCache } from '../storage/cache.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { type Node } from '../tinyfs/backend.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { locatingDamage } from '../tinyfs/entries.ts';
import { type WorkerProcess } from '../sandbox/workerClient.ts';

/** Increment when the conversion of files changes: converted files are cached under it. */
const conversionVersion = 7;

/** Everything that a query needs to run: the host files that it sees, their names, and rows to fill its tables. */
export interface PreparedQuery {
  readonly spec: SandboxSpec;
  readonly tables: readonly HistoryTable[];
}

/** The outside of queries. */
export interface QuerySources {
  readonly openDisk: OpenDisk;
  readonly historyTables: HistoryTables;
  readonly shownPaths: ShownPaths;
}

interface PrepareScope extends QuerySources {
  readonly worker: WorkerProcess;
  readonly pond: Pond;
  readonly signal: AbortSignal | undefined;
}

/** Returns how the paths of a tree are shown: with the names of resources, which this folder does not know. */
export type ShownPaths = (tree: FileSystem) => (path: string) => Promise<string>;

/** Paths as they are. */
export const storedPaths: ShownPaths = () => (path) => Promise.resolve(path);

/** Resolves the tables of a query, at the versions that it names. Errors as resolveTable and historyFor. */
export async function prepareQuery(
  given: PrepareScope,
  { tables: named }: Analysis,
  { sql, at, formats, following = [] }: QueryChain,
): Promise<PreparedQuery> {
  const scope = { ...given, shownPaths: onceForEach(given.shownPaths) };
  const { pond } = scope;
  // The queries that follow read the same views, and need files that the conditions of the first exclude.
  const tables = following.length === 0 ? named : named.map((table) => ({ ...table, bounds: [] }));
  const paths = firstOfEach(tables.filter((table) => table.schema === ''));
  checkCase(paths, sql);
  const resolved = await Promise.all(paths.map((reference) => resolveTable({ pond, sql, at, formats }, reference)));
  const sources: PreparedSource[] = [];
  for (const table of resolved) {
    if (table !== undefined) sources.push(await sourceOf(scope, sql, table));
  }
  const history = await historyFor(
    scope.historyTables,
    pond,
    tables.filter((table) => table.schema !== ''),
    { sql, at },
  );
  return {
    spec: {
      files: [
        ...sources.flatMap((source) => source.files),
        ...history.files.map((hostPath) => ({ hostPath, pondPath: 'the history' })),
      ],
      tables: history.tables.map((table) => table.spec),
      views: [...sources.map((source) => source.view), ...history.views],
      tablesKey: history.tables.length === 0 ? '' : randomUUID(),
    },
    tables: history.tables,
  };
}

/** The names of a tree are looked up once for all files of a query. */
function onceForEach(shownPaths: ShownPaths): ShownPaths {
  const known = new Map<FileSystem, ReturnType<ShownPaths>>();
  return (tree) => {
    const paths = known.get(tree) ?? shownPaths(tree);
    known.set(tree, paths);
    return paths;
  };
}

function firstOfEach(tables: readonly TableReference[]): readonly TableReference[] {
  const byName = new Map<string, TableReference>();
  for (const table of tables) if (!byName.has(table.name)) byName.set(table.name, table);
  return [...byName.values()];
}

/** Names that differ only in case are one to DuckDB, but two files to the pond. */
function checkCase(tables: readonly TableReference[], sql: string): void {
  const seen = new Map<string, string>();
  for (const { name, index } of tables) {
    const other = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    if (other === undefined) continue;
    throw new PondError(
      'query-invalid',
      `"${other}" and "${name}" differ in case alone, so one query cannot have both`,
      {
        hint: `Write one as a pattern: "${name.replace(/\p{L}/u, '[$&]')}".`,
        ...(index === undefined ? {} : { position: createLineMap(sql).positionAt(index) }),
      },
    );
  }
}

/** The view of one table's name, and the host files that it reads. */
interface PreparedSource {
  readonly files: SandboxSpec['files'];
  readonly view: ViewSpec;
}

async function sourceOf(
  scope: PrepareScope,
  sql: string,
  { reference, files, delta }: ResolvedTable,
): Promise<PreparedSource> {
  const { name, index } = reference;
  if (delta !== undefined) return await deltaSource(scope, reference, delta);
  const as = reference.reader?.as;
  if (as === 'text' || as === 'blob') return await wholeSource(scope, { name, index, files, as });
  const perFile: KeyedFile[][] = [];
  const hasFilename = namesFilename(sql);
  const packed = await packedFiles(scope, files);
  for (const file of files) {
    const inPack = packed.get(file);
    const shown = hasFilename ? { shownPath: await scope.shownPaths(file.tree)(file.pondPath) } : {};
    perFile.push(
      inPack ? [{ ...inPack, ...shown }] : await sourceFiles(scope, file, { bounds: reference.bounds, shown }),
    );
  }
  const found = await withRows(scope, await readableJson(scope, perFile.flat()));
  const rows = found.flatMap(({ rowsPath, pondPath }) =>
    rowsPath === undefined ? [] : [{ hostPath: rowsPath, pondPath }],
  );
  return {
    files: [...openedFiles(found), ...rows],
    view: viewOf({ name, index, files: found, hasFilename }),
  };
}

/** The host files of a table's files, each once: a pack has the path of its first file. */
function openedFiles(files: readonly SourceFile[]): SandboxSpec['files'] {
  const paths = new Map<string, string>();
  for (const { hostPath, pondPath } of files) if (!paths.has(hostPath)) paths.set(hostPath, pondPath);
  return [...paths].map(([hostPath, pondPath]) => ({ hostPath, pondPath }));
}

interface WholeFiles {
  readonly name: string;
  readonly index: number | undefined;
  readonly files: readonly ResolvedFile[];
  readonly as: 'text' | 'blob';
}

/** The rows of read_text or read_blob: one for each file, with its path. */
async function wholeSource(
  { pond, shownPaths, signal }: PrepareScope,
  { name, index, files, as }: WholeFiles,
): Promise<PreparedSource> {
  const found: { readonly hostPath: string; readonly pondPath: string; readonly shownPath: string }[] = [];
  for (const { node, pondPath, tree } of files) {
    const shownPath = await shownPaths(tree)(pondPath);
    for (const { hostPath } of await contentsOf({ pond, signal }, pondPath, node)) {
      found.push({ hostPath, pondPath, shownPath });
    }
  }
  return { files: found, view: { sql: wholeFilesSql(name, found, as), index, path: name } };
}

/** The host files of the node at a path. Fails as Pond.hostFiles, with the path of damage. */
function contentsOf(
  { pond, signal }: Pick<PrepareScope, 'pond' | 'signal'>,
  path: string,
  node: Node,
): Promise<readonly HostFile[]> {
  return locatingDamage(path, path, () => pond.hostFiles(node, signal === undefined ? {} : { signal }));
}

async function deltaSource(
  scope: PrepareScope,
  { name, index }: TableReference,
  table: DeltaFolder,
): Promise<PreparedSource> {
  const found: (HostDataFile & { readonly pondPath: string })[] = [];
  for (const { at, partitionValues } of table.files) {
    const { path: pondPath, node } = at;
    for (const content of await contentsOf(scope, pondPath, node)) {
      const file = { node, pondPath, reading: parquetReading, format: undefined };
      found.push({ hostPath: await readablePath(scope, file, content), partitionValues, pondPath });
    }
  }
  return {
    files: found.map(({ hostPath, pondPath }) => ({ hostPath, pondPath })),
    view: { sql: deltaViewSql(name, table, found), index, path: name },
  };
}

async function sourceFiles(
  scope: PrepareScope,
  file: ResolvedFile,
  { bounds, shown }: { readonly bounds: TableReference['bounds']; readonly shown: Pick<SourceFile, 'shownPath'> },
): Promise<KeyedFile[]> {
  const { pondPath, reading, format } = file;
  const readAhead = aheadOf(scope, file);
  const contents = await locatingDamage(pondPath, pondPath, () =>
    versionsFor({ ...scope, readAhead }, file.node, bounds),
  );
  const sources: KeyedFile[] = [];
  for (const stored of contents) {
    const content = await withLargeGroups(scope, stored, pondPath);
    const { sizeBytes, key } = content;
    const source = { sizeBytes, key, pondPath, ...(format && { format }), ...shown };
    const hostPath = await readablePath(scope, file, content);
    const isConverted = reading.converted === undefined && hostPath !== content.hostPath;
    sources.push({ ...source, hostPath, reading, ...(isConverted && { isConverted }) });
  }
  return sources;
}

/** Reads a text file as withRows and readableJson will; undefined for any other file, which they do not read. */
function aheadOf({ worker, signal }: PrepareScope, { pondPath, reading, format }: ResolvedFile): ReadAhead | undefined {
  const operation = reading.reader === 'read_csv' ? 'areLoaded' : isJson(reading) ? 'jsonEncodings' : undefined;
  if (operation === undefined) return undefined;
  return (content, compared) => {
    const file = { ...content, pondPath, reading, ...(format && { format }) };
    return worker.requestAhead(operation, { files: [file] }, compared, signal);
  };
}

/** A file with its reading, whose content is converted if DuckDB does not read it as it is. */
type ReadableFile = Pick<ResolvedFile, 'node' | 'pondPath' | 'reading' | 'format'>;

/** Returns the host path of a file that DuckDB reads. Fails as requireExactParquet, and as conversions do. */
async function readablePath(scope: PrepareScope, file: ReadableFile, content: HostFile): Promise<string> {
  const { node, pondPath, reading } = file;
  const durations = await requireExactParquet({ ...content, pondPath, reading, type: node.type }, scope.openDisk);
  const { hostPath } = content;
  if (durations !== undefined) return await asParquet(scope, file, { format: 'parquet', file: hostPath, durations });
  if (reading.converted === undefined) return hostPath;
  return await asParquet(scope, file, { format: reading.converted, file: hostPath });
}

/**
 * The host path of a Parquet file with the content of a file that DuckDB does not read, converted once per content into
 * the user's cache.
 */
async function asParquet(
  { worker, pond, openDisk, signal }: PrepareScope,
  { node, pondPath, reading: { sheet }, format: stated }: ReadableFile,
  source: Pick<Conversion, 'format' | 'file' | 'durations'>,
): Promise<string> {
  const cache = createPondCache(pond, openDisk);
  const of = { ...(sheet !== undefined && { sheet }), ...(stated !== undefined && { stated }) };
  const key = `${source.format} ${conversionVersion} ${node.sha256} ${JSON.stringify(of)}`;
  const cached = cache.find(key);
  if (cached !== undefined) return cached.hostPath;
  const converted = await cache.make(key, async (target) => {
    await worker.request('convert', { ...source, pondPath, target, ...of }, signal);
  });
  return converted.hostPath;
}
