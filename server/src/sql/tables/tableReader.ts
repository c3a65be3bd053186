import { throwIfCancelled } from '../../base/cancelled.ts';
import { type PondError } from '../../base/error.ts';
import { LruCache } from '../../base/lruCache.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { type Database } from '../../duckdb/database.ts';
import { joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type PlotRequest, type PlotResult } from '../../protocol/plots.ts';
import { type TableWindow, type ViewCells } from '../../sandbox/tableTypes.ts';
import {
  type CellFacts,
  type ColumnSummary,
  type FoundAt,
  type FoundCell,
  type MatchCounts,
  type SearchStart,
  type TableMatch,
  type TableView,
} from '../../protocol/tableViews.ts';
import { type Column, type RowWindow } from '../../protocol/results.ts';
import { factsOfCells } from './cellFacts.ts';
import { filtersSql, isNotOfTypeSql, notOfType, valuesOf, whereSql } from './filterSql.ts';
import {
  findRowSql,
  hitColumn,
  hitsSql,
  matchColumns,
  matchCountSql,
  type CellMatches,
  type CellSearch,
} from './findSql.ts';
import { orderBySql, Orders } from './orders.ts';
import { type Extents } from './plotAxis.ts';
import { columnOf, type Relation, type RelationColumn } from './relation.ts';
import { summarize } from './summarize.ts';
import { directRowsMax, isPlain, viewRowsSql } from './viewRows.ts';

/** Axes of plots whose extents are kept. */
const extentsMax = 16;

/** A table that is read: its database, and its rows there. */
interface TableParts {
  readonly database: Database;
  readonly relation: Relation;
  /** Converts an error of DuckDB, as of files that cannot be read. */
  readonly explain: (error: unknown) => PondError;
}

/**
 * Reads views of one table. Nothing is kept but orders of views and extents of axes. Each call has a connection of its
 * own, so calls run at the same time, and the signal of a call interrupts that call alone: it fails `cancelled`.
 */
export class TableReader {
  readonly #parts: TableParts;
  readonly #orders: Orders;
  readonly #extents: Extents = new LruCache({ max: extentsMax });

  constructor(parts: TableParts) {
    this.#parts = parts;
    this.#orders = new Orders(parts.relation);
  }

  get columns(): readonly Column[] {
    return this.#parts.relation.columns.map(({ name, type }) => ({ name, type }));
  }

  /** Rows of a window, fewer at the end of the view. Fails `query-invalid` for unknown columns and unfit values. */
  async rows(view: TableView, window: TableWindow, signal: AbortSignal): Promise<RowWindow> {
    return await this.#connected(view, signal, async (connection) => {
      const { relation } = this.#parts;
      const columns = window.columns?.map((name) => columnOf(relation, name)) ?? relation.columns;
      const values = columns.map((column) => shownSql(column, window.textMax));
      const position = window.positions === true ? sql`CAST(${relation.position} AS VARCHAR)` : sql`NULL`;
      const found = await this.#window(connection, { view, window, values: joinSql([...values, position]) }, signal);
      const shown = { start: window.start, columns: columns.map((_, index) => found[index] ?? []) };
      if (window.positions !== true) return shown;
      return { ...shown, positions: (found[columns.length] ?? []).map(Number) };
    });
  }

  /** Number of rows of a view. */
  async count(view: TableView, signal: AbortSignal): Promise<number> {
    return await this.#connected(view, signal, async (connection) => {
      const { relation } = this.#parts;
      const where = whereSql(filtersSql(relation, view.filters));
      const [row] = await connection.rows(sql`SELECT count(*) FROM ${relation.from}${where}`);
      return Number(row?.[0] ?? 0);
    });
  }

  /** The next cell that matches; undefined when none follows. Fails as `rows`. */
  async find(
    view: TableView,
    { match, start }: { readonly match: TableMatch; readonly start: SearchStart },
    signal: AbortSignal,
  ): Promise<FoundCell | undefined> {
    return await this.#matching(view, { match, signal }, async (connection, matches) => {
      const search: CellSearch = { ...matches, start };
      const [found] = await connection.rows(findRowSql(search));
      const row = found?.[0] ?? null;
      if (row === null) return undefined;
      const [hits = []] = await connection.rows(hitsSql(search, Number(row)));
      const column = matchColumns(matches.relation, match)[hitColumn(start, Number(row), hits) ?? -1];
      return column === undefined ? undefined : { row: Number(row), column: column.name };
    });
  }

  /** Numbers of the cells that match, and of those up to one of them. Fails as `rows`. */
  async countMatches(
    view: TableView,
    { match, at }: { readonly match: TableMatch; readonly at: FoundAt },
    signal: AbortSignal,
  ): Promise<MatchCounts> {
    return await this.#matching(view, { match, signal }, async (connection, matches) => {
      const [row] = await connection.rows(matchCountSql(matches, at));
      return { total: Number(row?.[0] ?? 0), upTo: Number(row?.[1] ?? 0) };
    });
  }

  /** Facts about the values of a column in a view, with its `topMax` most frequent values. */
  async summarize(
    view: TableView,
    { column, topMax }: { readonly column: string; readonly topMax: number },
    signal: AbortSignal,
  ): Promise<ColumnSummary> {
    return await this.#connected(view, signal, async (connection) => {
      const { relation } = this.#parts;
      const where = whereSql(filtersSql(relation, view.filters));
      return await summarize(connection, { relation, where, column: columnOf(relation, column), topMax }, signal);
    });
  }

  /** Facts about cells of a view. Fails as `rows`. */
  async cells(view: TableView, { rows, columns }: ViewCells, signal: AbortSignal): Promise<CellFacts> {
    return await this.#connected(view, signal, async (connection) => {
      const { relation } = this.#parts;
      const order = async (): Promise<SqlText> => (await this.#orders.of(connection, view, signal)).table;
      const condition = await viewRowsSql({ relation, order }, view, rows);
      const found = columns.map((name) => columnOf(relation, name));
      // An interrupt between two statements reaches neither.
      throwIfCancelled(signal, 'the query');
      return await factsOfCells(connection, { relation, where: whereSql(condition), columns: found });
    });
  }

  /** Content of a plot of a view. Fails as `rows`. */
  async plot(view: TableView, request: PlotRequest, signal: AbortSignal): Promise<PlotResult> {
    return await this.#connected(view, signal, async (connection) => {
      const { relation } = this.#parts;
      const { plotTable } = await import('./plotTable.ts');
      const filter = filtersSql(relation, view.filters);
      return await plotTable({ connection, relation, filter, extents: this.#extents }, request, signal);
    });
  }

  /**
   * Passes the statement of all rows of a view, with the given columns, to `work`: its columns have the values as they
   * are. Fails as `rows`.
   */
  async read<T>(
    view: TableView,
    names: readonly string[] | undefined,
    { signal, work }: { readonly signal: AbortSignal; readonly work: ReadView<T> },
  ): Promise<T> {
    return await this.#connected(view, signal, async (connection) => {
      const { relation } = this.#parts;
      const columns = names?.map((name) => columnOf(relation, name)) ?? relation.columns;
      const values = joinSql(columns.map(({ value }) => value));
      const where = whereSql(filtersSql(relation, view.filters));
      const order = view.sort.length === 0 ? sql`` : sql` ORDER BY ${orderBySql(relation, view)}`;
      return await work(connection, sql`SELECT ${values} FROM ${relation.from}${where}${order}`, columns);
    });
  }

  /** Drops what was kept; the table itself stays. */
  async close(): Promise<void> {
    const connection = await this.#parts.database.connect();
    try {
      await this.#orders.close(connection);
    } finally {
      connection.close();
    }
  }

  async #window(
    connection: Connection,
    { view, window: { start, count }, values }: WindowRequest,
    signal: AbortSignal,
  ): Promise<readonly (readonly (string | null)[])[]> {
    const { relation } = this.#parts;
    const { from, position, between } = relation;
    if (isPlain(view)) {
      const where = whereSql(between(start, start + count));
      return await connection.textColumns(sql`SELECT ${values} FROM ${from}${where} ORDER BY ${position}`);
    }
    if (start + count <= directRowsMax) {
      const where = whereSql(filtersSql(relation, view.filters));
      const order = view.sort.length === 0 ? sql`` : sql` ORDER BY ${orderBySql(relation, view)}`;
      const rows = sql`SELECT ${values} FROM ${from}${where}${order} LIMIT ${count} OFFSET ${start}`;
      return await connection.textColumns(rows);
    }
    const { table } = await this.#orders.of(connection, view, signal);
    const ids = sql`SELECT position FROM ${table} WHERE rowid >= ${start} AND rowid < ${start + count} ORDER BY rowid`;
    const positions = (await connection.rows(ids)).map(([value]) => String(value));
    if (positions.length === 0) return [];
    // A list of positions is read faster than a join with them.
    const among = sql`${position} IN (${joinSql(positions.map(BigInt))})`;
    const rows = await connection.textColumns(
      sql`SELECT CAST(${position} AS VARCHAR), ${values} FROM ${from} WHERE ${among}`,
    );
    return inOrder(rows, positions);
  }

  async #matching<T>(
    view: TableView,
    { match, signal }: { readonly match: TableMatch; readonly signal: AbortSignal },
    work: (connection: Connection, matches: CellMatches) => Promise<T>,
  ): Promise<T> {
    const checked = 'kind' in match ? [...view.filters, match] : view.filters;
    return await this.#connected({ ...view, filters: checked }, signal, async (connection) => {
      const order = isPlain(view) ? undefined : await this.#orders.of(connection, view, signal);
      // An interrupt between two statements reaches neither.
      throwIfCancelled(signal, 'the query');
      return await work(connection, { relation: this.#parts.relation, match, ...(order && { order: order.table }) });
    });
  }

  async #connected<T>(view: TableView, signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#parts.database.connect();
    const interrupt = () => connection.interrupt();
    signal.addEventListener('abort', interrupt);
    try {
      // A listener is not called for a signal that was aborted before it was added.
      throwIfCancelled(signal, 'the query');
      await this.#checkValues(connection, view);
      return await work(connection);
    } catch (error) {
      throw this.#parts.explain(error);
    } finally {
      signal.removeEventListener('abort', interrupt);
      connection.close();
    }
  }

  async #checkValues(connection: Connection, view: TableView): Promise<void> {
    const values = valuesOf(this.#parts.relation, view.filters);
    if (values.length === 0) return;
    const [row] = await connection.rows(sql`SELECT ${joinSql(values.map(isNotOfTypeSql))}`);
    const wrong = values.find((_, index) => row?.[index] === true);
    if (wrong !== undefined) throw notOfType(wrong);
  }
}

/** Reads the statement of a view. */
type ReadView<T> = (connection: Connection, statement: SqlText, columns: readonly RelationColumn[]) => Promise<T>;

interface WindowRequest {
  readonly view: TableView;
  readonly window: TableWindow;
  /** The values of the columns, as texts. */
  readonly values: SqlText;
}

/** Text of a value, cut to `textMax` characters. */
function shownSql({ value }: RelationColumn, textMax: number | undefined): SqlText {
  const text = sql`CAST(${value} AS VARCHAR)`;
  if (textMax === undefined) return text;
  return sql`CASE WHEN length(${text}) > ${textMax} THEN left(${text}, ${textMax}) || '…' ELSE ${text} END`;
}

/** Sorts columns of rows, the first with their positions, by a list of positions, and drops the first column. */
function inOrder(
  [found = [], ...columns]: readonly (readonly (string | null)[])[],
  positions: readonly string[],
): readonly (readonly (string | null)[])[] {
  const rowAt = new Map(found.map((position, row) => [position, row]));
  const rows = positions.map((position) => rowAt.get(position)).filter((row) => row !== undefined);
  return columns.map((column) => rows.map((row) => column[row] ?? null));
}
