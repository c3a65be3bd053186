import { PondError } from '../../base/error.ts';
import { joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { parseSqlType, textCastSql, tryTextCastSql } from '../../duckdb/sqlType.ts';
import { decimalOf, isInteger, isPointInTime } from '../../base/typeClass.ts';
import { type ColumnFilter, type Comparison, type SortKey, type TextMatch } from '../../protocol/tableViews.ts';
import { columnOf, type Relation, type RelationColumn } from './relation.ts';

/** Returns the condition of the rows that meet all filters; undefined without filters. Fails `query-invalid`. */
export function filtersSql(relation: Relation, filters: readonly ColumnFilter[]): SqlText | undefined {
  if (filters.length === 0) return undefined;
  return joinSql(
    filters.map((filter) => filterSql(columnOf(relation, filter.column), filter)),
    sql` AND `,
  );
}

/** Returns WHERE with the conditions that are defined; an empty text without any. */
export function whereSql(...conditions: readonly (SqlText | undefined)[]): SqlText {
  const stated = conditions.filter((condition) => condition !== undefined);
  return stated.length === 0 ? sql`` : sql` WHERE ${joinSql(stated, sql` AND `)}`;
}

/** Returns the sort keys, each after its column; an empty text without any. Fails `query-invalid`. */
export function sortSql(relation: Relation, sort: readonly SortKey[]): SqlText {
  return joinSql(
    sort.map(({ column, descending }) => {
      const { value } = columnOf(relation, column);
      return descending ? sql`${value} DESC NULLS LAST` : sql`${value} ASC NULLS LAST`;
    }),
  );
}

/** Returns the condition of one filter. Fails `query-invalid` for a text that cannot be a part of SQL. */
export function filterSql(column: RelationColumn, filter: ColumnFilter): SqlText {
  const { value } = column;
  switch (filter.kind) {
    case 'compare':
      return comparisons[filter.operator](value, typed(column, filter.value));
    case 'between':
      return sql`${value} BETWEEN ${typed(column, filter.low)} AND ${typed(column, filter.high)}`;
    case 'values':
      return valuesSql(column, filter);
    case 'missing':
      return sql`${value} IS NULL`;
    case 'present':
      return sql`${value} IS NOT NULL`;
    default:
      return textMatches[filter.kind](textSql(value), sql`lower(${textLiteral(filter.text)})`);
  }
}

const comparisons: Readonly<Record<Comparison, (value: SqlText, other: SqlText) => SqlText>> = {
  '=': (value, other) => sql`${value} = ${other}`,
  '<>': (value, other) => sql`${value} IS DISTINCT FROM ${other}`,
  '<': (value, other) => sql`${value} < ${other}`,
  '<=': (value, other) => sql`${value} <= ${other}`,
  '>': (value, other) => sql`${value} > ${other}`,
  '>=': (value, other) => sql`${value} >= ${other}`,
};

const textMatches: Readonly<Record<TextMatch, (text: SqlText, part: SqlText) => SqlText>> = {
  contains: (text, part) => sql`contains(${text}, ${part})`,
  lacks: (text, part) => sql`coalesce(NOT contains(${text}, ${part}), true)`,
  begins: (text, part) => sql`starts_with(${text}, ${part})`,
  ends: (text, part) => sql`ends_with(${text}, ${part})`,
};

/** Text of a value as shown, in lower case. */
export function textSql(value: SqlText): SqlText {
  return sql`lower(CAST(${value} AS VARCHAR))`;
}

/** A text as a literal. Fails `query-invalid` for one with a NUL character, at which DuckDB's parser would stop. */
export function textLiteral(text: string): SqlText {
  if (!text.includes('\0')) return literal(text);
  throw new PondError('query-invalid', 'expected a text to look for, got one with a NUL character');
}

function valuesSql(
  column: RelationColumn,
  { values, exclude = false }: Extract<ColumnFilter, { kind: 'values' }>,
): SqlText {
  const texts = values.filter((text) => text !== null);
  const hasNull = texts.length < values.length;
  const [subject, list] = hasExactText(column)
    ? [column.value, texts.map((text) => typed(column, text))]
    : [sql`CAST(${column.value} AS VARCHAR)`, texts.map(textLiteral)];
  const among = list.length === 0 ? sql`false` : sql`coalesce(${subject} IN (${joinSql(list)}), false)`;
  const isNull = sql`${column.value} IS NULL`;
  if (exclude) return hasNull ? sql`(NOT ${among} AND NOT ${isNull})` : sql`NOT ${among}`;
  return hasNull ? sql`(${among} OR ${isNull})` : among;
}

/** True for a type whose values are equal exactly when their texts are: such values are compared without a text. */
function hasExactText({ type }: RelationColumn): boolean {
  const isWholeOrDecimal = isInteger(type) || decimalOf(type) !== undefined;
  return isWholeOrDecimal || isPointInTime(type) || /^(VARCHAR|BOOLEAN|TIME|UUID|ENUM\(.*\))$/.test(type);
}

/** A text as a value of the type of a column; of a type that is not known by name, as a text. */
function typed({ type }: RelationColumn, text: string): SqlText {
  const known = parseSqlType(type);
  return known === undefined || type === 'VARCHAR' ? textLiteral(text) : textCastSql(textLiteral(text), known);
}

/** A text of a filter that has to be a value of the type of its column. */
interface FilterValue {
  readonly column: RelationColumn;
  readonly text: string;
}

/** Returns the texts of filters that a type may not hold, so that they are checked before a statement has them. */
export function valuesOf(relation: Relation, filters: readonly ColumnFilter[]): readonly FilterValue[] {
  return filters.flatMap((filter) => {
    const column = columnOf(relation, filter.column);
    return textsOf(column, filter).map((text) => ({ column, text }));
  });
}

function textsOf(column: RelationColumn, filter: ColumnFilter): readonly string[] {
  if (column.type === 'VARCHAR') return [];
  if (filter.kind === 'compare') return [filter.value];
  if (filter.kind === 'between') return [filter.low, filter.high];
  if (filter.kind !== 'values' || !hasExactText(column)) return [];
  return filter.values.filter((text) => text !== null);
}

/** SQL that is true for a text that its type does not hold. */
export function isNotOfTypeSql({ column: { type }, text }: FilterValue): SqlText {
  const known = parseSqlType(type);
  return known === undefined ? sql`false` : sql`${tryTextCastSql(textLiteral(text), known)} IS NULL`;
}

/** The error of a text that its type does not hold. */
export function notOfType({ column: { name, type }, text }: FilterValue): PondError {
  const got = JSON.stringify(text.slice(0, 80));
  return new PondError('query-invalid', `the filter of the column ${name} takes ${type}, got ${got}`);
}
