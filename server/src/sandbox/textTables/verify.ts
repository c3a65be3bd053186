import { type Connection } from '../../duckdb/connection.ts';
import { readEngineError } from '../../duckdb/engineError.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { type Column } from '../types.ts';
import { csvOptions, type CsvTable, withTypes } from './csvTable.ts';

/** How a guessed type is verified. */
interface StrictRule {
  /** The type as which the column is read for the check. */
  readonly readAs: string;
  readonly isExact: (value: SqlText) => SqlText;
}

/**
 * SQL that is false for a value that DuckDB would convert to a guessed type with loss: it rounds 12.6 to an integer,
 * and drops the time of a date or the zone of a time.
 */
const strictRules: ReadonlyMap<string, StrictRule> = new Map([
  // Beyond these a DOUBLE does not represent every integer.
  [
    'BIGINT',
    { readAs: 'DOUBLE', isExact: (value) => sql`${value} = trunc(${value}) AND abs(${value}) < 9007199254740992` },
  ],
  [
    'DATE',
    {
      readAs: 'VARCHAR',
      isExact: (value) => sql`TRY_CAST(${value} AS DATE) IS NOT NULL AND NOT contains(${value}, ':')`,
    },
  ],
  [
    'TIME',
    {
      readAs: 'VARCHAR',
      isExact: (value) => sql`TRY_CAST(${value} AS TIME) IS NOT NULL AND NOT regexp_matches(${value}, '[-+/A-Za-z]')`,
    },
  ],
  [
    'TIMESTAMP',
    {
      readAs: 'VARCHAR',
      isExact: (value) =>
        sql`TRY_CAST(${value} AS TIMESTAMP) IS NOT NULL AND NOT regexp_matches(substr(${value}, 12), '[-+A-Za-z]')`,
    },
  ],
  [
    'BOOLEAN',
    { readAs: 'VARCHAR', isExact: (value) => sql`lower(${value}) IN ('true', 'false', 't', 'f', 'yes', 'no')` },
  ],
] satisfies [string, StrictRule][]);

/** Minimum number of rows from which DuckDB detects types; it samples a few more. */
const sampledRows = 20_000;

/** Result of reading a whole file as a table: it fits, its types do not, or DuckDB cannot read it that way. */
type Fit = { readonly fits: true } | { readonly fits: false; readonly error: Error | undefined };

/** Reads all of a file as the table that was detected from its first rows. */
export async function fitOf(connection: Connection, hostPath: string, table: CsvTable, options: SqlText): Promise<Fit> {
  const isFormatted = ({ type }: Column): boolean =>
    (type === 'DATE' && table.dateFormat !== undefined) ||
    (type === 'TIMESTAMP' && table.timestampFormat !== undefined);
  const ruleOf = (column: Column) => (isFormatted(column) ? undefined : strictRules.get(column.type));
  const asRead = withTypes(table, (column) => ruleOf(column)?.readAs ?? column.type);
  const source = sql`read_csv(${literal(hostPath)}${csvOptions(asRead)}${options})`;
  const checks = table.columns.map((column) => {
    const name = identifier(column.name);
    const rule = ruleOf(column);
    return rule === undefined ? sql`count(${name}) >= 0` : sql`coalesce(bool_and(${rule.isExact(name)}), true)`;
  });
  try {
    const [row = []] = await connection.rows(sql`SELECT ${joinSql(checks)} FROM ${source}`);
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
async function areTexts(connection: Connection, source: SqlText, { columns }: CsvTable): Promise<boolean> {
  const names = columns.filter(({ type }) => type === 'VARCHAR').map(({ name }) => identifier(name));
  if (names.length === 0) return true;
  const areFilled = joinSql(names.map((name) => sql`count(${name}) > 0`));
  const counts = (limit: SqlText): SqlText =>
    sql`SELECT ${areFilled} FROM (SELECT ${joinSql(names)} FROM ${source}${limit})`;
  const [sampled = []] = await connection.rows(counts(sql` LIMIT ${sampledRows}`));
  if (sampled.every((value) => value === true)) return true;
  const [all = []] = await connection.rows(counts(sql``));
  return sampled.every((value, index) => value === all[index]);
}
