/** Facts about the values of cells in several columns: one statement aggregates each column, and the parts are joined. */
import { type Connection } from '../../duckdb/connection.ts';
import { joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { decimalOf, integerOf } from '../../base/typeClass.ts';
import { type CellFacts } from '../../protocol/tableViews.ts';
import { compareDecimals, sumOfDecimals } from './decimals.ts';
import { type Relation, type RelationColumn } from './relation.ts';
import { kindOf, microsecondsSql, type ValueKind } from './valueKind.ts';

/** The cells of some columns, in the rows of a condition. */
interface CellScope {
  readonly relation: Relation;
  /** WHERE with the condition; empty for all rows. */
  readonly where: SqlText;
  readonly columns: readonly RelationColumn[];
}

/** Aggregates of a column as texts; null for those of no value, and of another kind of column. */
interface ColumnFacts {
  /** True for numbers whose sum is exact. */
  readonly isExact: boolean;
  readonly kind: ValueKind;
  /** Values, and those of them that are finite numbers or times. */
  readonly present: number;
  readonly finite: number;
  readonly sum: string | null;
  readonly low: string | null;
  readonly high: string | null;
  /** Ends of times in microseconds since 1970 UTC. */
  readonly lowUs: string | null;
  readonly highUs: string | null;
}

/** Significant digits that every double holds. */
const doubleDigits = 15;

/** Number of aggregates of each column. */
const factCount = 7;

/** Returns facts about cells. Fails as a query. */
export async function factsOfCells(connection: Connection, scope: CellScope): Promise<CellFacts> {
  const { relation, where, columns } = scope;
  const aggregates = [sql`count(*)`, ...columns.flatMap(aggregatesOf)].map((value) => sql`CAST(${value} AS VARCHAR)`);
  const found = await connection.textColumns(sql`SELECT ${joinSql(aggregates)} FROM ${relation.from}${where}`);
  const [rows = null, ...values] = found.map(([value = null]) => value);
  const facts = columns.map((column, index) =>
    factsOf(column, values.slice(index * factCount, (index + 1) * factCount)),
  );
  return joined(Number(rows ?? 0) * columns.length, facts);
}

function aggregatesOf(column: RelationColumn): readonly SqlText[] {
  const { value } = column;
  const none = sql`NULL`;
  const present = sql`count(${value})`;
  const kind = kindOf(column);
  if (kind === 'other') return [present, sql`0`, none, none, none, none, none];
  if (kind === 'number') {
    if (isExact(column))
      return [present, present, sql`sum(${value})`, sql`min(${value})`, sql`max(${value})`, none, none];
    const x = sql`CAST(${value} AS DOUBLE)`;
    const finite = sql`FILTER (WHERE isfinite(${x}))`;
    const ends = [sql`min(${value}) ${finite}`, sql`max(${value}) ${finite}`];
    return [present, sql`count(${x}) ${finite}`, sql`fsum(${x}) ${finite}`, ...ends, none, none];
  }
  const us = microsecondsSql(value, kind);
  const [lowUs, highUs] = [sql`min(${us})`, sql`max(${us})`];
  const ends =
    kind === 'seconds'
      ? [sql`make_timestamp(${lowUs})`, sql`make_timestamp(${highUs})`]
      : [sql`min(${value}) FILTER (WHERE isfinite(${value}))`, sql`max(${value}) FILTER (WHERE isfinite(${value}))`];
  return [present, sql`count(${us})`, none, ...ends, lowUs, highUs];
}

/** True for a type whose sums DuckDB computes exactly, however many rows there are. */
function isExact({ type }: RelationColumn): boolean {
  const { bits = Infinity } = integerOf(type) ?? {};
  const { width = Infinity } = decimalOf(type) ?? {};
  return bits <= 64 || width <= 18;
}

function factsOf(column: RelationColumn, values: readonly (string | null)[]): ColumnFacts {
  const [present, finite, sum = null, low = null, high = null, lowUs = null, highUs = null] = values;
  const counts = { present: Number(present ?? 0), finite: Number(finite ?? 0) };
  return { kind: kindOf(column), isExact: isExact(column), ...counts, sum, low, high, lowUs, highUs };
}

function joined(cells: number, facts: readonly ColumnFacts[]): CellFacts {
  const numbers = numbersOf(facts.filter(({ kind, finite }) => kind === 'number' && finite > 0));
  const times = timesOf(facts.filter(({ kind, finite }) => (kind === 'time' || kind === 'seconds') && finite > 0));
  return {
    cells,
    missing: cells - total(facts, ({ present }) => present),
    ...(numbers && { numbers }),
    ...(times && { times }),
    notFinite: total(facts, ({ kind, present, finite }) => (kind === 'other' ? 0 : present - finite)),
  };
}

function numbersOf(facts: readonly ColumnFacts[]): CellFacts['numbers'] {
  const [first] = facts;
  if (first === undefined) return undefined;
  const isAllExact = facts.every((each) => each.isExact);
  const count = total(facts, ({ finite }) => finite);
  const sums = facts.map(({ sum }) => sum ?? '0');
  const sum = isAllExact ? sumOfDecimals(sums) : doubleText(sums.reduce((all, each) => all + doubleOf(each), 0));
  const compare = isAllExact ? compareDecimals : (a: string, b: string): number => Number(a) - Number(b);
  const ends = (texts: readonly (string | null)[]): readonly string[] =>
    texts.filter((text) => text !== null).sort(compare);
  return {
    ...{ count, sum, mean: doubleText(Number(sum) / count) },
    min: ends(facts.map(({ low }) => low))[0] ?? '',
    max: ends(facts.map(({ high }) => high)).at(-1) ?? '',
  };
}

/** A number as DuckDB writes it; a sum of large numbers may be infinite. */
function doubleOf(text: string): number {
  return Number(text.replace('inf', 'Infinity'));
}

/** A double with the digits of which it is sure. */
function doubleText(number: number): string {
  return String(Number(number.toPrecision(doubleDigits)));
}

function timesOf(facts: readonly ColumnFacts[]): CellFacts['times'] {
  const us = (text: string | null): bigint => BigInt(text ?? 0);
  const order = (a: string | null, b: string | null): number => Number(us(a) - us(b));
  const first = [...facts].sort((a, b) => order(a.lowUs, b.lowUs))[0];
  const last = [...facts].sort((a, b) => order(a.highUs, b.highUs)).at(-1);
  if (first === undefined || last === undefined) return undefined;
  return {
    count: total(facts, ({ finite }) => finite),
    ...{ first: first.low ?? '', last: last.high ?? '' },
    spanSeconds: Number(us(last.highUs) - us(first.lowUs)) / 1e6,
  };
}

function total(facts: readonly ColumnFacts[], of: (facts: ColumnFacts) => number): number {
  return facts.reduce((sum, each) => sum + of(each), 0);
}
