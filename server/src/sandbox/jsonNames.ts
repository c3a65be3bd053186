/** Keys of JSON that are one name: é is one character, or two as programs of macOS write it. */
import { groupBy } from '../base/groupBy.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { castSql, parseSqlType, requireSqlType } from '../duckdb/sqlType.ts';
import { type Column } from '../protocol/results.ts';
import { exactCastSql } from './exactTypes.ts';
import { uniqueNames } from './uniqueNames.ts';

const double = requireSqlType('DOUBLE');
const numbers: ReadonlySet<string> = new Set(['BIGINT', 'DOUBLE']);

/** A column of the table, with the keys whose values it has. */
interface NamedKeys {
  readonly name: string;
  /** At least one, each with the type in which its values are read: numbers have several. */
  readonly keys: readonly Column[];
}

/** The columns by their names in the composed form, in the order of their first keys. */
export function keysByName(columns: readonly Column[]): readonly NamedKeys[] {
  const groups = [...groupBy(columns, ({ name }) => name.normalize('NFC'))];
  const names = uniqueNames(groups.map(([name]) => name));
  return groups.map(([, keys], index) => ({ name: names[index]!, keys: ofOneType(keys) }));
}

/** Keys with values of several types other than numbers are read as text. */
function ofOneType(keys: readonly Column[]): readonly Column[] {
  const types = new Set(keys.map(({ type }) => type));
  const isReadable = types.size === 1 || [...types].every((type) => numbers.has(type));
  return isReadable ? keys : keys.map((key) => ({ ...key, type: 'VARCHAR' }));
}

/** The value of a column; an error for an object that has several of its keys. `valueOf` is that of a key as it is read. */
export function valueOfKeys(
  { name, keys }: NamedKeys,
  valueOf: (key: Column) => SqlText,
  paths: readonly string[],
): SqlText {
  const [only, ...others] = keys;
  if (only !== undefined && others.length === 0) return valueOf(only);
  const isMixed = new Set(keys.map(({ type }) => type)).size > 1;
  const values = keys.map((key) => {
    const from = parseSqlType(key.type);
    return isMixed && from !== undefined && from !== double
      ? exactCastSql({ name: key.name, from, to: double }, paths)
      : valueOf(key);
  });
  const value = sql`coalesce(${joinSql(values)})`;
  const filled = joinSql(
    keys.map((key) => sql`(${identifier(key.name)} IS NOT NULL)::INTEGER`),
    sql` + `,
  );
  const [first = '', ...more] = new Set(paths);
  const twice = literal(
    `an object of ${first}${more.length === 0 ? '' : ` or ${more.length} more`} has values for two keys "${name}", which differ in the code of a letter alone. Give one of them another name in the file`,
  );
  const failed = sql`error(${twice})`;
  const type = isMixed ? double : parseSqlType(keys[0]?.type ?? '');
  return sql`CASE WHEN ${filled} > 1 THEN ${type === undefined ? failed : castSql(failed, type)} ELSE ${value} END`;
}
