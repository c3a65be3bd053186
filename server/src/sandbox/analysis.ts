import { createLineMap } from '../base/lineMap.ts';
import { stringIndex } from '../duckdb/sqlOffset.ts';
import { type ErrorDetails, PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { engineToPondError, readSerializeError } from '../duckdb/engineError.ts';
import { literal, sql as sqlOf } from '../duckdb/sql.ts';
import { type AstFunction, findReferences } from './ast.ts';
import { checkFunctions, describesHost, engineFunctions } from './functions.ts';
import { boundsIn } from './timeBounds.ts';
import { isOurs, namesIn, type TableReference } from './pondNames.ts';
import { isSymbol, type Token, tokenize, unclearIn } from '../base/sqlTokens.ts';
import { type QueryStatement, splitQuery } from './userStatements.ts';

export interface Analysis {
  readonly tables: readonly TableReference[];
  /** The statement to run: exactly the text that was analyzed and that DuckDB parsed. */
  readonly statement: QueryStatement;
}

const openingWords = new Set(
  'SELECT WITH FROM VALUES TABLE PIVOT PIVOT_WIDER PIVOT_LONGER UNPIVOT DESCRIBE DESC SUMMARIZE SHOW EXPLAIN'.split(
    ' ',
  ),
);

const readOnlyHint =
  'A query only reads: SELECT, WITH, FROM, VALUES, PIVOT, UNPIVOT, DESCRIBE, SUMMARIZE, SHOW and EXPLAIN are allowed.';

/**
 * Finds the tables that one query reads, with DuckDB's own parser. Nothing is bound or run. Fails `query-invalid` when
 * the text does not parse or is empty, `query-forbidden` when it has several statements, is not a query, or calls a
 * function that reaches outside the pond. `isAllowed` returns true for a table function, given by its index in the SQL,
 * that is permitted here.
 */
export async function analyze(
  connection: Connection,
  sql: string,
  isAllowed: (index: number) => boolean = () => false,
): Promise<Analysis> {
  const nul = sql.indexOf('\0');
  // DuckDB reads a text up to the first NUL, so its parser would not see the text after one.
  if (nul >= 0) throw invalid('the SQL contains a NUL character', sql, nul);
  const tokens = tokenize(sql);
  const opening = tokens.find((token) => token.text !== '(' && token.text !== ';');
  if (opening === undefined) throw invalid('the query is empty', sql, 0);
  const explained = explainedIn(sql, tokens, opening);
  const statement = explained ?? { query: sql, explain: undefined };
  const tree = await parse(connection, statement.query);
  if (tree !== undefined) return { tables: await analyzeTree(connection, sql, tree, isAllowed), statement };
  if (explained !== undefined) throw notExplained(sql, tokens, opening);
  const query = sql.slice(0, tokens.findLast((token) => !isSemicolon(token))?.end);
  return {
    tables: await analyzePivot(connection, { sql, query, tokens, opening, isAllowed }),
    statement: { ...statement, query },
  };
}

/** The serialized statements; undefined when DuckDB parses the text but it is not a plain SELECT. */
async function parse(connection: Connection, sql: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const rows = await connection.rows(sqlOf`SELECT json_serialize_sql($1::VARCHAR)`, [sql]);
  const tree = JSON.parse(withoutInfinities(String(rows[0]?.[0]))) as Record<string, unknown>;
  if (tree['error'] !== true) return tree;
  if (/^Only SELECT statements can be/.test(String(tree['error_message']))) return undefined;
  throw engineToPondError(readSerializeError(tree), sql);
}

/** DuckDB serializes a literal such as 1e400 as invalid JSON. These values are not used. */
const withoutInfinities = (json: string): string =>
  json.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b/g, (token) => (token.startsWith('"') ? token : 'null'));

/**
 * The query that an EXPLAIN explains, at its position in the text, and the EXPLAIN rebuilt from known words; undefined
 * for any other text. DuckDB's parser decides if the rest is one query: text misread here does not parse.
 */
function explainedIn(sql: string, tokens: readonly Token[], opening: Token): QueryStatement | undefined {
  if (opening.kind !== 'word' || opening.text !== 'EXPLAIN') return undefined;
  const explain = tokens.indexOf(opening);
  const isAnalyze = isWord(tokens[explain + 1], 'ANALYZE');
  const first = explain + (isAnalyze ? 2 : 1);
  const options = explainOptions(tokens, first);
  const words = [...(isAnalyze ? ['ANALYZE'] : []), ...(options?.words ?? [])];
  const start = tokens[options?.end ?? first]?.start ?? sql.length;
  return {
    query: sql.slice(0, start).replace(/[^\n]/g, ' ') + sql.slice(start),
    explain: words.length === 0 ? 'EXPLAIN' : `EXPLAIN (${[...new Set(words)].join(', ')})`,
  };
}

/** The options in parentheses that start at a token, and their end; undefined when the parentheses hold a query. */
function explainOptions(
  tokens: readonly Token[],
  open: number,
): { readonly words: readonly string[]; readonly end: number } | undefined {
  const words: string[] = [];
  let at = open;
  do {
    at += 1;
    const isFormat = isWord(tokens[at], 'FORMAT');
    if (!isFormat && !isWord(tokens[at], 'ANALYZE')) return undefined;
    const value = /^\w+$/.exec(tokens[at + 1]?.text ?? '')?.[0];
    if (isFormat && value === undefined) return undefined;
    words.push(isFormat ? `FORMAT ${literal(value!.toLowerCase())}` : 'ANALYZE');
    at += isFormat ? 2 : 1;
  } while (isSymbol(tokens[at], ','));
  return isSymbol(tokens[open], '(') && isSymbol(tokens[at], ')') ? { words, end: at + 1 } : undefined;
}

async function analyzeTree(
  connection: Connection,
  sql: string,
  tree: Readonly<Record<string, unknown>>,
  isAllowed: (index: number) => boolean,
): Promise<readonly TableReference[]> {
  const statements = Array.isArray(tree['statements']) ? tree['statements'] : [];
  if (statements.length === 0) throw invalid('the query is empty', sql, sql.length);
  if (statements.length > 1) throw severalStatements(sql, tokenize(sql));
  const found = findReferences(tree);
  const indexOf = (offset: number | undefined) => (offset === undefined ? undefined : stringIndex(sql, offset, 'byte'));
  const isChecked = ({ isTableFunction, offset }: AstFunction) => {
    const index = indexOf(offset);
    return !isTableFunction || index === undefined || !isAllowed(index);
  };
  await checkFunctions(connection, found.functions.filter(isChecked), (offset) => positionAt(sql, indexOf(offset)));
  // Names that a WITH defines count too: elsewhere in the query, the same name refers to DuckDB's table.
  const hidden = found.tables.find(({ schema, name }) => describesHost(schema, name));
  if (hidden !== undefined) throw tableForbidden(hidden.name, positionAt(sql, indexOf(hidden.offset)));
  const tables = found.tables.filter((table) => isOurs(table.schema, table.name));
  for (const table of tables) {
    if (!table.hasVersionClause) continue;
    throw new PondError('query-invalid', 'AT is not known for a pond path', {
      ...positionAt(sql, indexOf(table.offset)),
      hint: `Write the version after the path: "${table.name}@3", "${table.name}@HEAD~1".`,
    });
  }
  const allBounds = boundsIn(tree);
  return tables.map(({ schema, name, offset, isCommonTable }) => {
    const bounds = schema === '' && !isCommonTable ? allBounds.get(name.toLowerCase()) : undefined;
    const reference = { schema: schema.toLowerCase(), name, index: indexOf(offset), certain: !isCommonTable };
    return bounds === undefined ? reference : { ...reference, bounds };
  });
}

interface PivotText {
  readonly sql: string;
  /** The text up to the last token of the query. */
  readonly query: string;
  readonly tokens: readonly Token[];
  readonly opening: Token;
  readonly isAllowed: (index: number) => boolean;
}

/**
 * For a PIVOT that takes its columns from the data, which DuckDB cannot describe as JSON before it runs: the tables are
 * found by tokens. So the text is refused where DuckDB might see other tokens, or more than one query.
 */
async function analyzePivot(connection: Connection, text: PivotText): Promise<readonly TableReference[]> {
  const { sql, query, tokens, opening } = text;
  const last = tokens.findLastIndex((token) => !isSemicolon(token));
  if (tokens.slice(tokens.indexOf(opening), last).some(isSemicolon)) throw severalStatements(sql, tokens);
  const isPlain = opening.kind === 'word' && openingWords.has(opening.text) && tokens.some(isPivot);
  if (!isPlain) throw forbidden(`${opening.text} is not allowed in a query`, sql, opening.start);
  const unclear = unclearIn(sql, tokens);
  if (unclear !== undefined) throw unclearText(sql, unclear);
  if ((await splitQuery(connection, query)) === undefined)
    throw forbidden('the text is not a query', sql, opening.start);
  await checkCalls(connection, text);
  const hidden = tokens.find(({ text: name }, index) => {
    return describesHost(tokens[index - 1]?.text === '.' ? (tokens[index - 2]?.text ?? '') : '', name);
  });
  if (hidden !== undefined) throw tableForbidden(hidden.text.toLowerCase(), positionAt(sql, hidden.start));
  return namesIn(tokens);
}

/**
 * Fails `query-forbidden` at the first call of a function that a query may not call. The name alone identifies table
 * functions.
 */
async function checkCalls(connection: Connection, { sql, tokens, isAllowed }: PivotText): Promise<void> {
  const { tables } = await engineFunctions(connection);
  const calls = tokens.filter(({ start }, index) => isCall(tokens, index) && !isAllowed(start));
  const functions = calls.map(({ text, start }) => {
    const name = text.toLowerCase();
    return { name, offset: start, isTableFunction: tables.has(name) };
  });
  await checkFunctions(connection, functions, (start) => positionAt(sql, start));
}

function isCall(tokens: readonly Token[], index: number): boolean {
  const [name, next] = [tokens[index], tokens[index + 1]];
  return (name?.kind === 'word' || name?.kind === 'identifier') && isSymbol(next, '(');
}

function isSemicolon(token: Token): boolean {
  return isSymbol(token, ';');
}

function isPivot(token: Token): boolean {
  return isWord(token, 'PIVOT') || isWord(token, 'PIVOT_WIDER');
}

function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === 'word' && token.text === text;
}

function notExplained(sql: string, tokens: readonly Token[], opening: Token): PondError {
  const what = tokens.some(isPivot)
    ? 'EXPLAIN of a PIVOT needs its columns listed with IN'
    : 'EXPLAIN of what is not a query is not allowed in a query';
  return forbidden(what, sql, opening.start);
}

function unclearText(sql: string, index: number): PondError {
  const code = sql.codePointAt(index) ?? 0;
  const name =
    code > 0x20 && code < 0x7f ? String.fromCodePoint(code) : `U+${code.toString(16).padStart(4, '0').toUpperCase()}`;
  return new PondError('query-invalid', `the character ${name} outside of quotes is not allowed in this PIVOT`, {
    ...positionAt(sql, index),
    hint: 'Quote names with other characters than a-z: "température". Or list the columns of the PIVOT: ON x IN (…).',
  });
}

/** The error for several statements, positioned at the second. */
function severalStatements(sql: string, tokens: readonly Token[]): PondError {
  const first = tokens.findIndex((token) => !isSemicolon(token));
  const end = tokens.findIndex((token, index) => index > first && isSemicolon(token));
  const second = tokens.find((token, index) => index > end && !isSemicolon(token));
  return new PondError('query-forbidden', 'one query at a time: the text has several statements', {
    ...positionAt(sql, second?.start),
    hint: 'Select the one to run.',
  });
}

function forbidden(message: string, sql: string, index: number): PondError {
  return new PondError('query-forbidden', message, { ...positionAt(sql, index), hint: readOnlyHint });
}

function tableForbidden(name: string, position: Pick<ErrorDetails, 'position'>): PondError {
  const hint = 'A query reads the pond and nothing else.';
  return new PondError('query-forbidden', `the table ${name} describes the host`, { ...position, hint });
}

function invalid(message: string, sql: string, index: number): PondError {
  return new PondError('query-invalid', message, positionAt(sql, index));
}

/** The position of an index, for an error; empty when it is undefined. */
export function positionAt(sql: string, index: number | undefined): Pick<ErrorDetails, 'position'> {
  return index === undefined ? {} : { position: createLineMap(sql).positionAt(index) };
}
