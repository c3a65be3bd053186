/** The request of a query from a command line. */
import { PondError } from '../../server/src/base/error.ts';
import { type Params, type ResultFormat } from '../../server/src/protocol/commands.ts';
import { readText } from './inputText.ts';
import { atOf } from './runner.ts';
import { type CommandLine, type Session } from './verb.ts';

/** A query with its parameters and its version. */
type QueryRequest = Omit<Params<'query'>, 'pond'>;

/** Formats by the extensions of files. */
const formats: Readonly<Record<string, ResultFormat>> = {
  csv: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
  arrow: 'arrow',
  feather: 'arrow',
  ipc: 'arrow',
  md: 'markdown',
  xlsx: 'xlsx',
};

/** Names of the formats of files. */
export const formatNames: readonly ResultFormat[] = [...new Set(Object.values(formats))];

/** Formats whose files a terminal cannot show. */
export const binaryFormats: ReadonlySet<ResultFormat | 'table'> = new Set<ResultFormat>(['parquet', 'arrow', 'xlsx']);

/** Returns a format by its name, `table` included. Fails `usage` for any other text. */
export function formatNamed(name: string): ResultFormat | 'table' {
  const format = name === 'table' ? name : formatNames.find((known) => known === name);
  if (format !== undefined) return format;
  const names = [...formatNames.slice(0, -1), `or ${formatNames.at(-1)}`].join(', ');
  throw new PondError('usage', `'${name}' is not a format`, { hint: `Use table, ${names}.` });
}

/**
 * Returns the format of a printed result: that of --format, JSON with --json, or else a table. Fails `usage` for a format
 * that contradicts --json.
 */
export function formatToPrint({ texts: { format }, json }: CommandLine): ResultFormat | 'table' {
  const named = format === undefined ? undefined : formatNamed(format);
  if (json && named !== undefined && named !== 'json') {
    throw new PondError('usage', `--json and --format ${named} exclude each other`, { hint: 'Leave one of them out.' });
  }
  return named ?? (json ? 'json' : 'table');
}

/** Returns the format that a file's extension implies; undefined for other names. */
export function formatOfFile(file: string): ResultFormat | undefined {
  const extension = /\.(\w+)$/.exec(file.toLowerCase())?.[1] ?? '';
  return Object.hasOwn(formats, extension) ? formats[extension] : undefined;
}

/**
 * Returns the query of a command line: its argument, the file of -f, or standard input for `-`. Fails `usage` unless there
 * is exactly one.
 */
export async function queryRequest(session: Session): Promise<QueryRequest> {
  const { line } = session;
  const parameters = parametersOf(line);
  return {
    sql: await sqlOf(session),
    ...atOf(line),
    ...(parameters.length === 0 ? {} : { parameters }),
  };
}

async function sqlOf(session: Session): Promise<string> {
  const { texts, positionals, name } = session.line;
  const { file } = texts;
  const [argument] = positionals;
  const usage = `Usage: pond ${name} SQL, pond ${name} -f FILE, or pond ${name} - for standard input`;
  if (file !== undefined && argument !== undefined)
    throw new PondError('usage', 'the query is given twice: by -f, and as an argument', { hint: usage });
  if (file !== undefined) return (await readText(file, session)).text;
  if (argument === undefined) throw new PondError('usage', 'a query is missing', { hint: usage });
  return argument === '-' ? (await readText('-', session)).text : argument;
}

/** Parses `--param NAME=VALUE` and `--param NAME:TYPE=VALUE`; the `$` of a name may be written. */
function parametersOf({ lists }: CommandLine): NonNullable<QueryRequest['parameters']> {
  const names = new Set<string>();
  return (lists['param'] ?? []).map((text) => {
    const [, name, type, value] = /^\$?(\w+)(?::([^=]+))?=([^]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new PondError('usage', `expected a parameter as NAME=VALUE, got '${text}'`, {
        hint: 'Usage: --param NAME=VALUE, or --param NAME:TYPE=VALUE',
      });
    }
    if (names.has(name.toLowerCase())) throw new PondError('usage', `the parameter ${name} is given twice`);
    names.add(name.toLowerCase());
    return { name, value, ...(type === undefined ? {} : { type: type.trim() }) };
  });
}
