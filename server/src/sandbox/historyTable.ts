import { type PlainValue } from './plainValue.ts';
import { type TableSpec, type ViewSpec } from './sources.ts';

/** What a query needs of the pond's own history. */
export interface History {
  readonly views: readonly ViewSpec[];
  readonly tables: readonly HistoryTable[];
  /** Host paths of op-log files that the views read. */
  readonly files: readonly string[];
}

export interface HistoryTable {
  readonly spec: TableSpec;
  /** Rows for it, as columns, some at a time. */
  batches(): AsyncIterable<readonly (readonly PlainValue[])[]>;
}

/** Rows that go to the worker at a time. */
const batchRows = 4096;

/** The view pond.NAME of a query. */
export function view(name: string, select: string): ViewSpec {
  return { sql: `CREATE VIEW pond.${name} AS ${select}`, index: undefined, path: undefined };
}

/** Turns rows into columns, `batchRows` at a time. */
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
