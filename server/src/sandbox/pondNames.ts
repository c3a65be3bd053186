import { type Token, tokenize } from '../base/sqlTokens.ts';
import { type ReadAs } from './formats.ts';
import { type TextFormat } from './textFormat.ts';
import { type ColumnBounds } from './timeBounds.ts';

/** A reader function that a query calls, with what the call states about its files. */
export interface PondReader {
  /** Absolute paths and patterns; at least one. */
  readonly paths: readonly string[];
  readonly as: ReadAs;
  /** Comes before what is stated about a file. */
  readonly format?: TextFormat;
  /** That of the extension when undefined. */
  readonly compression?: 'gzip' | 'zstd';
}

/** A table that a query reads and that DuckDB does not define. */
export interface TableReference {
  /** 'pond' for the history tables; empty for a pond path. */
  readonly schema: string;
  readonly name: string;
  /** Index in the SQL, in UTF-16 code units; undefined where DuckDB does not report it. */
  readonly index: number | undefined;
  /**
   * False when the text may mean something else (a string in a PIVOT): then a missing path is not an error by itself.
   */
  readonly certain: boolean;
  /** The call that the table stands for, under a name of this program; undefined for a pond path. */
  readonly reader?: PondReader;
  /** Columns of all rows that the query takes from the table. */
  readonly bounds?: readonly ColumnBounds[];
}

/**
 * The pond paths and patterns that a SQL text may name as tables. Found by tokens alone, without parsing, so some may
 * turn out not to be tables; these are not `certain`.
 */
export function pondNamesIn(sql: string): readonly TableReference[] {
  return namesIn(tokenize(sql)).filter(({ schema }) => schema === '');
}

/** Like pondNamesIn, with the history tables. */
export function namesIn(tokens: readonly Token[]): readonly TableReference[] {
  const defined = new Set(tokens.flatMap(({ text }, index) => (tokens[index + 1]?.text === 'AS' ? [text] : [])));
  return tokens.flatMap((_, index) => nameAt(tokens, index, defined));
}

/**
 * A pond path in quotes of either kind, or pond.NAME, that ends at a token. The query itself defines the names in
 * `defined`.
 */
function nameAt(tokens: readonly Token[], end: number, defined: ReadonlySet<string>): readonly TableReference[] {
  const [schema, before, last] = [tokens[end - 2], tokens[end - 1], tokens[end]];
  if (last === undefined || last.kind === 'symbol') return [];
  if (before?.text === '.') {
    const isHistory = schema !== undefined && schema.kind !== 'string' && isOurs(schema.text, last.text);
    return isHistory ? [{ schema: 'pond', name: last.text.toLowerCase(), index: schema.start, certain: false }] : [];
  }
  if (last.kind === 'word' || !isOurs('', last.text)) return [];
  const certain = !defined.has(last.text) && before?.kind === 'word' && tableOpeners.has(before.text);
  return [{ schema: '', name: last.text, index: last.start, certain }];
}

/** Keywords that a table name follows. */
const tableOpeners = new Set(['FROM', 'JOIN', 'PIVOT', 'PIVOT_WIDER']);

/** True for a name that DuckDB does not define: a pond path or a history table. */
export function isOurs(schema: string, name: string): boolean {
  return schema === '' ? name.startsWith('/') : schema.toLowerCase() === 'pond';
}
