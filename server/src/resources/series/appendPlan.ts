/** The columns of a batch of rows, and how they become those of the series that it is appended to. */
import { PondError } from '../../base/error.ts';
import { identifier, joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { castSql, numberCastSql, tryNumberCastSql } from '../../duckdb/sqlType.ts';
import { isNested, isNumber, isPointInTime } from '../../base/typeClass.ts';
import { type TypedColumn } from '../../sandbox/build.ts';
import { nameKey } from '../../sandbox/uniqueNames.ts';

/** A column whose values must be equal after the conversion to the type of the series. */
interface Conversion {
  readonly name: string;
  readonly from: TypedColumn['type'];
  readonly to: TypedColumn['type'];
}

/** The columns of a series after a batch. */
export interface AppendPlan {
  /** Those of the series, in their order, then new ones. */
  readonly columns: readonly TypedColumn[];
  /** Expression for each column. */
  readonly select: SqlText;
  readonly conversions: readonly Conversion[];
  /** A column of a type that has no values in common with that of the series: the batch cannot be appended. */
  readonly misfit: Conversion | undefined;
  /** Names of columns that the series did not have. */
  readonly added: readonly string[];
}

/** The columns of a batch. */
interface BatchColumns {
  readonly columns: readonly TypedColumn[];
  /** Names of those without any value. */
  readonly empty: ReadonlySet<string>;
  /** Other types for new ones, by name. */
  readonly types: ReadonlyMap<string, TypedColumn['type']>;
}

/**
 * Plans the columns of a batch for a series with `columns`; none for a new series. Columns are matched by name in any
 * case and form of characters. A column that the batch lacks is NULL, and a new one comes last. The columns in `empty`
 * have no value in the batch: they fit any type, and do not become columns.
 */
export function planAppend(columns: readonly TypedColumn[], batch: BatchColumns): AppendPlan {
  const isEachOne = new Set(batch.columns.map(({ name }) => nameKey(name))).size === batch.columns.length;
  const keyOf = isEachOne ? nameKey : (name: string): string => name.toLowerCase();
  const given = new Map(batch.columns.map((column) => [keyOf(column.name), column]));
  const conversions: Conversion[] = [];
  let misfit: Conversion | undefined;
  const known = columns.map(({ name, type }) => {
    const own = given.get(keyOf(name));
    given.delete(keyOf(name));
    if (own === undefined || batch.empty.has(own.name)) return sql`${castSql(sql`NULL`, type)} AS ${identifier(name)}`;
    const value = identifier(own.name);
    if (own.type === type) return sql`${value} AS ${identifier(name)}`;
    if (isNested(own.type) && type === 'JSON') return sql`to_json(${value}) AS ${identifier(name)}`;
    const conversion = { name: own.name, from: own.type, to: type };
    if (mayConvert(own.type, type)) conversions.push(conversion);
    else misfit ??= conversion;
    return sql`${numberCastSql(value, own.type, type)} AS ${identifier(name)}`;
  });
  const added = [...given.values()]
    .filter(({ name }) => !batch.empty.has(name))
    .map(({ name, type }) => ({ name, type: batch.types.get(name) ?? type, own: type }));
  const fresh = added.map(({ name, type, own }) => {
    const value = identifier(name);
    if (type === own) return value;
    return sql`${isNested(own) ? sql`to_json(${value})` : castSql(value, type)} AS ${value}`;
  });
  return {
    columns: [...columns, ...added.map(({ name, type }) => ({ name, type }))],
    select: joinSql([...known, ...fresh]),
    conversions,
    misfit,
    added: added.map(({ name }) => name),
  };
}

/** True for types that have values in common: then each value decides. */
function mayConvert(from: string, to: string): boolean {
  return (isNumber(from) && isNumber(to)) || (isPointInTime(from) && isPointInTime(to));
}

/** SQL for whether a value would be another after the conversion. */
export function isInexact({ name, from, to }: Conversion): SqlText {
  const value = identifier(name);
  const converted = tryNumberCastSql(value, from, to);
  return sql`(${value} IS NOT NULL AND (${converted} IS NULL OR ${tryNumberCastSql(converted, to, from)} IS DISTINCT FROM ${value}))`;
}

/** Returns the error for a column of another type; `value` is one that the type of the series cannot hold. */
export function typeError(
  { name, from, to }: Conversion,
  path: string,
  where: string,
  value: string | undefined,
): PondError {
  const got = value === undefined ? from : `${from}, with ${value}`;
  const missing = from === 'VARCHAR' ? ' If the text stands for a missing value, state it as one of `nulls`.' : '';
  const wider = from === 'DOUBLE' ? ` For a new series, 'pond format FOLDER types.${name}=number' says so first.` : '';
  return new PondError('invalid-content', `column ${name} of ${where}: expected ${to}, as in ${path}, got ${got}`, {
    path: where,
    hint: `Convert the column first, or append to another series: a series keeps the types of its columns.${missing}${wider}`,
  });
}
