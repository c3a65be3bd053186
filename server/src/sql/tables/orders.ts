import { throwIfCancelled } from '../../base/cancelled.ts';
import { isPondError } from '../../base/error.ts';
import { LruCache } from '../../base/lruCache.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type TableView } from '../../protocol/tableViews.ts';
import { filtersSql, sortSql, whereSql } from './filterSql.ts';
import { type Relation } from './relation.ts';

/** Maximum number of views of one table whose order is kept: the present one, and the one before. */
const ordersMax = 2;

/** The order of a view: a table of the positions of its rows, whose row ids are the positions in the view. */
interface Order {
  readonly table: SqlText;
  readonly rowCount: number;
}

/** Returns the keys by which a view is sorted, the position last, so that the order of equal rows is always the same. */
export function orderBySql(relation: Relation, view: TableView): SqlText {
  const keys = sortSql(relation, view.sort);
  return keys === '' ? relation.position : sql`${joinSql([keys, relation.position])}`;
}

let lastOrder = 0;

/** Orders of the views of one table: eight bytes for each row of a view, made when something far from its start is read. */
export class Orders {
  readonly #relation: Relation;
  readonly #kept: LruCache<string, Promise<Order>>;
  readonly #evicted: Promise<Order>[] = [];

  constructor(relation: Relation) {
    this.#relation = relation;
    this.#kept = new LruCache({ max: ordersMax, onEvict: (order) => this.#evicted.push(order) });
  }

  /** Returns the order of a view, made once. Fails `cancelled`, and as a query. */
  async of(connection: Connection, view: TableView, signal: AbortSignal): Promise<Order> {
    const key = JSON.stringify([view.sort, view.filters]);
    for (;;) {
      const kept = this.#kept.get(key);
      if (kept === undefined) return await this.#make(key, connection, view);
      try {
        return await kept;
      } catch (error) {
        throwIfCancelled(signal, 'the query');
        // The request that was making it was canceled; this one was not.
        if (!isPondError(error, 'cancelled') && this.#kept.has(key)) throw error;
      }
    }
  }

  /** Drops all orders. */
  async close(connection: Connection): Promise<void> {
    this.#kept.clear();
    await this.#dropEvicted(connection);
  }

  async #make(key: string, connection: Connection, view: TableView): Promise<Order> {
    const made = this.#create(connection, view);
    void this.#kept.set(key, made);
    try {
      return await made;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  async #create(connection: Connection, view: TableView): Promise<Order> {
    await this.#dropEvicted(connection);
    const { from, position } = this.#relation;
    const table = sql`order_${(lastOrder += 1)}`;
    const rows = sql`SELECT ${position} AS position FROM ${from}${whereSql(filtersSql(this.#relation, view.filters))}`;
    await connection.run(sql`CREATE TABLE ${table} AS ${rows} ORDER BY ${orderBySql(this.#relation, view)}`);
    const [row] = await connection.rows(sql`SELECT count(*) FROM ${table}`);
    return { table, rowCount: Number(row?.[0] ?? 0) };
  }

  async #dropEvicted(connection: Connection): Promise<void> {
    for (const evicted of this.#evicted.splice(0)) {
      const order = await evicted.catch(() => undefined);
      if (order !== undefined) await connection.run(sql`DROP TABLE IF EXISTS ${order.table}`);
    }
  }
}
