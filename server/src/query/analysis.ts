import { type ErrorDetails, PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { engineToPondError, readSerializeError } from '../duckdb/engineError.ts';
import { stringIndex, textPosition } from '../duckdb/textPosition.ts';
import { type AstFunction, findReferences } from './ast.ts';
import { checkFunctions, tableTellsOfHost, tellsOfHost } from './functions.ts';
import { isOurs, namesIn, type TableReference } from './pondNames.ts';
import { type Token, tokenize } from './tokens.ts';

export interface Analysis {
  readonly tables: readonly TableReference[];
}

const openingWords = new Set(
  'SELECT WITH FROM VALUES TABLE PIVOT PIVOT_WIDER PIVOT_LONGER UNPIVOT DESCRIBE DESC SUMMARIZE SHOW EXPLAIN'.split(
    ' ',
  ),
);

const readOnlyHint =
  'A query only reads: SELECT, WITH, FROM, VALUES, PIVOT, UNPIVOT, DESCRIBE, SUMMARIZE, SHOW and EXPLAIN are allowed.';

/**
 * Finds the tables that one query reads, by DuckDB's own parser. Nothing is bound or run. Fails `query-invalid` when
 * the text does not parse or is empty, `query-forbidden` when it is more than one statement, is not a query, or calls a
 * function that reaches out of the pond; `isAllowed` tells of a table function, at an index in the SQL, that it may.
 */
export async function analyze(
  connection: Connection,
  sql: string,
  isAllowed: (index: number) => boolean = () => false,
): Promise<Analysis> {
  const nul = sql.indexOf('\0');
  // DuckDB reads a text up to the first NUL, so what stands behind one would go unseen by its parser.
  if (nul >= 0) throw invalid('the SQL contains a NUL character', sql, nul);
  const tokens = tokenize(sql);
  const opening = tokens.find((token) => token.text !== '(' && token.text !== ';');
  if (opening === undefined) throw invalid('the query is empty', sql, 0);
  const explain = opening.text === 'EXPLAIN' && opening.kind === 'word';
  const tree = explain ? await parseExplained(connection, sql, tokens) : await parse(connection, sql);
  if (tree === undefined) return analyzeTokens(sql, tokens, opening, explain);
  return analyzeTree(sql, tree, isAllowed);
}

/** The serialized statements, or undefined when DuckDB parses the text but it is not plain SELECT. */
async function parse(connection: Connection, sql: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const rows = await connection.rows('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  const tree = JSON.parse(withoutInfinities(String(rows[0]?.[0]))) as Record<string, unknown>;
  if (tree['error'] !== true) return tree;
  if (tree['error_type'] === 'not implemented') return undefined;
  throw engineToPondError(readSerializeError(tree), sql);
}

/** DuckDB writes the value of a literal such as 1e400 in a way that JSON has not. Nothing looks at these values. */
const withoutInfinities = (json: string): string =>
  json.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b/g, (token) => (token.startsWith('"') ? token : 'null'));

/**
 * Parses what an EXPLAIN explains, at its own place in the text. Options stand in parentheses, and so can a query: what
 * is in parentheses counts as options when it does not parse as part of the query.
 */
async function parseExplained(connection: Connection, sql: string, tokens: readonly Token[]) {
  const explain = tokens.findIndex((token) => token.text === 'EXPLAIN');
  const analyzeWord = tokens[explain + 1]?.text === 'ANALYZE' ? 1 : 0;
  const first = explain + 1 + analyzeWord;
  const blank = (until: number) => ' '.repeat(until) + sql.slice(until);
  const from = (index: number) => blank(tokens[index]?.start ?? sql.length);
  if (tokens[first]?.text !== '(') return parse(connection, from(first));
  const close = tokens.findIndex((token, index) => index > first && token.kind === 'symbol' && token.text === ')');
  try {
    return await parse(connection, from(first));
  } catch (error) {
    if (close < 0) throw error;
    return parse(connection, from(close + 1));
  }
}

function analyzeTree(
  sql: string,
  tree: Readonly<Record<string, unknown>>,
  isAllowed: (index: number) => boolean,
): Analysis {
  const statements = Array.isArray(tree['statements']) ? tree['statements'] : [];
  if (statements.length > 1) throw severalStatements(sql, tokenize(sql));
  const found = findReferences(tree);
  const indexOf = (offset: number | undefined) => (offset === undefined ? undefined : stringIndex(sql, offset, 'byte'));
  const isChecked = ({ isTableFunction, offset }: AstFunction) => {
    const index = indexOf(offset);
    return !isTableFunction || index === undefined || !isAllowed(index);
  };
  checkFunctions(found.functions.filter(isChecked), (offset) => positionAt(sql, indexOf(offset)));
  // One that a WITH defines counts too: what is read under its name elsewhere in the query is DuckDB's.
  const hidden = found.tables.find(({ schema, name }) => tableTellsOfHost(schema, name));
  if (hidden !== undefined) throw tableForbidden(hidden.name, positionAt(sql, indexOf(hidden.offset)));
  const tables = found.tables.filter((table) => isOurs(table.schema, table.name));
  for (const table of tables) {
    if (!table.hasVersionClause) continue;
    throw new PondError('query-invalid', 'AT is not known for a pond path', {
      ...positionAt(sql, indexOf(table.offset)),
      hint: `Write the version behind the path: "${table.name}@3", "${table.name}@HEAD~1".`,
    });
  }
  return {
    tables: tables.map(({ schema, name, offset, isCommonTable }) => {
      return { schema: schema.toLowerCase(), name, index: indexOf(offset), certain: !isCommonTable };
    }),
  };
}

/** For a PIVOT that takes its columns from the data, which DuckDB cannot describe as JSON before it ran. */
function analyzeTokens(sql: string, tokens: readonly Token[], opening: Token, explain: boolean): Analysis {
  const last = tokens.findLastIndex((token) => !isSemicolon(token));
  if (tokens.slice(tokens.indexOf(opening), last).some(isSemicolon)) throw severalStatements(sql, tokens);
  const pivots = tokens.some(({ kind, text }) => kind === 'word' && (text === 'PIVOT' || text === 'PIVOT_WIDER'));
  if (explain && pivots) throw forbidden('EXPLAIN of a PIVOT needs its columns listed with IN', sql, opening.start);
  if (opening.kind !== 'word' || !openingWords.has(opening.text) || !pivots) {
    const what = explain ? 'EXPLAIN of what is not a query' : opening.text;
    throw forbidden(`${what} is not allowed in a query`, sql, opening.start);
  }
  const called = tokens.find((token, index) => isCall(tokens, index) && tellsOfHost(token.text.toLowerCase()));
  if (called !== undefined)
    throw forbidden(`${called.text.toLowerCase()}() is not allowed in a query`, sql, called.start);
  const hidden = tokens.find(({ text }, index) => {
    return tableTellsOfHost(tokens[index - 1]?.text === '.' ? (tokens[index - 2]?.text ?? '') : '', text);
  });
  if (hidden !== undefined) throw tableForbidden(hidden.text.toLowerCase(), positionAt(sql, hidden.start));
  return { tables: namesIn(tokens) };
}

function isCall(tokens: readonly Token[], index: number): boolean {
  const [name, next] = [tokens[index], tokens[index + 1]];
  return (name?.kind === 'word' || name?.kind === 'identifier') && next?.kind === 'symbol' && next.text === '(';
}

function isSemicolon({ kind, text }: Token): boolean {
  return kind === 'symbol' && text === ';';
}

/** At the second statement. */
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
  return new PondError('query-forbidden', `the table ${name} tells about the host`, { ...position, hint });
}

function invalid(message: string, sql: string, index: number): PondError {
  return new PondError('query-invalid', message, positionAt(sql, index));
}

function positionAt(sql: string, index: number | undefined): Pick<ErrorDetails, 'position'> {
  return index === undefined ? {} : { position: textPosition(sql.slice(0, index), Infinity, 'byte') };
}
