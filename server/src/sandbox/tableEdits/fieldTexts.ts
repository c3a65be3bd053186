import { type CellValue } from '../../protocol/tables.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../../duckdb/sql.ts';
import { parseSqlType, requireSqlType, textCastSql, tryTextCastSql } from '../../duckdb/sqlType.ts';
import { isPointInTime } from '../../base/typeClass.ts';
import { typeOfFormat } from '../textTables/dateFormat.ts';
import { type TextTable } from '../textTables/tables.ts';
import { type ReadColumn } from '../textTables/valueSql.ts';
import { isRepeatedSql, localSql } from '../textTables/zoneSql.ts';
import { type ColumnFacts } from '../textTables/columnFacts.ts';
import { castCells } from './castCells.ts';

/** The text of a value in a file, without quotes, and the value that is read of it; or what its column takes. */
type FieldText = { readonly text: string; readonly value: string | null } | { readonly expected: string };

/** A column of a file with all that decides how its values are written. */
interface WrittenColumn {
  readonly column: ReadColumn;
  readonly facts: ColumnFacts;
  readonly table: TextTable;
}

/** Values written by one statement. */
const writtenMax = 500;

/**
 * Returns the texts of values, in order, in the form of their columns: order of dates, decimal sign, zone. Each is a text
 * that is read as exactly the value; a value without such a text is refused.
 */
export async function fieldTexts(
  connection: Connection,
  table: TextTable,
  cells: readonly CellValue[],
): Promise<readonly FieldText[]> {
  const checked = await castCells(connection, table.columns, cells);
  const texts: FieldText[] = checked.map((cell) => ('expected' in cell ? cell : { text: '', value: null }));
  for (const [index, column] of table.columns.entries()) {
    const written = { column, facts: table.scan.table.columns[index]!.facts, table };
    const own = checked.flatMap((cell, at) =>
      'value' in cell && cell.value !== null && cells[at]!.column === column.name ? [{ at, value: cell.value }] : [],
    );
    for (let start = 0; start < own.length; start += writtenMax) {
      const some = own.slice(start, start + writtenMax);
      const found = await writtenTexts(
        connection,
        written,
        some.map(({ value }) => value),
      );
      some.forEach(({ at, value }, place) => {
        const text = found[place];
        texts[at] = text === undefined ? { expected: refused(written, value) } : { text, value };
      });
    }
  }
  return texts;
}

function refused({ column: { type, local } }: WrittenColumn, value: string): string {
  if (local !== undefined) return `${type} in a form that the column has, and not in an hour that clocks repeat`;
  if (type !== 'VARCHAR') return `${type} in a form that the column has`;
  return value === '' ? 'NULL or a text, as a CSV file has no empty text' : 'a text that is not read as NULL';
}

/** Texts of values of a column; undefined for a value that no form of the column reads back. */
async function writtenTexts(
  connection: Connection,
  written: WrittenColumn,
  values: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const texts: (string | undefined)[] = values.map(() => undefined);
  for (const form of formsOf(written)) {
    const open = texts.flatMap((text, index) => (text === undefined ? [index] : []));
    if (open.length === 0) break;
    const rows = await connection.textColumns(
      formSql(
        written,
        form,
        open.map((index) => values[index] ?? ''),
      ),
    );
    open.forEach((index, row) => {
      const text = rows[0]?.[row] ?? undefined;
      if (text !== undefined && rows[1]?.[row] === 'true') texts[index] = text;
    });
  }
  return texts;
}

/** Makes the text of `value`, which is of the column's type. */
type Form = (value: SqlText) => SqlText;

const plainForm: Form = (value) => sql`CAST(${value} AS VARCHAR)`;

/** The forms in which a column may have a value, the best first. */
function formsOf({ column, facts, table }: WrittenColumn): readonly Form[] {
  const { format = {} } = table.file;
  const isTime = isPointInTime(column.type);
  const written = (pattern: string, hasZone: boolean): Form => {
    const time = (value: SqlText): SqlText => sql`CAST(${value} AS TIMESTAMP)`;
    const local =
      typeOfFormat(pattern) === 'DATE' || hasZone ? time : (value: SqlText) => localSql(time(value), format.zone);
    return (value) => sql`strftime(${local(value)}, ${literal(pattern)})`;
  };
  const { dates } = format;
  const stated = isTime && dates?.includes('%') === true ? [written(dates, dates.includes('%z'))] : [];
  const shapes = isTime ? [...facts.shapes.values()] : [];
  const found = shapes.map((shape) => {
    const order = column.order !== undefined && shape.hasOrder ? column.order : (shape.possible[0] ?? 'year-first');
    return written(shape.writingIn(order), shape.hasZone);
  });
  const comma: Form = (value) => sql`replace(${plainForm(value)}, '.', ',')`;
  const truth = facts.firstOf('truth')?.text ?? '';
  const inCase: Form = (value) =>
    /^[A-Z]{2}/.test(truth) ? sql`upper(${plainForm(value)})` : capitalized(plainForm(value));
  return [
    ...stated,
    ...found,
    ...(/^[A-Z]/.test(truth) ? [inCase] : []),
    ...(facts.has('comma') ? [comma] : []),
    plainForm,
    comma,
  ];
}

const capitalized = (text: SqlText): SqlText => sql`upper(left(${text}, 1)) || substr(${text}, 2)`;

/** The statement of the texts of values in a form, and of whether each is read back as the value. */
function formSql({ column, table }: WrittenColumn, form: Form, values: readonly string[]): SqlText {
  const [value, text] = [sql`"duckpond value"`, sql`"duckpond text"`];
  const given = sql`SELECT ${textCastSql(sql`given`, requireSqlType(column.type))} AS ${value} FROM (SELECT unnest(${literalList(values)}) AS given)`;
  const written = sql`SELECT ${value}, ${form(value)} AS ${text} FROM (${given})`;
  const read = sql`SELECT *, ${text} AS ${identifier(column.name)} FROM (${written})`;
  const isSame = sql`${readSql(column, table)} IS NOT DISTINCT FROM ${value}`;
  // The rows around a repeated time decide in which pass it is read.
  const isCertain = column.local === undefined ? sql`true` : sql`NOT ${isRepeatedSql(value, column.local.zone)}`;
  return sql`SELECT ${text}, CAST(${isSame} AND ${isCertain} AS VARCHAR) FROM (${read})`;
}

/** The value that is read of the text of a field, NULL for none. */
function readSql({ name, readAs, value }: ReadColumn, { file }: TextTable): SqlText {
  const nulls = joinSql(['', ...(file.format?.nulls ?? [])].map(literal));
  const cell = identifier(name);
  const type = parseSqlType(readAs);
  const read = value === undefined ? (type === undefined ? cell : tryTextCastSql(cell, type)) : sql`try(${value})`;
  return sql`CASE WHEN ${cell} IN (${nulls}) THEN NULL ELSE ${read} END`;
}
