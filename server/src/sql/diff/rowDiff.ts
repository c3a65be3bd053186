/** Differences between the rows of two tables, found by the engine: nothing but counts and a few rows leaves it. */
import { identifier, joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type Pond } from '../../pond/types.ts';
import { type DiffCounts } from '../../sandbox/tableTypes.ts';
import { type Column } from '../../sandbox/types.ts';
import { type QueryEngine } from '../engine.ts';
import { type BegunQuery } from '../keptResult.ts';
import { queryFromSql } from '../tables/shownSql.ts';
import { type ComparedColumns, compareColumns } from './comparedColumns.ts';
import {
  type ComparedSides,
  type DifferencesSql,
  differencesSql,
  comparedIndexes,
  differs,
  isDifferent,
  joinedSql,
  rowDifferencesSql,
  sideSql,
} from './diffSql.ts';
import { differAtFirstSql, type KeyProfile, profileSql, readProfile } from './keyProfile.ts';

/** A table of a pond, which may be at a version; or a query, whose names have their versions. */
type ComparedTable = { readonly path: string; readonly at?: string } | { readonly sql: string };

/** Two tables to compare. */
interface ComparedTables {
  readonly pond: Pond;
  readonly before: ComparedTable;
  readonly after: ComparedTable;
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

/** Differences of two tables as a result, whose columns are those of the statement. */
export interface OpenedDifferences extends DifferencesSql {
  readonly opened: BegunQuery;
  /** Numbers of differences; undefined for those of whole rows while equal rows are kept with them. */
  readonly counts: Pick<DiffCounts, 'added' | 'removed' | 'changed' | 'values'> | undefined;
}

/** Compares two tables. All calls fail as a query. */
export class RowDiff {
  readonly #engine: QueryEngine;
  readonly #pond: Pond;
  readonly #sides: ComparedSides;
  readonly #signal: AbortSignal | undefined;

  private constructor(
    engine: QueryEngine,
    { pond, sides }: { readonly pond: Pond; readonly sides: ComparedSides },
    signal: AbortSignal | undefined,
  ) {
    this.#engine = engine;
    this.#pond = pond;
    this.#sides = sides;
    this.#signal = signal;
  }

  /** Finds the columns of two tables. */
  static async open(
    engine: QueryEngine,
    { pond, ...tables }: ComparedTables,
    signal: AbortSignal | undefined,
  ): Promise<RowDiff> {
    const [before, after] = [await fromSql(pond, tables.before), await fromSql(pond, tables.after)];
    // Each statement names both tables, so that all of them use one database, which keeps what it read of the files.
    const both = sql`(SELECT * FROM ${before} LIMIT 0) AS b, (SELECT * FROM ${after} LIMIT 0) AS a`;
    const columnsOf = async (side: SqlText): Promise<readonly Column[]> => {
      const { resultId, columns } = await engine.run(pond, { sql: sql`SELECT ${side}.* FROM ${both}` }, signal);
      await engine.release(resultId);
      return columns;
    };
    const columns = compareColumns(await columnsOf(sql`b`), await columnsOf(sql`a`));
    return new RowDiff(engine, { pond, sides: { before, after, columns } }, signal);
  }

  get columns(): ComparedColumns {
    return this.#sides.columns;
  }

  /** True for each key whose values all differ among the first rows of each table, which are read alone. */
  async differAtFirst(keys: readonly (readonly string[])[]): Promise<readonly boolean[]> {
    const [row = []] = await this.#rows(differAtFirstSql(this.#sides, keys), 1);
    return row.map((text) => text === 'true');
  }

  /** Measures both tables and a key, in one scan of each; without columns, their numbers of rows alone. */
  async profile(key: readonly string[]): Promise<KeyProfile> {
    return readProfile(key, (await this.#rows(profileSql(this.#sides, key), 1))[0]);
  }

  /** Number of rows, over both tables, whose key another row of the same table has too; 0 for a key. */
  async duplicates(key: readonly string[]): Promise<number> {
    const names = joinSql(key.map(identifier));
    const extra = (table: SqlText): SqlText =>
      sql`(SELECT count(*) FROM ${table}) - (SELECT count(*) FROM (SELECT DISTINCT ${names} FROM ${table}))`;
    const [row] = await this.#rows(sql`SELECT ${extra(this.#sides.before)} + ${extra(this.#sides.after)}`, 1);
    return Number(row?.[0]);
  }

  /**
   * Keeps the differences by a key, in its order; undefined when rows of both tables are not matched one to one. With
   * `isAll`, equal rows are among them, and are kept after this returned. The result is to be released.
   */
  async openByKey(profile: KeyProfile, isAll: boolean): Promise<OpenedDifferences | undefined> {
    const { key } = profile;
    const isOneType = this.columns.shared.every(({ name, before, after }) => !key.includes(name) || before === after);
    const keys = this.#indexes(key);
    if (!isAll && isOneType) {
      const { counts, ...opened } = await this.#open(differencesSql(this.#sides, keys, undefined));
      // Equal hashes on both sides: each key has as many rows in one table as in the other, or its rows were counted.
      if (counts.repeated === 0 && counts.hashes === profile.hashes) return { ...opened, counts };
      await this.#engine.release(opened.opened.resultId);
      return undefined;
    }
    // Hashes of equal values of two types differ, and those of all rows would be known too late.
    const counted = await this.#countByKey(profile);
    if (counted === undefined) return undefined;
    if (!isAll) return await this.#open(differencesSql(this.#sides, keys, undefined));
    const numbers = new Map(counted.changedValues.map(({ column, count }) => [column, count]));
    const found = differencesSql(this.#sides, keys, new Set(numbers.keys()));
    const values = found.columns.map(({ name }) => numbers.get(name) ?? 0);
    return { ...found, opened: await this.#begin(found), counts: { ...counted, values } };
  }

  /** Keeps the differences of whole rows, as `openByKey`. */
  async openByRow(isAll: boolean): Promise<OpenedDifferences> {
    const found = rowDifferencesSql(this.#sides, isAll);
    return isAll ? { ...found, opened: await this.#begin(found), counts: undefined } : await this.#open(found);
  }

  /** Keeps differences, and counts them. */
  async #open(found: DifferencesSql): Promise<OpenedDifferences & { readonly counts: DiffCounts }> {
    const opened = await this.#begin(found);
    try {
      const counts = await this.#engine.onResult(opened.resultId, ({ worker, result }) =>
        worker.request('diffCounts', { result, columns: found.columns.length }, this.#signal),
      );
      return { ...found, opened, counts };
    } catch (error) {
      await this.#engine.release(opened.resultId);
      throw error;
    }
  }

  #begin({ statement }: DifferencesSql): Promise<BegunQuery> {
    return this.#engine.begin(this.#pond, { sql: statement }, this.#signal);
  }

  /**
   * Differences of rows that have the key's values in common; `key` has at least one column. Undefined when rows are
   * not matched one to one.
   */
  async byKey(profile: KeyProfile, limit: number): Promise<RowDifferences | undefined> {
    const counts = await this.#countByKey(profile);
    if (counts === undefined) return undefined;
    const { shared } = this.columns;
    const keys = this.#indexes(profile.key);
    const order = joinSql(keys.map((index) => sql`coalesce(b${index}, a${index})`));
    const wanted = isDifferent(this.columns, keys);
    const ordered = sql`SELECT ${rowList(shared.length)} FROM ${this.#joined(keys)} WHERE ${wanted} ORDER BY ${order} LIMIT ${limit}`;
    const isEmpty = counts.added + counts.removed + counts.changed === 0 || limit === 0;
    const rows = isEmpty ? [] : await this.#rows(ordered, limit);
    return { ...counts, rows: rows.map((row) => differentRow(row, shared.length)) };
  }

  /** Numbers of differences by a key; undefined when rows are not matched one to one. */
  async #countByKey({ key, rowsBefore, rowsAfter }: KeyProfile): Promise<Omit<RowDifferences, 'rows'> | undefined> {
    const { shared } = this.columns;
    const keys = this.#indexes(key);
    const compared = comparedIndexes(this.columns, keys);
    const values = compared.map((index) => sql`in_before AND in_after AND ${differs(index)} AS d${index}`);
    const pairs = sql`SELECT ${joinSql([sql`in_before`, sql`in_after`, ...values])} FROM ${this.#joined(keys)}`;
    const anyOf =
      compared.length === 0
        ? sql`false`
        : joinSql(
            compared.map((index) => sql`d${index}`),
            sql` OR `,
          );
    const counts = [
      ...[sql`count(in_before)`, sql`count(in_after)`, sql`count(*)`, sql`count(*) FILTER (${anyOf})`],
      ...compared.map((index) => sql`count(*) FILTER (d${index})`),
    ];
    const [found = []] = await this.#rows(sql`SELECT ${joinSql(counts)} FROM (${pairs})`, 1);
    const [inBefore, inAfter, total = 0, changed = 0, ...numbers] = found.map(Number);
    if (inBefore !== rowsBefore || inAfter !== rowsAfter) return undefined;
    return {
      ...{ rowsBefore, rowsAfter, added: total - rowsBefore, removed: total - rowsAfter, changed },
      changedValues: compared.flatMap((index, at) => {
        const count = numbers[at] ?? 0;
        return count === 0 ? [] : [{ column: shared[index]?.name ?? '', count }];
      }),
    };
  }

  /** The shared columns of both tables, a row for each key. */
  #joined(keys: readonly number[]): SqlText {
    return joinedSql({ ...this.#sides, columns: { ...this.columns, added: [], removed: [] } }, keys);
  }

  /** Differences of whole rows: those that one table has more often than the other. */
  async byRow(limit: number): Promise<RowDifferences> {
    const { shared } = this.columns;
    const [before, after] = [sideSql(this.#sides, 'b', false), sideSql(this.#sides, 'a', false)];
    const removed = sql`((${before}) EXCEPT ALL (${after}))`;
    const added = sql`((${after}) EXCEPT ALL (${before}))`;
    const count = (rows: SqlText): SqlText => sql`(SELECT count(*) FROM ${rows})`;
    const counts = [count(sql`(${before})`), count(sql`(${after})`), count(added), count(removed)];
    const [found = []] = await this.#rows(sql`SELECT ${joinSql(counts)}`, 1);
    const [rowsBefore = 0, rowsAfter = 0, addedRows = 0, removedRows = 0] = found.map(Number);
    const rowsOf = async (rows: SqlText, kind: 'added' | 'removed'): Promise<readonly DifferentRow[]> => {
      const none = shared.map(() => null);
      const texts = await this.#rows(sql`SELECT * FROM ${rows} ORDER BY ALL LIMIT ${limit}`, limit);
      return texts.map((row) =>
        kind === 'added' ? { kind, before: none, after: row } : { kind, before: row, after: none },
      );
    };
    return {
      ...{ rowsBefore, rowsAfter, added: addedRows, removed: removedRows, changed: 0 },
      changedValues: [],
      rows: [...(await rowsOf(removed, 'removed')), ...(await rowsOf(added, 'added'))].slice(0, limit),
    };
  }

  #indexes(key: readonly string[]): readonly number[] {
    return key.map((name) => this.columns.shared.findIndex((column) => column.name === name));
  }

  /** At most `count` rows of a query, as text. */
  async #rows(text: SqlText, count: number): Promise<readonly Row[]> {
    const { resultId } = await this.#engine.run(this.#pond, { sql: text }, this.#signal);
    try {
      const { columns } = await this.#engine.rows(resultId, 0, count);
      return Array.from({ length: columns[0]?.length ?? 0 }, (_, row) => columns.map((column) => column[row] ?? null));
    } finally {
      await this.#engine.release(resultId);
    }
  }
}

type Row = readonly (string | null)[];

/** The table as it follows FROM. A version is stated by its number, since a name may not hold each form of one. */
export async function fromSql(pond: Pond, table: ComparedTable): Promise<SqlText> {
  if ('sql' in table) return queryFromSql(table.sql);
  const { path, at } = table;
  if (at === undefined) return identifier(path);
  const { number } = await pond.resolve(at);
  const [, file = path, sheet = ''] = /^(.*?\.xlsx)(#[^/]+)$/is.exec(path) ?? [];
  return identifier(`${file}@${number}${sheet}`);
}

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
