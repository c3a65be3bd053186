import { identifier, joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type Pond } from '../../pond/types.ts';
import { type ConflictRow } from '../../protocol/rowMerge.ts';
import { type QueryEngine } from '../engine.ts';
import { columnOf, mergedRowsSql, mergedSql, type MergedTables } from './mergeSql.ts';
import { type LineChange } from './mergedText.ts';

type Row = readonly (string | null)[];

/** Numbers of rows by what the merge makes of them. */
interface MergeCounts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly open: number;
}

/** Rows that are read together. */
const windowRows = 8192;

/** Merges two edits of one table. All calls fail as a query. */
export class RowMerge {
  readonly #engine: QueryEngine;
  readonly #pond: Pond;
  readonly #tables: MergedTables;
  readonly #signal: AbortSignal;

  constructor(engine: QueryEngine, { pond, tables }: { pond: Pond; tables: MergedTables }, signal: AbortSignal) {
    this.#engine = engine;
    this.#pond = pond;
    this.#tables = tables;
    this.#signal = signal;
  }

  /** Number of rows, over the three tables, whose key another row of their table has too. */
  async duplicates(): Promise<number> {
    const { base, ours, theirs, keys, columns } = this.#tables;
    const names = joinSql(keys.map((index) => identifier(columns[index]?.name ?? '')));
    const extra = (table: SqlText): SqlText =>
      sql`(SELECT count(*) FROM ${table}) - (SELECT count(*) FROM (SELECT DISTINCT ${names} FROM ${table}))`;
    for await (const [count] of this.#rows(sql`SELECT ${joinSql([base, ours, theirs].map(extra), sql` + `)}`))
      return Number(count);
    return 0;
  }

  async counts(): Promise<MergeCounts> {
    const taken = sql`outcome IN ('theirs', 'cells')`;
    const numbers = [
      sql`count(*) FILTER (${taken} AND in_o IS NULL)`,
      sql`count(*) FILTER (${taken} AND in_t IS NULL)`,
      sql`count(*) FILTER (${taken} AND in_o AND in_t)`,
      sql`count(*) FILTER (outcome = 'open')`,
    ];
    for await (const row of this.#rows(sql`SELECT ${joinSql(numbers)} FROM ${mergedSql(this.#tables)}`)) {
      const [added = 0, removed = 0, changed = 0, open = 0] = row.map(Number);
      return { added, removed, changed, open };
    }
    return { added: 0, removed: 0, changed: 0, open: 0 };
  }

  /** The first rows that both sides changed without a choice, in the order of the merged table. */
  async open(limit: number): Promise<readonly ConflictRow[]> {
    const { columns, keys } = this.#tables;
    const values = (side: 'b' | 'o' | 't'): readonly SqlText[] => columns.map((_, index) => columnOf(side, index));
    const list = [
      ...[...keys.map((_, at) => sql`k${at}`), ...values('b'), ...values('o'), ...values('t')],
      ...[sql`in_b`, sql`in_o`, sql`in_t`],
    ];
    const order = sql`ORDER BY anchor, o_at NULLS LAST, t_at LIMIT ${limit}`;
    const found: ConflictRow[] = [];
    const query = sql`SELECT ${joinSql(list)} FROM ${mergedSql(this.#tables)} WHERE outcome = 'open' ${order}`;
    for await (const row of this.#rows(query)) {
      const width = columns.length;
      const side = (at: number): Row | null => {
        const start = keys.length + at * width;
        return row[keys.length + 3 * width + at] === null ? null : row.slice(start, start + width);
      };
      found.push({ key: row.slice(0, keys.length), base: side(0), ours: side(1), theirs: side(2) });
    }
    return found;
  }

  /** The rows that the merged table does not have from ours as they are. */
  async lineChanges(): Promise<readonly LineChange[]> {
    const list = sql`outcome, o_at, t_at, anchor, cells`;
    const where = sql`WHERE outcome IN ('theirs', 'cells') ORDER BY anchor, t_at`;
    const changes: LineChange[] = [];
    const numberOf = (text: string | null | undefined): number | undefined => (text ? Number(text) : undefined);
    for await (const row of this.#rows(sql`SELECT ${list} FROM ${mergedSql(this.#tables)} ${where}`)) {
      const [outcome, ours, theirs, anchor, cells] = row;
      changes.push({
        outcome: outcome === 'cells' ? 'cells' : 'theirs',
        ...{ ours: numberOf(ours), theirs: numberOf(theirs), anchor: Number(anchor) },
        columns: new Set((cells ?? '').split(',').flatMap((text) => (text === '' ? [] : [Number(text)]))),
      });
    }
    return changes;
  }

  /** The bytes of the merged table as a file of a format. */
  async *content(format: 'parquet' | 'arrow'): AsyncIterable<Uint8Array> {
    const request = { sql: mergedRowsSql(this.#tables) };
    const { resultId } = await this.#engine.run(this.#pond, request, this.#signal);
    try {
      yield* this.#engine.content(resultId, format);
    } finally {
      await this.#engine.release(resultId);
    }
  }

  async *#rows(query: SqlText): AsyncIterable<Row> {
    const { resultId, rowCount } = await this.#engine.run(this.#pond, { sql: query }, this.#signal);
    try {
      for (let start = 0; start < rowCount; start += windowRows) {
        const { columns } = await this.#engine.rows(resultId, start, windowRows);
        for (let row = 0; row < (columns[0]?.length ?? 0); row += 1) yield columns.map((column) => column[row] ?? null);
      }
    } finally {
      await this.#engine.release(resultId);
    }
  }
}
