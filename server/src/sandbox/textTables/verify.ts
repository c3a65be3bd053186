import { type Connection } from '../../duckdb/connection.ts';
import { readEngineError } from '../../duckdb/engineError.ts';
import { identifier, literal } from '../../duckdb/sql.ts';
import { type Column } from '../types.ts';
import { csvOptions, type CsvTable, withTypes } from './csvTable.ts';

/**
 * SQL that is false for a value that DuckDB would convert to a guessed type with loss: it rounds 12.6 to an integer,
 * and drops the time of a date or the zone of a time.
 */
const strictly: ReadonlyMap<string, { readonly readAs: string; readonly sql: (value: string) => string }> = new Map([
  // Beyond these a DOUBLE does not represent every integer.
  ['BIGINT', { readAs: 'DOUBLE', sql: (value) => `${value} = trunc(${value}) AND abs(${value}) < 9007199254740992` }],
  [
    'DATE',
    { readAs: 'VARCHAR', sql: (value) => `TRY_CAST(${value} AS DATE) IS NOT NULL AND NOT contains(${value}, ':')` },
  ],
  [
    'TIME',
    {
      readAs: 'VARCHAR',
      sql: (value) => `TRY_CAST(${value} AS TIME) IS NOT NULL AND NOT regexp_matches(${value}, '[-+/A-Za-z]')`,
    },
  ],
  [
    'TIMESTAMP',
    {
      readAs: 'VARCHAR',
      sql: (value) =>
        `TRY_CAST(${value} AS TIMESTAMP) IS NOT NULL AND NOT regexp_matches(substr(${value}, 12), '[-+A-Za-z]')`,
    },
  ],
  ['BOOLEAN', { readAs: 'VARCHAR', sql: (value) => `lower(${value}) IN ('true', 'false', 't', 'f', 'yes', 'no')` }],
]);

/** Minimum number of rows from which DuckDB detects types; it samples a few more. */
const sampledRows = 20_000;

/** Result of reading a whole file as a table: it fits, its types do not, or DuckDB cannot read it that way. */
export type Fit = { readonly fits: true } | { readonly fits: false; readonly error: Error | undefined };

/** Reads all of a file as the table that was detected from its first rows. */
export async function fitOf(connection: Connection, hostPath: string, table: CsvTable, options: string): Promise<Fit> {
  const isFormatted = ({ type }: Column): boolean =>
    (type === 'DATE' && table.dateFormat !== undefined) ||
    (type === 'TIMESTAMP' && table.timestampFormat !== undefined);
  const ruleOf = (column: Column) => (isFormatted(column) ? undefined : strictly.get(column.type));
  const asRead = withTypes(table, (column) => ruleOf(column)?.readAs ?? column.type);
  const source = `read_csv(${literal(hostPath)}${csvOptions(asRead)}${options})`;
  const checks = table.columns.map((column) => {
    const name = identifier(column.name);
    const rule = ruleOf(column);
    return rule === undefined ? `count(${name}) >= 0` : `coalesce(bool_and(${rule.sql(name)}), true)`;
  });
  try {
    const [row = []] = await connection.rows(`SELECT ${checks.join(', ')} FROM ${source}`);
    const isKnown = row.every((value) => value === true) && (await areTexts(connection, source, table));
    return isKnown ? { fits: true } : { fits: false, error: undefined };
  } catch (error) {
    const type = readEngineError(error)?.type;
    if (!(error instanceof Error) || type === undefined || type === 'interrupt' || type === 'out of memory')
      throw error;
    return { fits: false, error };
  }
}

/** False when a column counts as text only for lack of a value in the sampled rows. */
async function areTexts(connection: Connection, source: string, { columns }: CsvTable): Promise<boolean> {
  const names = columns.filter(({ type }) => type === 'VARCHAR').map(({ name }) => identifier(name));
  if (names.length === 0) return true;
  const counts = (rows: string): string =>
    `SELECT ${names.map((name) => `count(${name}) > 0`).join(', ')} FROM (SELECT ${names.join(', ')} FROM ${source}${rows})`;
  const [sampled = []] = await connection.rows(counts(` LIMIT ${sampledRows}`));
  if (sampled.every((value) => value === true)) return true;
  const [all = []] = await connection.rows(counts(''));
  return sampled.every((value, index) => value === all[index]);
}
