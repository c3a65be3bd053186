import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../../duckdb/sql.ts';
import { castSql } from '../../duckdb/sqlType.ts';
import { isTimestamp } from '../../base/typeClass.ts';
import { type TextFormat } from '../textFormat.ts';
import { type ColumnFacts } from './columnFacts.ts';
import { type ColumnType } from './sourceColumn.ts';
import { typeOfFormat } from './dateFormat.ts';
import { type DateOrder, type DateShape } from './dateShape.ts';
import { withoutThousandsSql } from './thousands.ts';
import { inZone, isNamedZone, utcSql } from './zoneSql.ts';

/** A column of a file to read. */
export interface ReadColumn {
  readonly name: string;
  readonly type: string;
  /** The type in which DuckDB's CSV reader makes the value; VARCHAR with `value`. */
  readonly readAs: string;
  /** SQL that makes the value of the text; undefined when the reader makes it. */
  readonly value: SqlText | undefined;
  /** The order of day, month and year, where it was decided. */
  readonly order?: DateOrder;
  /** The times of a named zone among its values, where its clocks may be changed. */
  readonly local?: LocalColumn | undefined;
}

/** Times of a column as the clocks of a zone showed them. */
export interface LocalColumn {
  readonly name: string;
  readonly zone: string;
  /** SQL of the time, NULL for a value that is not a time of the zone. */
  readonly time: SqlText;
}

/** Notation of the values of a file. */
interface ValueForm {
  readonly format: TextFormat;
  /** Order of ambiguous dates. */
  readonly order: DateOrder | undefined;
  /** True when all columns are read as text, from a table of the rows. */
  readonly isLoaded: boolean;
}

/** The SQL of a column of a file that has it. */
export function readColumn(name: string, decided: ColumnType, facts: ColumnFacts, form: ValueForm): ReadColumn {
  const { type, kind } = decided;
  const cell = cellSql(identifier(name), facts, decided, form);
  const isText = kind === 'text';
  const isBare = !form.isLoaded && !facts.hasSpaces;
  const isNative =
    isBare &&
    (isText ||
      kind === 'truth' ||
      kind === 'time' ||
      (kind === 'number' &&
        form.format.thousands === undefined &&
        !facts.has('thousands') &&
        !facts.has('commaOrThousands')) ||
      isNativeDate(decided, facts, form));
  if (isText) return { name, type, readAs: 'VARCHAR', value: cell === identifier(name) ? undefined : cell };
  if (isNative) return { name, type, readAs: type, value: undefined };
  const local = localColumn(name, cell, { decided, facts, form });
  return { name, type, readAs: 'VARCHAR', value: valueSql(cell, decided, facts, form), ...(local && { local }) };
}

/** Undefined for a column without times of a zone whose clocks may be changed. */
function localColumn(
  name: string,
  cell: SqlText,
  { decided: { kind, type }, facts, form }: { decided: ColumnType; facts: ColumnFacts; form: ValueForm },
): LocalColumn | undefined {
  const { zone, dates = '' } = form.format;
  if (zone === undefined || !isNamedZone(zone) || !isTimestamp(type)) return undefined;
  if (kind === 'formatted')
    return dates.includes('%z') ? undefined : { name, zone, time: sql`strptime(${cell}, ${literal(dates)})` };
  const shapes = [...facts.shapes.values()].filter(({ hasZone }) => !hasZone);
  if (kind !== 'date' || !shapes.some(({ hasTime }) => hasTime)) return undefined;
  const isMixed = shapes.length < facts.shapes.size;
  const micros = type === 'TIMESTAMP_NS' ? microsSql(cell) : cell;
  const time = parsedSql(micros, shapes, form.order);
  return { name, zone, time: isMixed ? sql`CASE WHEN ${hasOffsetSql(cell)} THEN NULL ELSE ${time} END` : time };
}

/** The text of a value, NULL for a missing one. */
function cellSql(cell: SqlText, facts: ColumnFacts, { kind }: ColumnType, { format, isLoaded }: ValueForm): SqlText {
  const nulls = format.nulls ?? [];
  const isText = kind === 'text';
  // The reader compares with the spaces around a text.
  const trimmed = isText || !(facts.hasSpaces || isLoaded) ? cell : sql`nullif(trim(${cell}, ' '), '')`;
  if (nulls.length === 0) return trimmed;
  const isNull = sql`${cell} IN ${literalTuple(nulls)} OR trim(${cell}, ' ') IN ${literalTuple(nulls)}`;
  return isText || facts.hasSpaces || isLoaded ? sql`CASE WHEN ${isNull} THEN NULL ELSE ${trimmed} END` : trimmed;
}

const literalTuple = (texts: readonly string[]): SqlText => sql`(${joinSql(texts.map(literal))})`;

function isNativeDate({ kind }: ColumnType, { shapes }: ColumnFacts, { format }: ValueForm): boolean {
  if (kind !== 'date' || format.zone !== undefined) return false;
  return [...shapes.values()].every(({ isIso, hasZone }) => isIso && !hasZone);
}

function valueSql(cell: SqlText, { kind, type }: ColumnType, facts: ColumnFacts, form: ValueForm): SqlText {
  switch (kind) {
    case 'number': {
      const number = withoutThousandsSql(cell, form.format.thousands);
      const hasCommas = facts.has('thousands') || facts.has('commaOrThousands');
      return castSql(hasCommas ? sql`replace(${number}, ',', '')` : sql`(${number})`, type);
    }
    case 'commaNumber': {
      const number = withoutThousandsSql(cell, form.format.thousands);
      return castSql(sql`replace(replace(${number}, '.', ''), ',', '.')`, type);
    }
    case 'date':
      return type === 'TIMESTAMP_NS' ? nanosecondsSql(cell, facts, form) : castSql(dateSql(cell, facts, form), type);
    case 'formatted': {
      const { dates = '' } = form.format;
      const hasOffset = dates.includes('%z');
      const offset = sql`regexp_replace(${cell}, '(Z|UTC|GMT)$', '+00')`;
      const parsed = sql`strptime(${hasOffset ? offset : cell}, ${literal(dates)})`;
      if (typeOfFormat(dates) === 'DATE') return castSql(parsed, type);
      return castSql(hasOffset ? utcSql(parsed) : inZone(parsed, form.format.zone), type);
    }
    default:
      return castSql(sql`(${cell})`, type);
  }
}

/** The value of a date or time of any of the column's shapes; times in UTC. */
function dateSql(cell: SqlText, facts: ColumnFacts, { format, order }: ValueForm): SqlText {
  const shapes = [...facts.shapes.values()];
  const zoned = shapes.filter(({ hasZone }) => hasZone);
  const local = shapes.filter(({ hasZone }) => !hasZone);
  const hasTime = local.some((shape) => shape.hasTime);
  const localSql = (): SqlText =>
    hasTime ? inZone(parsedSql(cell, local, order), format.zone) : parsedSql(cell, local, order);
  const zonedSql = (): SqlText =>
    utcSql(atDayEnds(offsetSql(cell), zoned, (text) => sql`strptime(${text}, ${formatsOf(zoned, order)})`));
  if (zoned.length === 0) return localSql();
  if (local.length === 0) return zonedSql();
  return sql`CASE WHEN ${hasOffsetSql(cell)} THEN ${zonedSql()} ELSE ${localSql()} END`;
}

/** True for a time with a zone of its own. */
const hasOffsetSql = (cell: SqlText): SqlText => sql`regexp_matches(${cell}, ':.*([Zz]|UTC|GMT|[-+][0-9:]+)$')`;

/** A time without the digits of its second below the microsecond. */
const microsSql = (cell: SqlText): SqlText => sql`regexp_replace(${cell}, '([.]\\d{6})\\d+', '\\1')`;

/** A time with the digits of its second below the microsecond, which no time with a zone has. */
function nanosecondsSql(cell: SqlText, facts: ColumnFacts, form: ValueForm): SqlText {
  const rest = sql`rpad(regexp_extract(${cell}, '[.]\\d{6}(\\d+)', 1), 3, '0')`;
  const time = dateSql(microsSql(cell), facts, form);
  return sql`make_timestamp_ns(epoch_us((${time})::TIMESTAMP) * 1000 + (${rest})::BIGINT)`;
}

function parsedSql(cell: SqlText, shapes: readonly DateShape[], order: DateOrder | undefined): SqlText {
  // The cast reads the hour 24.
  if (shapes.every(({ isIso }) => isIso)) return sql`(${cell})::TIMESTAMP`;
  const others = shapes.filter(({ isIso }) => !isIso);
  const parsed = atDayEnds(cell, others, (text) => sql`strptime(${text}, ${formatsOf(others, order)})`);
  return others.length === shapes.length ? parsed : sql`coalesce(try_cast(${cell} AS TIMESTAMP), ${parsed})`;
}

/** Parses the hour 24, the end of a day, as the start of the next. */
function atDayEnds(cell: SqlText, shapes: readonly DateShape[], parsed: (text: SqlText) => SqlText): SqlText {
  if (!shapes.some(({ hasDayEnd }) => hasDayEnd)) return parsed(cell);
  const start = sql`regexp_replace(${cell}, '([T ])24([:.])00', '\\100\\200')`;
  const isEnd = sql`regexp_matches(${cell}, '[T ]24[:.]00')`;
  return sql`CASE WHEN ${isEnd} THEN ${parsed(start)} + INTERVAL 1 DAY ELSE ${parsed(cell)} END`;
}

function formatsOf(shapes: readonly DateShape[], order: DateOrder | undefined): SqlText {
  const formats = shapes.map((shape) =>
    shape.formatIn(order !== undefined && shape.hasOrder ? order : (shape.possible[0] ?? 'year-first')),
  );
  return literalList([...new Set(formats)]);
}

/** A text with the offset from UTC in place of a name for UTC. */
const offsetSql = (cell: SqlText): SqlText => sql`regexp_replace(${cell}, ' ?([Zz]|UTC|GMT)$', '+00')`;
