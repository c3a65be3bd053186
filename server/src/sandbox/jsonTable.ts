import { LruCache } from '../base/lruCache.ts';
import { type Connection } from '../duckdb/connection.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { hasOffset } from '../duckdb/sqlType.ts';
import { readerSql, type Reading } from './formats.ts';
import { columnsByExamples } from './jsonLines/exampleFiles.ts';
import { savedOr } from './savedTexts.ts';
import { type SourceFile } from './sources.ts';
import { type TextScope } from './textTables/decoded.ts';
import { type Column } from '../protocol/results.ts';

/** Maximum number of cached sets of files; results for a content never expire. */
const tablesMax = 2_000;

/** Columns by the set of contents; null where DuckDB is to find them. */
type FoundColumns = readonly Column[] | null;

const cachedColumns = new LruCache<string, { readonly found: FoundColumns }>({ max: tablesMax });

/** Type of the times with offsets, as they are read; in the table, they are TIMESTAMP in UTC. */
const zonedType = 'TIMESTAMP WITH TIME ZONE';

/** The reading of JSON files. */
interface JsonReading {
  /** Options of read_json, after a comma. */
  readonly options: SqlText;
  /** The columns of the SELECT. */
  readonly list: SqlText;
}

/**
 * The reading of files that form one table: its columns, found from all keys and values. A number that no type of DuckDB
 * and Parquet represents exactly makes its column text, and so does a text among numbers. Without options where DuckDB is
 * to find the columns: for values that are not objects, and for keys that differ only in case. Each set of contents is
 * inspected once. Fails with DuckDB's error, which has the file and the line.
 */
export async function jsonReading(scope: TextScope, files: readonly SourceFile[]): Promise<JsonReading> {
  const columns = await columnsOf(scope, files);
  const zoned = (columns ?? []).filter(({ type }) => type === zonedType).map(({ name }) => identifier(name));
  if (zoned.length === 0) return { options: columnsOption(columns), list: sql`*` };
  const inUtc = joinSql(zoned.map((name) => sql`make_timestamp(epoch_us(${name})) AS ${name}`));
  return { options: columnsOption(columns), list: sql`* REPLACE (${inUtc})` };
}

async function columnsOf(
  { connect, openDisk, signal }: TextScope,
  files: readonly SourceFile[],
): Promise<FoundColumns> {
  const [first] = files;
  if (first === undefined) return null;
  const hostPaths = files.map(({ hostPath }) => hostPath);
  const findIn = (place: Connection, paths: readonly string[]): Promise<FoundColumns> =>
    findColumns(place, first.reading, paths);
  const find = async (): Promise<FoundColumns> =>
    (await columnsByExamples({ openDisk, ...(signal && { signal }) }, files, findIn)) ??
    (await findIn(await connect(), hostPaths));
  const keys = files.map(({ key }) => key);
  if (keys.includes(undefined)) return await find();
  const name = JSON.stringify([first.reading, keys]);
  const cached = cachedColumns.get(name);
  if (cached !== undefined) return cached.found;
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const form = { write: JSON.stringify, read: (text: string) => JSON.parse(text) as FoundColumns };
  const found = await savedOr({ name: `json ${name}`, sizeBytes, openDisk }, form, find);
  cachedColumns.set(name, { found });
  return found;
}

async function findColumns(
  connection: Connection,
  reading: Reading,
  hostPaths: readonly string[],
): Promise<FoundColumns> {
  const found = await connection.rows(sql`DESCRIBE FROM ${readerSql(reading, hostPaths)}`);
  const columns = found.map(([name, type]): Column => ({ name: String(name), type: String(type) }));
  // A column of this name holds the values of a file that has no objects.
  if (columns.every(({ name }) => name === 'json') || haveSimilarNames(columns)) return null;
  if (await hasEmptyKey(connection, { reading, hostPaths, columns })) return null;
  return await exactColumns(connection, { reading, hostPaths, columns });
}

/** True where names of columns are not keys of the files: DuckDB adds a number to one that differs only in case. */
function haveSimilarNames(columns: readonly Column[]): boolean {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  return columns.some(({ name }) => names.has(name.toLowerCase().replace(/_\d+$/, '')) && /_\d+$/.test(name));
}

/** True where a column has a name that DuckDB made for an empty key: no key of this name has a value. */
async function hasEmptyKey(connection: Connection, { reading, hostPaths, columns }: JsonTable): Promise<boolean> {
  const made = columns.filter(({ name }, index) => name === `C${index}`).map(({ name }) => ({ name, type: 'JSON' }));
  if (made.length === 0) return false;
  const counts = joinSql(made.map(({ name }) => sql`count(${identifier(name)})`));
  const [row = []] = await connection.rows(
    sql`SELECT ${counts} FROM ${readerSql(reading, hostPaths, columnsOption(made))}`,
  );
  return row.some((count) => Number(count) === 0);
}

function columnsOption(columns: FoundColumns): SqlText {
  if (columns === null) return sql``;
  const types = columns.map(({ name, type }) => sql`${literal(name)}: ${literal(type)}`);
  return sql`, columns = {${joinSql(types)}}`;
}

interface JsonTable {
  readonly reading: Reading;
  readonly hostPaths: readonly string[];
  readonly columns: readonly Column[];
}

/** A choice of type for a column that DuckDB reads inexactly: the first whose condition holds for all values. */
interface TypeRule {
  readonly applies: (type: string) => boolean;
  readonly choices: readonly { readonly type: string; readonly holds: (text: SqlText, value: SqlText) => SqlText }[];
  /** The type when no condition holds. */
  readonly otherwise: string;
}

const integer = sql`'-?[0-9]{16,}'`;

/** A long integer anywhere in nested values, outside of texts. */
const longInside = sql`'[:,\\[][[:space:]]*-?[0-9]{16,}[[:space:]]*[],}]'`;

/** A date in nested values whose year is not first, or has two digits. */
const dateInside = sql`'"[[:space:]]*[0-9]{1,2}-[0-9]{1,2}-[0-9]{1,4}'`;

/** A number out of the range of doubles, anywhere in nested values: its text is kept, while other decimals are doubles. */
const infiniteInside = sql`'[:,\\[][[:space:]]*-?[0-9.]+[eE][+]?[0-9]{3,}[[:space:]]*[],}]'`;

const isExactDouble = (text: SqlText): SqlText => {
  const double = sql`TRY_CAST(${text} AS DOUBLE)`;
  const isExact = sql`CASE WHEN regexp_full_match(${text}, ${integer})
    THEN TRY_CAST(${text} AS HUGEINT) = TRY_CAST(${double} AS HUGEINT)
    ELSE isfinite(${double}) OR NOT regexp_matches(${text}, '[0-9]') END`;
  return sql`coalesce(${isExact}, false)`;
};

/** Notations in which no order of day, month and year is guessed. */
const isoDate = sql`'[[:space:]]*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([[:space:]T].*)?'`;

/** A time of day with Z, or with an offset of less than 16 hours. */
const zonedTime = sql`'[^:]*:.*(Z|[-+](0[0-9]|1[0-5])(:?[0-5][0-9])?)[[:space:]]*'`;

/** An offset in nested values. */
const offsetInside = sql`'"[^":]*:[^"]*[-+][0-9]{2}(:?[0-9]{2})?[[:space:]]*"'`;

const holdsDate =
  (cast: (text: SqlText) => SqlText) =>
  (_: SqlText, value: SqlText): SqlText => {
    const text = sql`(${value} ->> '$')`;
    return sql`regexp_full_match(${text}, ${isoDate}) AND ${cast(text)} IS NOT NULL`;
  };

const typeRules: readonly TypeRule[] = [
  {
    applies: (type) => type === 'DATE',
    choices: [{ type: 'DATE', holds: holdsDate((text) => sql`TRY_CAST(${text} AS DATE)`) }],
    otherwise: 'VARCHAR',
  },
  {
    applies: (type) => type === 'TIMESTAMP',
    choices: [
      {
        type: 'TIMESTAMP',
        holds: holdsDate((text) => sql`CASE WHEN NOT ${hasOffset(text)} THEN TRY_CAST(${text} AS TIMESTAMP) END`),
      },
      {
        type: zonedType,
        holds: holdsDate(
          (text) => sql`CASE WHEN regexp_full_match(${text}, ${zonedTime}) THEN TRY_CAST(${text} AS TIMESTAMPTZ) END`,
        ),
      },
    ],
    otherwise: 'VARCHAR',
  },
  { applies: (type) => type === 'DOUBLE', choices: [{ type: 'DOUBLE', holds: isExactDouble }], otherwise: 'VARCHAR' },
  {
    // Parquet has no such integers; integers of both signs are among them, however small.
    applies: (type) => type === 'HUGEINT' || type === 'UHUGEINT',
    choices: [
      { type: 'BIGINT', holds: (text) => sql`TRY_CAST(${text} AS BIGINT) IS NOT NULL` },
      { type: 'UBIGINT', holds: (text) => sql`TRY_CAST(${text} AS UBIGINT) IS NOT NULL` },
      { type: 'DECIMAL(38,0)', holds: (text) => sql`TRY_CAST(${text} AS DECIMAL(38,0)) IS NOT NULL` },
    ],
    otherwise: 'VARCHAR',
  },
  {
    // A mix: of texts, numbers and truth values it is text, with objects or lists it stays as it is.
    applies: (type) => type === 'JSON',
    choices: [{ type: 'VARCHAR', holds: (_, value) => sql`json_type(${value}) NOT IN ('OBJECT', 'ARRAY')` }],
    otherwise: 'JSON',
  },
  {
    applies: (type) => /DATE|TIMESTAMP/.test(type),
    choices: [
      {
        type: '',
        holds: (text) =>
          joinSql(
            [longInside, infiniteInside, dateInside, offsetInside].map(
              (form) => sql`NOT regexp_matches(${text}, ${form})`,
            ),
            sql` AND `,
          ),
      },
    ],
    otherwise: 'JSON',
  },
  {
    applies: (type) => type.includes('DOUBLE') || type.includes('HUGEINT'),
    choices: [
      {
        type: '',
        holds: (text) =>
          sql`NOT regexp_matches(${text}, ${longInside}) AND NOT regexp_matches(${text}, ${infiniteInside})`,
      },
    ],
    otherwise: 'JSON',
  },
];

async function exactColumns(connection: Connection, table: JsonTable): Promise<readonly Column[]> {
  const ruled = table.columns.map((column) => ({
    column,
    rule: typeRules.find(({ applies }) => applies(column.type)),
  }));
  const doubtful = ruled.filter(({ rule }) => rule !== undefined).map(({ column }) => ({ ...column, type: 'JSON' }));
  if (doubtful.length === 0) return table.columns;
  const checks = ruled.flatMap(({ column: { name }, rule }) =>
    (rule?.choices ?? []).map(({ holds }) => {
      const value = identifier(name);
      // The value null of JSON is not NULL here.
      const holdsForAll = holds(sql`${value}::VARCHAR`, value);
      return sql`coalesce(bool_and(${holdsForAll}) FILTER (json_type(${value}) <> 'NULL'), true)`;
    }),
  );
  const source = readerSql(table.reading, table.hostPaths, columnsOption(doubtful));
  const [row = []] = await connection.rows(sql`SELECT ${joinSql(checks)} FROM ${source}`);
  let at = 0;
  return ruled.map(({ column, rule }): Column => {
    if (rule === undefined) return column;
    const held = row.slice(at, at + rule.choices.length);
    at += rule.choices.length;
    const choice = rule.choices[held.indexOf(true)];
    return { name: column.name, type: choice === undefined ? rule.otherwise : choice.type || column.type };
  });
}
