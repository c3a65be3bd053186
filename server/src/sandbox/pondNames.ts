import { type Token, tokenize } from './tokens.ts';

/** A table that a query reads and DuckDB does not define by itself. */
export interface TableReference {
  /** 'pond' for the history tables; empty for a pond path. */
  readonly schema: string;
  readonly name: string;
  /** Index in the SQL, in UTF-16 code units; undefined where DuckDB does not say. */
  readonly index: number | undefined;
  /** False when the text may mean something else (a string in a PIVOT): then a missing path is no error by itself. */
  readonly certain: boolean;
}

/**
 * The pond paths and patterns that a SQL text may name as tables, told by its words alone: nothing is parsed, so there
 * can be some that turn out to be no tables, and these are not `certain`.
 */
export function pondNamesIn(sql: string): readonly TableReference[] {
  return namesIn(tokenize(sql)).filter(({ schema }) => schema === '');
}

/** As pondNamesIn, with the history tables. */
export function namesIn(tokens: readonly Token[]): readonly TableReference[] {
  const defined = new Set(tokens.flatMap(({ text }, index) => (tokens[index + 1]?.text === 'AS' ? [text] : [])));
  return tokens.flatMap((_, index) => nameAt(tokens, index, defined));
}

/** A pond path in quotes of either kind, or pond.NAME, that ends at a token. The query itself defines some names. */
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

/** Words that a table's name stands behind. */
const tableOpeners = new Set(['FROM', 'JOIN', 'PIVOT', 'PIVOT_WIDER']);

/** True for a name that DuckDB does not define: a pond path, or a table of the history. */
export function isOurs(schema: string, name: string): boolean {
  return schema === '' ? name.startsWith('/') : schema.toLowerCase() === 'pond';
}
