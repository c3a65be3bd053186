import { join } from 'node:path';
import { isPondError, PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { type Database } from '../duckdb/database.ts';
import { textPosition } from '../duckdb/textPosition.ts';
import { temporaryPathIn } from '../storage/durable.ts';
import { openHostDisk } from '../storage/hostDisk.ts';
import { type Analysis, analyze } from './analysis.ts';
import { type InputFile, type InputSource, type UserBuild } from './build.ts';
import { queryableExtensions } from './formats.ts';
import { type InputSql, placeInput } from './inputSql.ts';
import { Sandbox, type SandboxSettings } from './sandbox.ts';
import { type Source, type SourceFile, viewOf } from './sources.ts';

/** What a build works with. */
export interface BuildTools {
  /** A connection that parses. */
  readonly parser: Connection;
  /** Where Arrow files are converted. */
  readonly database: Database;
  /** Host directory for what they become, which lives as long as the build. */
  readonly directory: string;
  readonly sandbox: SandboxSettings;
}

/**
 * Runs a person's query over its files, in a database of its own, and writes the Parquet file. Times are UTC there, so
 * that the machine's zone does not show in the result. Errors as Builder.fromUserSql.
 */
export async function buildUser(tools: BuildTools, build: UserBuild, signal: AbortSignal): Promise<null> {
  const converted: string[] = [];
  const disk = openHostDisk(tools.directory);
  const convert = async (file: string, pondPath: string): Promise<string> => {
    const { convertArrow } = await import('./arrow.ts');
    const name = temporaryPathIn('');
    converted.push(name);
    disk.makeDirectory('');
    const target = join(tools.directory, name);
    await convertArrow(tools.database, { file, pondPath, target }, signal);
    return target;
  };
  try {
    const readable = await withoutArrow(build, convert);
    const { name, files } = readable.input;
    const hostPaths = files.map((file) => file.hostPath);
    const sql = placeInput(build.sql, { pondPath: name, hostPaths, reading: files[0]?.reading });
    await atWritten(sql, () => runBuild(tools, readable, sql, signal));
    return null;
  } finally {
    for (const name of converted) disk.remove(name);
  }
}

async function runBuild(
  { parser, sandbox: settings }: BuildTools,
  { input, tables, target }: UserBuild,
  sql: InputSql,
  signal: AbortSignal,
): Promise<void> {
  const analysis = await analyze(parser, sql.text, sql.isInputReader);
  const sources = sourcesOf(analysis, sql.text, [input, ...tables]);
  const inputFiles = [...input.files, ...sources.flatMap((source) => source.files)];
  const spec = {
    files: [...inputFiles, { hostPath: target, pondPath: 'the result' }].map(({ hostPath, pondPath }) => {
      return { hostPath, pondPath };
    }),
    tables: [],
    views: sources.map(viewOf),
    tablesKey: '',
  };
  const sandbox = await Sandbox.open(spec, { ...settings, timeZone: 'UTC' });
  const interrupt = () => sandbox.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    if (signal.aborted) sandbox.interrupt();
    await sandbox.write(sql.text, target, { renameHostPaths: sql.showsHostPaths });
  } finally {
    signal.removeEventListener('abort', interrupt);
    sandbox.close();
  }
}

/** The sources that a query reads as tables. Fails `not-found` for a name that is none of those that are known. */
function sourcesOf(analysis: Analysis, sql: string, known: readonly InputSource[]): readonly Source[] {
  const found = new Map<string, Source>();
  for (const { schema, name, index, certain } of analysis.tables) {
    const position = index === undefined ? {} : { position: textPosition(sql.slice(0, index), Infinity, 'byte') };
    if (schema !== '') throw new PondError('query-forbidden', `the history is no input: pond.${name}`, position);
    const source = known.find((candidate) => candidate.name === name);
    if (source !== undefined) found.set(name, { name, index, files: source.files.map(asTable) });
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

/** The build with its Arrow files made Parquet. */
async function withoutArrow(
  build: UserBuild,
  convert: (file: string, pondPath: string) => Promise<string>,
): Promise<UserBuild> {
  const readable = async (source: InputSource): Promise<InputSource> => {
    const files: InputFile[] = [];
    for (const file of source.files) {
      const { reading, hostPath, pondPath } = file;
      if (reading?.isArrow !== true) files.push(file);
      else
        files.push({ ...file, hostPath: await convert(hostPath, pondPath), reading: { ...reading, isArrow: false } });
    }
    return { ...source, files };
  };
  const tables: InputSource[] = [];
  for (const table of build.tables) tables.push(await readable(table));
  return { ...build, tables, input: await readable(build.input) };
}

/** Moves the positions of errors from the SQL that ran to the SQL that was written. */
async function atWritten(sql: InputSql, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isPondError(error) || error.position === undefined) throw error;
    const { code, message, path, hint, cause } = error;
    throw new PondError(code, message, {
      position: sql.toWritten(error.position),
      ...(path === undefined ? {} : { path }),
      ...(hint === undefined ? {} : { hint }),
      cause,
    });
  }
}
