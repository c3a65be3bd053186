/** Differences between the rows of two tables, found by the engine: nothing but counts and a few rows leaves it. */
import { identifier, joinSql, sql, type SqlText } from '../duckdb/sql.ts';
import { type Pond } from '../pond/types.ts';
import { type Column } from '../sandbox/types.ts';
import { type QueryEngine } from './engine.ts';

/** A table as a name in a query: a path, with a version where it differs from that of the query. */
export interface ComparedTables {
  readonly pond: Pond;
  readonly before: string;
  readonly after: string;
  /** Version of names without one; the working tree when undefined. */
  readonly at: string | undefined;
}

/** A column of both tables. */
interface SharedColumn {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** Columns of two tables, matched by name in any case of its letters. */
export interface ComparedColumns {
  readonly shared: readonly SharedColumn[];
  readonly added: readonly Column[];
  readonly removed: readonly Column[];
}

/** A row that differs: values as text, in the order of the columns it is about. */
interface DifferentRow {
  readonly kind: 'added' | 'removed' | 'changed';
  /** Values before and after, of the shared columns; null for NULL, and all null on the side without the row. */
  readonly before: readonly (string | null)[];
  readonly after: readonly (string | null)[];
}

/** Numbers of rows, and of changed values by column. */
interface RowDifferences {
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly changedValues: readonly { readonly column: string; readonly count: number }[];
  /** The first of them, in the order of the key. */
  readonly rows: readonly DifferentRow[];
}

/** Compares two tables. All calls fail as a query. */
export class RowDiff {
  readonly #engine: QueryEngine;
  readonly #tables: ComparedTables;
  readonly #signal: AbortSignal | undefined;

  constructor(engine: QueryEngine, tables: ComparedTables, signal?: AbortSignal) {
    this.#engine = engine;
    this.#tables = tables;
    this.#signal = signal;
  }

  async columns(): Promise<ComparedColumns> {
    const before = await this.#columnsOf(this.#tables.before);
    const after = await this.#columnsOf(this.#tables.after);
    const [old, now] = [byName(before), byName(after)];
    return {
      shared: before.flatMap(({ name, type }) => {
        const other = now.get(name.toLowerCase());
        return other === undefined ? [] : [{ name, before: type, after: other.type }];
      }),
      added: after.filter(({ name }) => !old.has(name.toLowerCase())),
      removed: before.filter(({ name }) => !now.has(name.toLowerCase())),
    };
  }

  /** Number of rows, over both tables, whose key another row of the same table has too; 0 for a key. */
  async duplicates(key: readonly string[]): Promise<number> {
    const names = joinSql(key.map(identifier));
    const extra = (table: string): SqlText =>
      sql`(SELECT count(*) FROM ${identifier(table)}) - (SELECT count(*) FROM (SELECT DISTINCT ${names} FROM ${identifier(table)}))`;
    const { before, after } = this.#tables;
    const [row] = await this.#rows(sql`SELECT ${extra(before)} + ${extra(after)}`, 1);
    return Number(row?.[0]);
  }

  /**
   * Differences of rows that have the key's values in common; `key` has at least one column, and no row shares it with
   * another of its table.
   */
  async byKey({ shared }: ComparedColumns, key: readonly string[], limit: number): Promise<RowDifferences> {
    const keys = key.map((name) => shared.findIndex((column) => column.name === name));
    const joined = this.#joined(shared, keys);
    const differ = shared.map((_, index) => differs(index));
    const changed = sql`in_before AND in_after AND (${joinSql(differ.length === 0 ? [sql`false`] : differ, sql` OR `)})`;
    const counts = [
      sql`count(in_before)`,
      sql`count(in_after)`,
      sql`count(*) FILTER (in_before IS NULL)`,
      sql`count(*) FILTER (in_after IS NULL)`,
      sql`count(*) FILTER (${changed})`,
      ...differ.map((value) => sql`count(*) FILTER (in_before AND in_after AND ${value})`),
    ];
    const [found = []] = await this.#rows(sql`SELECT ${joinSql(counts)} FROM ${joined}`, 1);
    const [rowsBefore, rowsAfter, added, removed, changedRows, ...values] = found.map(Number);
    const total = added! + removed! + changedRows!;
    const order = joinSql(keys.map((index) => sql`coalesce(b${index}, a${index})`));
    const wanted = sql`in_before IS NULL OR in_after IS NULL OR ${changed}`;
    const ordered = sql`SELECT ${rowList(shared.length)} FROM ${joined} WHERE ${wanted} ORDER BY ${order} LIMIT ${limit}`;
    const rows = total === 0 || limit === 0 ? [] : await this.#rows(ordered, limit);
    return {
      ...{ rowsBefore: rowsBefore!, rowsAfter: rowsAfter!, added: added!, removed: removed!, changed: changedRows! },
      changedValues: shared.flatMap(({ name }, index) => {
        const count = values[index]!;
        return count === 0 ? [] : [{ column: name, count }];
      }),
      rows: rows.map((row) => differentRow(row, shared.length)),
    };
  }

  /** Differences of whole rows: those that one table has more often than the other. */
  async byRow({ shared }: ComparedColumns, limit: number): Promise<RowDifferences> {
    const values = (side: 'b' | 'a', table: string): SqlText => this.#valuesOf(shared, side, table);
    const before = sql`SELECT * FROM (${values('b', this.#tables.before)})`;
    const after = sql`SELECT * FROM (${values('a', this.#tables.after)})`;
    const removed = sql`(${before} EXCEPT ALL ${after})`;
    const added = sql`(${after} EXCEPT ALL ${before})`;
    const count = (rows: SqlText): SqlText => sql`(SELECT count(*) FROM ${rows})`;
    const counts = [count(sql`(${before})`), count(sql`(${after})`), count(added), count(removed)];
    const [found = []] = await this.#rows(sql`SELECT ${joinSql(counts)}`, 1);
    const [rowsBefore, rowsAfter, addedRows, removedRows] = found.map(Number);
    const rowsOf = async (rows: SqlText, kind: 'added' | 'removed'): Promise<readonly DifferentRow[]> => {
      const none = shared.map(() => null);
      const texts = await this.#rows(sql`SELECT * FROM ${rows} ORDER BY ALL LIMIT ${limit}`, limit);
      return texts.map((row) =>
        kind === 'added' ? { kind, before: none, after: row } : { kind, before: row, after: none },
      );
    };
    return {
      ...{ rowsBefore: rowsBefore!, rowsAfter: rowsAfter!, added: addedRows!, removed: removedRows!, changed: 0 },
      changedValues: [],
      rows: [...(await rowsOf(removed, 'removed')), ...(await rowsOf(added, 'added'))].slice(0, limit),
    };
  }

  /** Both tables as one, a row for each key: values `b0`… and `in_before`, `a0`… and `in_after`. */
  #joined(shared: readonly SharedColumn[], keys: readonly number[]): SqlText {
    const { before, after } = this.#tables;
    const left = this.#valuesOf(shared, 'b', before);
    const right = this.#valuesOf(shared, 'a', after);
    const on = joinSql(
      keys.map((index) => sql`b${index} IS NOT DISTINCT FROM a${index}`),
      sql` AND `,
    );
    return sql`(SELECT *, true AS in_before FROM (${left})) FULL JOIN (SELECT *, true AS in_after FROM (${right})) ON ${on}`;
  }

  #valuesOf(shared: readonly SharedColumn[], side: 'b' | 'a', table: string): SqlText {
    const values = shared.map((column, index) => {
      const value = identifier(column.name);
      const name = side === 'b' ? sql`b${index}` : sql`a${index}`;
      return isComparable(column) ? sql`${value} AS ${name}` : sql`${value}::VARCHAR AS ${name}`;
    });
    return sql`SELECT ${joinSql(values)} FROM ${identifier(table)}`;
  }

  async #columnsOf(table: string): Promise<readonly Column[]> {
    const { pond, at } = this.#tables;
    const request = { sql: sql`SELECT * FROM ${identifier(table)} LIMIT 0`, ...(at !== undefined && { at }) };
    const { resultId, columns } = await this.#engine.run(pond, request, this.#signal);
    await this.#engine.release(resultId);
    return columns;
  }

  /** At most `count` rows of a query, as text. */
  async #rows(text: SqlText, count: number): Promise<readonly Row[]> {
    const { pond, at } = this.#tables;
    const request = { sql: text, ...(at !== undefined && { at }) };
    const { resultId } = await this.#engine.run(pond, request, this.#signal);
    try {
      const { columns } = await this.#engine.rows(resultId, 0, count);
      return Array.from({ length: columns[0]?.length ?? 0 }, (_, row) => columns.map((column) => column[row] ?? null));
    } finally {
      await this.#engine.release(resultId);
    }
  }
}

type Row = readonly (string | null)[];

const byName = (columns: readonly Column[]): ReadonlyMap<string, Column> =>
  new Map(columns.map((column) => [column.name.toLowerCase(), column]));

/** True when the values of two types are compared as they are, and not as text. */
function isComparable({ before, after }: SharedColumn): boolean {
  return before === after || (number.test(before) && number.test(after));
}

const number = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/;

const differs = (index: number): SqlText => sql`b${index} IS DISTINCT FROM a${index}`;

/** The columns of a row of both tables: which side has it, the values before, the values after. */
function rowList(count: number): SqlText {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const values = [...indexes.map((index) => sql`b${index}`), ...indexes.map((index) => sql`a${index}`)];
  const kind = sql`CASE WHEN in_before IS NULL THEN 'added' WHEN in_after IS NULL THEN 'removed' ELSE 'changed' END`;
  return joinSql([kind, ...values]);
}

function differentRow([kind, ...values]: Row, count: number): DifferentRow {
  const [before, after] = [values.slice(0, count), values.slice(count)];
  return { kind: kind === 'added' || kind === 'removed' ? kind : 'changed', before, after };
}
