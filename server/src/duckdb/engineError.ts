import { isRecord } from '../base/record.ts';
import { parseJsonText } from '../base/json.ts';
import { offsetPosition, type OffsetUnit, stringIndex } from './sqlOffset.ts';
import { type ErrorCode, PondError } from '../base/error.ts';
import { limitHint } from './limits.ts';

/** An error that DuckDB reports while its setting errors_as_json is on. */
export interface EngineError {
  /** DuckDB's kind of error in lower case: 'parser', 'binder', 'catalog', 'permission', 'io', 'interrupt', … */
  readonly type: string;
  readonly message: string;
  /** Position in the SQL, 0-based, in units that differ by type; undefined where DuckDB gives none. */
  readonly offset: number | undefined;
  readonly unit: OffsetUnit;
  /** For a catalog error: kind ('Table', 'Scalar Function') and name of the missing thing. */
  readonly missing: { readonly kind: string; readonly name: string } | undefined;
}

/** Returns the parts of an error thrown by DuckDB; undefined for any other error. */
export function readEngineError(error: unknown): EngineError | undefined {
  if (!(error instanceof Error) || error instanceof PondError) return undefined;
  const start = error.message.indexOf('{"exception_type"');
  return start < 0 ? readPlain(error.message) : readJson(error.message.slice(start));
}

function readJson(text: string): EngineError | undefined {
  const json = parseJsonText(text);
  if (!isRecord(json)) return undefined;
  const fields = Object.fromEntries(Object.entries(json).map(([name, value]) => [name, String(value)]));
  return engineError(fields['exception_type'] ?? '', fields['exception_message'] ?? '', fields);
}

/** Returns the failure that json_serialize_sql reports as a value; `json` is its whole result. */
export function readSerializeError(json: Readonly<Record<string, unknown>>): EngineError {
  const text = (key: string) => (typeof json[key] === 'string' ? json[key] : '');
  return engineError(text('error_type'), text('error_message'), { position: text('position') });
}

function engineError(type: string, message: string, fields: Readonly<Record<string, string | undefined>>): EngineError {
  const offset = Number.parseInt(fields['position'] ?? '', 10);
  const lowerType = type.toLowerCase();
  return {
    type: lowerType,
    message: withFewCandidates(withoutSettings(withoutExcerpt(message))),
    offset: Number.isSafeInteger(offset) ? offset : undefined,
    unit: lowerType === 'parser' ? 'codePoint' : 'byte',
    missing:
      fields['error_subtype'] === 'MISSING_ENTRY'
        ? { kind: fields['type'] ?? '', name: fields['name'] ?? '' }
        : undefined,
  };
}

/** Errors raised outside a connection's settings are text: "Binder Error: …", followed by an excerpt of the SQL. */
function readPlain(message: string): EngineError | undefined {
  const match = /(?:^|: )([A-Z][A-Za-z ]*?) ?(?:Error|exception): ([^]*)$/.exec(message);
  return match?.[1] === undefined ? undefined : engineError(match[1], match[2] ?? '', {});
}

function withoutExcerpt(message: string): string {
  return message.replace(/\n\nLINE \d+: [^]*$/, '').trim();
}

/** Advice to change a setting, to the end of its line: no statement of ours or of a user may. */
const settingAdvice = /(?<=^|[.!] +|\n *)(?:\* |Use |Or |To )[^\n]*\bset [a-z_]+ ?(?:=|to )[^\n]*/gi;

const withoutSettings = (message: string): string => message.replaceAll(settingAdvice, '').trim();

/** Signatures of a function that an error lists: an operator has fifty. */
const candidatesMax = 10;

function withFewCandidates(message: string): string {
  const lines = message.split('\n');
  const end = lines.findIndex((line) => line.endsWith('Candidate functions:')) + 1 + candidatesMax;
  const others = lines.length - end;
  if (end === candidatesMax || others < 2) return message;
  return [...lines.slice(0, end), `\t… and ${others} more`].join('\n');
}

const codes: Readonly<Record<string, ErrorCode>> = {
  parser: 'query-invalid',
  syntax: 'query-invalid',
  binder: 'query-invalid',
  catalog: 'query-invalid',
  'not implemented': 'query-invalid',
  permission: 'query-forbidden',
  interrupt: 'cancelled',
  'missing extension': 'query-forbidden',
};

/**
 * Returns a PondError for an error that DuckDB threw while it worked on `sql`, with the position in it. A full disk, of
 * spilled or written files, is `storage-full`. A PondError is returned unchanged; any other error becomes
 * `query-failed`.
 */
export function queryError(error: unknown, sql: string): PondError {
  if (error instanceof PondError) return error;
  const engine = readEngineError(error);
  if (engine === undefined) {
    return new PondError('query-failed', error instanceof Error ? error.message : String(error), { cause: error });
  }
  return engineToPondError(engine, sql, error);
}

/** Like queryError, for an error already parsed. */
export function engineToPondError(engine: EngineError, sql: string, cause?: unknown): PondError {
  const hint = hintFor(engine, sql);
  return new PondError(codeFor(engine), messageFor(engine), {
    ...(engine.offset === undefined ? {} : { position: offsetPosition(sql, engine.offset, engine.unit) }),
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** True for a file, read or written, on a disk without room or beyond a quota. */
export const isDiskFull = ({ type, message }: EngineError): boolean =>
  type === 'io' && /no space left|quota exceeded/i.test(message);

function codeFor(engine: EngineError): ErrorCode {
  if (isDiskFull(engine)) return 'storage-full';
  return codes[engine.type] ?? 'query-failed';
}

function messageFor(engine: EngineError): string {
  if (engine.type === 'interrupt') return 'the query was cancelled';
  const spill = spillLimitIn(engine);
  if (spill !== undefined) return `the query needs more than ${spill} on disk for what does not fit in memory`;
  // Users cannot change its settings.
  const text = engine.message.replace(/\n\nPossible solutions:[^]*$/, '');
  // Tables of the engine itself do not help someone who looks for a file.
  return text.replace(/\nDid you mean "(?:pg_|sqlite_|duckdb_|pragma_|information_schema)[^]*$/, '');
}

/** The limit on spilled data, such as "16.0 GiB", that an error reports as reached; undefined for any other error. */
export function spillLimitIn({ type, message }: EngineError): string | undefined {
  if (type !== 'out of memory' || !message.includes('max_temp_directory_size')) return undefined;
  return /\/([\d.]+ \w+) used\)/.exec(message)?.[1] ?? 'its limit';
}

/** A path after FROM or JOIN, or after the comma of a list of tables, without quotes. */
const barePath = /(?:\b(?:FROM|JOIN)\s+|,\s*)([^\s"'(),;]*\/[^\s"'(),;]*)/gi;

/** The path without quotes at whose slash a statement ends for DuckDB's parser; undefined for any other error. */
function barePathAt({ message, offset, unit }: EngineError, sql: string): string | undefined {
  if (offset === undefined || !message.startsWith('syntax error at or near "/"')) return undefined;
  const index = stringIndex(sql, offset, unit);
  const found = [...sql.matchAll(barePath)].find(
    (match) => match.index < index && index < match.index + match[0].length,
  );
  return found?.[1];
}

function hintFor(engine: EngineError, sql: string): string | undefined {
  const path = barePathAt(engine, sql);
  if (path !== undefined) return `A path is the name of a table, in double quotes: "${path}".`;
  if (engine.type === 'permission' || engine.type === 'missing extension') {
    return 'A query reads the pond and nothing else: name pond paths as tables, such as FROM "/folder/file.csv".';
  }
  if (engine.missing?.kind === 'Table') {
    return 'Pond paths and patterns are tables: FROM "/folder/file.csv", FROM "/folder/*.parquet".';
  }
  if (codeFor(engine) === 'storage-full') return 'Free some room on the disk, then run the query again.';
  if (engine.type === 'out of memory') {
    return limitHint(spillLimitIn(engine) === undefined ? 'memoryBytesMax' : 'spillBytesMax');
  }
  return undefined;
}
