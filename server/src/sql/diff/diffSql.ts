/** SQL that compares two tables: rows `b0`, `b1`, … before, and `a0`, `a1`, … after. */
import { identifier, joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { type ComparedColumns, isComparable, type SharedColumn } from './comparedColumns.ts';

/** Two tables as they follow FROM, with their columns. */
export interface ComparedSides {
  readonly before: SqlText;
  readonly after: SqlText;
  readonly columns: ComparedColumns;
}

/** One of two tables that are compared. A statement that names both uses the database of the others. */
export interface OneOfTwo {
  readonly table: SqlText;
  readonly other: SqlText;
}

/** True for a pair of rows whose values in a shared column differ. */
export const differs = (index: number): SqlText => sql`b${index} IS DISTINCT FROM a${index}`;

/** Indexes of the shared columns whose values may differ in rows with the same key: all others. */
export function comparedIndexes({ shared }: ComparedColumns, keys: readonly number[]): readonly number[] {
  return shared.flatMap((_, index) => (keys.includes(index) ? [] : [index]));
}

/** True for a row of one table alone, and for a pair of rows with any difference. */
export function isDifferent(columns: ComparedColumns, keys: readonly number[]): SqlText {
  return joinSql(
    [sql`in_before IS NULL`, sql`in_after IS NULL`, ...comparedIndexes(columns, keys).map(differs)],
    sql` OR `,
  );
}

/** The sum of the hashes of a key over rows: without their low bits, which DuckDB adds up as quickly as counting. */
export const hashSum = (hash: SqlText): SqlText => sql`coalesce(sum((${hash} >> 16)::BIGINT), 0)::VARCHAR`;

/** Both tables as one, a row for each key: values of the shared columns, `in_before` and `in_after`. */
export function joinedSql(sides: ComparedSides, keys: readonly number[]): SqlText {
  const on = joinSql(
    keys.map((index) => sql`b${index} IS NOT DISTINCT FROM a${index}`),
    sql` AND `,
  );
  const [left, right] = [sideSql(sides, 'b'), sideSql(sides, 'a')];
  return sql`(SELECT *, true AS in_before FROM (${left})) FULL JOIN (SELECT *, true AS in_after FROM (${right})) ON ${on}`;
}

/** The values of one table; those of columns that only it has follow those of the shared ones. */
export function sideSql({ before, after, columns }: ComparedSides, side: 'b' | 'a', isAll = true): SqlText {
  const { shared, added, removed } = columns;
  const named = (index: number): SqlText => (side === 'b' ? sql`b${index}` : sql`a${index}`);
  const own = isAll ? (side === 'b' ? removed : added) : [];
  const values = [
    ...shared.map((column, index) => sql`${sharedValue(column)} AS ${named(index)}`),
    ...own.map(({ name }, index) => sql`${identifier(name)} AS ${named(shared.length + index)}`),
  ];
  return sql`SELECT ${joinSql(values)} FROM ${side === 'b' ? before : after}`;
}

function sharedValue(column: SharedColumn): SqlText {
  const value = identifier(column.name);
  return isComparable(column) ? value : sql`${value}::VARCHAR`;
}

/** A column of the table of differences. */
interface DifferenceColumn {
  readonly name: string;
  /** Type in each table; null where it does not have the column. */
  readonly before: string | null;
  readonly after: string | null;
  /** True when there is a column with the values before, where they changed. */
  readonly hasOld: boolean;
}

/**
 * A statement whose rows are the differences of two tables. Its columns are those of both tables, in the order of
 * `columns`; the kind of the row (`added`, `removed`, `changed`, NULL for an equal row); the indexes of the columns whose
 * values changed, as `,0,3,`, NULL without any; for each column that has them, the values before, where they changed; and the
 * hash of the key, NULL where equal rows are among them.
 */
export interface DifferencesSql {
  readonly statement: SqlText;
  readonly columns: readonly DifferenceColumn[];
}

/**
 * Differences of rows with the same key, in its order. With the names of the columns that have changes, equal rows are among
 * them: millions, perhaps, so each column of the result counts.
 */
export function differencesSql(
  sides: ComparedSides,
  keys: readonly number[],
  changed: ReadonlySet<string> | undefined,
): DifferencesSql {
  const { columns } = sides;
  const { shared, added, removed } = columns;
  const compared = comparedIndexes(columns, keys);
  const indexOf = (name: string): number => shared.findIndex((column) => column.name === name);
  const isChanged = (name: string): boolean => compared.includes(indexOf(name)) && changed?.has(name) !== false;
  const ordered = differenceColumns(columns, isChanged);
  const values = ordered.map(({ name, before, after }) => {
    const own = (among: ComparedColumns['added']): number =>
      shared.length + among.findIndex((column) => column.name === name);
    if (before === null) return sql`a${own(added)} AS ${identifier(name)}`;
    if (after === null) return sql`b${own(removed)} AS ${identifier(name)}`;
    return sql`CASE WHEN in_after THEN a${indexOf(name)} ELSE b${indexOf(name)} END AS ${identifier(name)}`;
  });
  const cells = ordered.flatMap(({ name }, at) =>
    compared.includes(indexOf(name))
      ? [sql`CASE WHEN ${differs(indexOf(name))} THEN ${literal(`${at},`)} ELSE '' END`]
      : [],
  );
  const isBoth = sql`in_before AND in_after`;
  const old = ordered.flatMap(({ name, hasOld }) => {
    const index = indexOf(name);
    const value = sql`CASE WHEN ${isBoth} AND ${differs(index)} THEN b${index} END`;
    return hasOld ? [sql`${value} AS ${identifier(`${name} before`)}`] : [];
  });
  const differ = compared.length === 0 ? sql`false` : joinSql(compared.map(differs), sql` OR `);
  const kind = sql`CASE WHEN in_before IS NULL THEN 'added' WHEN in_after IS NULL THEN 'removed'
    WHEN ${differ} THEN 'changed' END AS change`;
  const changedCells = sql`CASE WHEN ${isBoth} AND (${differ}) THEN concat(',', ${joinSql([sql`''`, ...cells])}) END AS cells`;
  const where = changed === undefined ? sql` WHERE ${isDifferent(columns, keys)}` : sql``;
  const order = joinSql(keys.map((index) => sql`coalesce(b${index}, a${index})`));
  const hash = changed === undefined ? keyHash(keys) : sql`NULL::UBIGINT AS key_hash`;
  const list = joinSql([...values, kind, changedCells, ...old, hash]);
  return {
    statement: sql`SELECT ${list} FROM ${joinedSql(sides, keys)}${where} ORDER BY ${order}`,
    columns: ordered,
  };
}

function keyHash(keys: readonly number[]): SqlText {
  const hash = (side: 'b' | 'a'): SqlText =>
    sql`hash(${joinSql(keys.map((index) => (side === 'b' ? sql`b${index}` : sql`a${index}`)))})`;
  return sql`CASE WHEN in_after THEN ${hash('a')} ELSE ${hash('b')} END AS key_hash`;
}

/** Differences of whole rows, of the shared columns: those that one table has more often; with `isAll`, all of them. */
export function rowDifferencesSql(sides: ComparedSides, isAll: boolean): DifferencesSql {
  const { shared } = sides.columns;
  const all = differenceColumns(sides.columns, () => false);
  const columns = all.filter(({ before, after }) => before !== null && after !== null);
  const [before, after] = [sideSql(sides, 'b', false), sideSql(sides, 'a', false)];
  const values = (side: 'b' | 'a'): SqlText =>
    joinSql(
      columns.map(({ name }) => {
        const index = shared.findIndex((column) => column.name === name);
        return sql`${side === 'b' ? sql`b${index}` : sql`a${index}`} AS ${identifier(name)}`;
      }),
    );
  const rows = (side: 'b' | 'a', from: SqlText, kind: SqlText): SqlText =>
    sql`SELECT ${values(side)}, ${kind}::VARCHAR AS change, NULL::VARCHAR AS cells, NULL::UBIGINT AS key_hash FROM (${from})`;
  const parts = [
    rows('b', sql`(${before}) EXCEPT ALL (${after})`, sql`'removed'`),
    rows('a', sql`(${after}) EXCEPT ALL (${before})`, sql`'added'`),
    ...(isAll ? [rows('a', sql`(${after}) INTERSECT ALL (${before})`, sql`NULL`)] : []),
  ];
  return { statement: sql`SELECT * FROM (${joinSql(parts, sql` UNION ALL `)}) ORDER BY ALL`, columns };
}

function differenceColumns(
  { shared, added, removed, order }: ComparedColumns,
  hasOld: (name: string) => boolean,
): readonly DifferenceColumn[] {
  const typeIn = (columns: ComparedColumns['added'], name: string): string | null =>
    columns.find((column) => column.name === name)?.type ?? null;
  return order.map((name) => {
    const both = shared.find((column) => column.name === name);
    const types = both ?? { before: typeIn(removed, name), after: typeIn(added, name) };
    return { name, before: types.before, after: types.after, hasOld: both !== undefined && hasOld(name) };
  });
}
