import { identifier, joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type TextScope } from './decoded.ts';
import { type RecordReader } from './records.ts';
import { readRows } from './scanFile.ts';
import { type ScannedFile } from './tables.ts';

/** Rows added at a time. */
const stepRows = 8192;

/**
 * Fills a table of a file's rows as text, for files that DuckDB's CSV reader cannot read as they were scanned: other
 * encodings, headers inside, ragged lines. Holds a few thousand rows in memory.
 */
export async function loadRows(
  scope: TextScope,
  { file, scan }: ScannedFile,
  { table, isShared }: { readonly table: string; readonly isShared: boolean },
): Promise<void> {
  const { columns } = scan.table;
  const declared = columns.map(({ name }) => sql`${identifier(name)} VARCHAR`);
  const kind: SqlText = isShared ? sql`TABLE` : sql`TEMP TABLE`;
  const connection = await scope.connect();
  await connection.run(sql`CREATE OR REPLACE ${kind} ${identifier(table)} (${joinSql(declared)})`);
  const rows = new RowBuffer(columns.length);
  const appender = await connection.appender(table);
  try {
    const take = (record: RecordReader, map: readonly number[]): void => rows.add(record, map);
    const afterChunk = async (): Promise<void> => {
      if (rows.count >= stepRows) await appender.appendColumns(rows.flush());
    };
    await readRows(scope, file, scan.encoding, { take, afterChunk });
    await appender.appendColumns(rows.flush());
  } finally {
    appender.close();
  }
}

/** Rows of text, by column. */
class RowBuffer {
  count = 0;
  #columns: (string | null)[][];

  constructor(width: number) {
    this.#columns = Array.from({ length: width }, () => []);
  }

  add(record: RecordReader, map: readonly number[]): void {
    map.forEach((column, index) => {
      const text = index < record.width ? record.text(index) : '';
      if (text !== '') this.#columns[column]![this.count] = text;
    });
    this.count += 1;
    for (const column of this.#columns) if (column.length < this.count) column.push(null);
  }

  flush(): readonly (readonly (string | null)[])[] {
    const columns = this.#columns;
    this.#columns = columns.map(() => []);
    this.count = 0;
    return columns;
  }
}
