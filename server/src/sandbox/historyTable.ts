import { identifier, sql, type SqlText } from '../duckdb/sql.ts';
import { type PlainValue } from './plainValue.ts';
import { type TableSpec, type ViewSpec } from './sources.ts';

/** The parts of the pond's own history that a query needs. */
export interface History {
  readonly views: readonly ViewSpec[];
  readonly tables: readonly HistoryTable[];
  /** Host paths of op-log files that the views read. */
  readonly files: readonly string[];
}

export interface HistoryTable {
  readonly spec: TableSpec;
  /** Rows for the table, as columns, in batches. */
  batches(): AsyncIterable<readonly (readonly PlainValue[])[]>;
}

/** Rows sent to the worker at a time. */
const batchRows = 4096;

/** The view pond.NAME of a query. */
export function view(name: string, select: SqlText): ViewSpec {
  return { sql: sql`CREATE VIEW pond.${identifier(name)} AS ${select}`, index: undefined, path: undefined };
}

/** Converts rows to columns, `batchRows` at a time. */
export async function* batchesOf(
  rows: AsyncIterable<readonly PlainValue[]> | Iterable<readonly PlainValue[]>,
  spec: TableSpec,
): AsyncIterable<readonly (readonly PlainValue[])[]> {
  const empty = (): PlainValue[][] => spec.columns.map(() => []);
  let columns = empty();
  for await (const row of rows) {
    columns.forEach((column, index) => column.push(row[index] ?? null));
    if ((columns[0]?.length ?? 0) < batchRows) continue;
    yield columns;
    columns = empty();
  }
  if ((columns[0]?.length ?? 0) > 0) yield columns;
}
