import { createLineMap } from '../base/lineMap.ts';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { type ErrorCode, isPondError, PondError } from '../base/error.ts';
import { removeQuietly, temporaryPathIn } from '../storage/durable.ts';
import { type Analysis } from '../sandbox/analysis.ts';
import { type InputFile, type InputSource, type UserBuild } from '../sandbox/build.ts';
import { type BuildLimits, withinLimits } from '../sandbox/buildLimits.ts';
import { BuildSandbox } from '../sandbox/buildSandbox.ts';
import { type Conversion } from '../sandbox/conversion.ts';
import { convertToParquet } from '../sandbox/convertToParquet.ts';
import { namesFilename } from '../sandbox/filenameColumn.ts';
import { requireExactParquet } from '../sandbox/exactParquet.ts';
import { isJson, jsonEncoding, writeJson, writtenFile } from '../sandbox/jsonEncoding.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { type SandboxSettings } from '../sandbox/sandbox.ts';
import { parquetReading, queryableExtensions } from '../sandbox/formats.ts';
import { type InputSql, placeInput } from './inputSql.ts';
import { type QuerySource, type SourceFile, viewOf } from '../sandbox/sources.ts';
import { dependsOnOrder } from './orderDependent.ts';
import { textOptions } from './textOptions.ts';
import { type BuildSlot, type BuildSlots, placeFiles, removeCopies } from './buildSlots.ts';

/** Tools of a build. */
export interface BuildTools {
  /** Finds the tables that a query reads. */
  analyze(sql: InputSql): Promise<Analysis>;
  /** Host directory for converted files, which lives as long as the build. */
  readonly directory: string;
  readonly slots: BuildSlots<OpenBuild>;
  readonly limits: BuildLimits;
  /** Settings of each database, but for its own directory. */
  readonly settings: Omit<SandboxSettings, 'spillDirectory'>;
}

/** The sandbox of a slot, and what its builds share. */
interface OpenBuild {
  readonly sandbox: BuildSandbox;
  /** Names of the tables that are views of the sandbox. */
  readonly tables: ReadonlySet<string>;
  /** The SQL of the previous build, as it ran, and its analysis. */
  readonly analyzed: { readonly text: string; readonly analysis: Analysis };
}

/** Errors of the SQL or of a file, which leave the database unchanged. */
const leavesDatabase: ReadonlySet<ErrorCode> = new Set(['query-invalid', 'invalid-content', 'ambiguous-dates']);

interface BuildOptions {
  /** True for an input that is used by this build only, at its own path. */
  readonly isOnce: boolean;
  readonly signal: AbortSignal;
}

/**
 * Runs a user's query over its files, in a sandbox, and writes the Parquet file. The time zone is UTC, so that the
 * result does not depend on the machine's zone. Errors as Builder.fromUserSql.
 */
export async function buildUser(tools: BuildTools, build: UserBuild, signal: AbortSignal): Promise<null> {
  const converted: string[] = [];
  const { openDisk } = tools.settings;
  const disk = openDisk(tools.directory);
  const newTarget = (): string => {
    const name = temporaryPathIn('');
    converted.push(name);
    disk.makeDirectory('');
    return join(tools.directory, name);
  };
  const rewrite = async (file: SourceFile): Promise<SourceFile> => {
    const encoding = await jsonEncoding({ openDisk, signal }, file);
    if (encoding === undefined) return file;
    const target = newTarget();
    await writeJson({ openDisk, signal }, file, { encoding, target });
    return writtenFile(file, target);
  };
  const convert = async (source: Omit<Conversion, 'target'>): Promise<string> => {
    const target = newTarget();
    // Databases that spill into the same directory would take each other's files for their own.
    const spillDirectory = join(tools.directory, randomUUID());
    await convertToParquet({ ...tools.settings, spillDirectory }, { ...source, target }, signal);
    return target;
  };
  try {
    const readable = await asReadable(build, { convert, rewrite, openDisk });
    await buildAt(tools, readable, { isOnce: converted.length > 0, signal });
    return null;
  } finally {
    for (const name of converted) disk.remove(name);
  }
}

/** Builds in a slot where the same query may have run before, and moves the result from there to the target. */
async function buildAt(tools: BuildTools, hostBuild: UserBuild, { isOnce, signal }: BuildOptions): Promise<void> {
  const slot = tools.slots.acquire(hostBuild, { isOnce });
  const { openDisk } = tools.settings;
  const disk = openDisk(dirname(dirname(hostBuild.target)));
  let isReusable = false;
  try {
    const build = placeFiles(slot, hostBuild, openDisk);
    const { name, files } = build.input;
    const hostPaths = files.map(({ hostPath }) => hostPath);
    const sql = placeInput(build.sql, { pondPath: name, hostPaths, reading: files[0]?.reading });
    await runBuild(tools, slot, { build, sql, signal });
    disk.rename(inFolder(slot.result), inFolder(build.target));
    isReusable = true;
  } catch (error) {
    isReusable = isPondError(error) && leavesDatabase.has(error.code);
    throw error;
  } finally {
    removeQuietly(disk, inFolder(slot.result));
    removeCopies(slot, hostBuild.input.files.length, openDisk);
    tools.slots.release(slot, { isReusable: isReusable && slot.opened?.sandbox.hasViews === true });
  }
}

async function runBuild(
  tools: BuildTools,
  slot: BuildSlot<OpenBuild>,
  { build, sql, signal }: { readonly build: UserBuild; readonly sql: InputSql; readonly signal: AbortSignal },
): Promise<void> {
  const { files } = build.input;
  const { sandbox, own } = await atWritten(sql, () => openFor(tools, slot, { build, sql }));
  const named = [
    ...files,
    ...own.flatMap((source) => source.files),
    ...build.tables.flatMap((source) => source.files),
    { hostPath: slot.result, pondPath: 'the result' },
  ].map(({ hostPath, pondPath }) => ({ hostPath, pondPath }));
  const { openDisk } = tools.settings;
  const work = async (): Promise<void> => {
    const calls = await sandbox.inspect(
      (connection) => textOptions({ connect: () => Promise.resolve(connection), openDisk }, sql, build),
      named,
    );
    const completed = sql.complete(calls);
    const views = [...own, ...calls.flatMap(({ source }) => source ?? [])].map((source) =>
      viewOf({ ...source, index: source.index === undefined ? undefined : completed.moved(source.index) }),
    );
    const run = { sql: completed.text, files: named, views, renamesHostPaths: sql.showsHostPaths };
    await atWritten(completed, () => sandbox.write(run));
  };
  const stop = (): void => sandbox.interrupt();
  signal.addEventListener('abort', stop);
  try {
    if (signal.aborted) stop();
    await withinLimits(tools.limits, { ...slot, openDisk }, { work, stop });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The sandbox, with the sources of this run alone. */
async function openFor(
  tools: BuildTools,
  slot: BuildSlot<OpenBuild>,
  { build, sql }: { readonly build: UserBuild; readonly sql: InputSql },
): Promise<{ readonly sandbox: BuildSandbox; readonly own: readonly QuerySource[] }> {
  const { input } = build;
  const known = slot.opened?.analyzed;
  const analyzed = known?.text === sql.text ? known : { text: sql.text, analysis: await tools.analyze(sql) };
  const sources = sourcesOf(analyzed.analysis, sql.text, [input, ...build.tables]);
  const shared = sources.filter(({ name }) => !isSameTable(name, input.name));
  const { sandbox, tables } = slot.opened ?? (await open(tools, slot, { shared, build }));
  slot.opened = { sandbox, tables, analyzed };
  const own = sources.filter(({ name }) => !tables.has(name) || isSameTable(name, input.name));
  const { notation } = build;
  const isInput = ({ name }: QuerySource): boolean => isSameTable(name, input.name);
  return {
    sandbox,
    own: own.map((source) => (notation !== undefined && isInput(source) ? { ...source, notation } : source)),
  };
}

async function open(
  { settings }: BuildTools,
  slot: BuildSlot<OpenBuild>,
  { shared, build }: { readonly shared: readonly QuerySource[]; readonly build: UserBuild },
): Promise<Pick<OpenBuild, 'sandbox' | 'tables'>> {
  const sources = [build.input, ...build.tables].flatMap(({ files }) => files);
  const hostPaths = sources.map(({ hostPath }) => hostPath);
  const views = shared.map((source) => viewOf(source, { isShared: true }));
  const sandbox = await BuildSandbox.open(
    { hostPaths, result: slot.result, views },
    { ...settings, ...(dependsOnOrder(build.sql) && { threads: 1 }), spillDirectory: slot.spillDirectory },
  );
  return { sandbox, tables: new Set(shared.map(({ name }) => name)) };
}

/** DuckDB ignores the case of names: a table of one build must not be taken for another. */
function isSameTable(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The last two names of a host path, separated as on disk. */
function inFolder(hostPath: string): string {
  return `${basename(dirname(hostPath))}/${basename(hostPath)}`;
}

/** The sources that a query reads as tables. Fails `not-found` for an unknown name. */
function sourcesOf(analysis: Analysis, sql: string, known: readonly InputSource[]): readonly QuerySource[] {
  const found = new Map<string, QuerySource>();
  const hasFilename = namesFilename(sql);
  for (const { schema, name, index, certain } of analysis.tables) {
    const position = index === undefined ? {} : { position: createLineMap(sql).positionAt(index) };
    if (schema !== '') throw new PondError('query-forbidden', `the history is not input: pond.${name}`, position);
    const source = known.find((candidate) => candidate.name === name);
    if (source !== undefined) found.set(name, { name, index, files: source.files.map(asTable), hasFilename });
    else if (certain) throw new PondError('not-found', `no file is at ${name}`, { path: name, ...position });
  }
  return [...found.values()];
}

function asTable({ reading, ...file }: InputFile): SourceFile {
  if (reading !== undefined) return { ...file, reading };
  throw new PondError('query-invalid', `${file.pondPath} is not a table`, {
    path: file.pondPath,
    hint: `Tables, series and files of these kinds can be queried: ${queryableExtensions}. Others can be read by read_csv('$1'), read_text('$1') and the like.`,
  });
}

interface Conversions {
  convert(this: void, source: Omit<Conversion, 'target'>): Promise<string>;
  /** Writes a JSON file again if DuckDB does not read it as it is. */
  rewrite(this: void, file: SourceFile): Promise<SourceFile>;
  readonly openDisk: OpenDisk;
}

/**
 * The build with files that DuckDB does not read converted to Parquet, and JSON files that it does not read as they are
 * written again.
 */
async function asReadable(build: UserBuild, { convert, rewrite, openDisk }: Conversions): Promise<UserBuild> {
  const readable = async (source: InputSource): Promise<InputSource> => {
    const files: InputFile[] = [];
    for (const file of source.files) {
      const { reading, hostPath, pondPath, format: stated } = file;
      const durations = await requireExactParquet(file, openDisk);
      if (durations !== undefined) {
        const source = { format: 'parquet', file: hostPath, pondPath, durations } as const;
        files.push({ ...file, hostPath: await convert(source) });
      } else if (reading?.converted !== undefined) {
        const { converted: format, sheet } = reading;
        const of = { ...(sheet !== undefined && { sheet }), ...(stated !== undefined && { stated }) };
        const source = { format, file: hostPath, pondPath, ...of };
        files.push({ ...file, hostPath: await convert(source), reading: parquetReading });
      } else if (isJson(reading)) files.push({ ...file, ...(await rewrite({ ...file, reading })) });
      else files.push(file);
    }
    return { ...source, files };
  };
  const tables: InputSource[] = [];
  for (const table of build.tables) tables.push(await readable(table));
  return { ...build, tables, input: await readable(build.input) };
}

/** Maps the positions of errors from the SQL that ran to the SQL as written. */
async function atWritten<T>(sql: Pick<InputSql, 'toWritten'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isPondError(error) || error.position === undefined) throw error;
    throw error.with({ position: sql.toWritten(error.position), cause: error.cause });
  }
}
