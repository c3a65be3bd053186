/** Differences between the rows of two tables, found by the engine: nothing but counts and a few rows leaves it. */
import { assert } from '../../base/assert.ts';
import { identifier, joinSql, sql, type SqlText } from '../../duckdb/sql.ts';
import { type DifferentRow, type RowDiffInfo } from '../../protocol/rowDiff.ts';
import { type DiffCounts } from '../../protocol/tableDiff.ts';
import { type KeyedCounts } from '../../sandbox/tableTypes.ts';
import { type QueryEngine } from '../engine.ts';
import { type BegunQuery } from '../keptResult.ts';
import { type ComparedColumns } from './comparedColumns.ts';
import {
  type ComparedTables,
  type TableComparison,
  isOneType,
  openComparison,
  readRows,
  type TextRow,
} from './tableComparison.ts';
import {
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
import { keyRanges, rowsInOrder } from './keyRanges.ts';

/** Numbers of rows, and of changed values by column, with the first rows that differ. */
type RowDifferences = Pick<
  RowDiffInfo,
  'rowsBefore' | 'rowsAfter' | 'added' | 'removed' | 'changed' | 'changedValues' | 'rows'
>;

/** Differences of two tables as a result, whose columns are those of the statement. */
export interface OpenedDifferences extends DifferencesSql {
  readonly opened: BegunQuery;
  /** Numbers of differences; undefined while rows are kept of which none is to be verified. */
  readonly counts: DiffCounts | undefined;
}

/**
 * Rows of tables that are joined at once: the first page is shown after a join of few rows, and sorting all rows with all of
 * their values takes more memory than sorting those that differ. Each join costs about 15 ms.
 */
const comparedRowsMax = 4_000_000;
const allRowsMax = 1_000_000;

/** Compares two tables. All calls fail as a query. */
export class RowDiff {
  readonly #comparison: TableComparison;

  private constructor(comparison: TableComparison) {
    this.#comparison = comparison;
  }

  /** Finds the columns of two tables. */
  static async open(engine: QueryEngine, tables: ComparedTables, signal: AbortSignal | undefined): Promise<RowDiff> {
    return new RowDiff(await openComparison(engine, tables, signal));
  }

  get columns(): ComparedColumns {
    return this.#comparison.sides.columns;
  }

  /** True for each key whose values all differ among the first rows of each table, which are read alone. */
  async differAtFirst(keys: readonly (readonly string[])[]): Promise<readonly boolean[]> {
    const [row = []] = await readRows(this.#comparison, differAtFirstSql(this.#comparison.sides, keys));
    return row.map((text) => text === 'true');
  }

  /** Measures both tables and a key, in one scan of each; without columns, their numbers of rows alone. */
  async profile(key: readonly string[]): Promise<KeyProfile> {
    const ordered = await rowsInOrder(this.#comparison, key);
    if (ordered !== undefined) return { key, ...ordered, mayBeKey: true, hashes: undefined };
    return readProfile(key, (await readRows(this.#comparison, profileSql(this.#comparison.sides, key)))[0]);
  }

  /** Number of rows, over both tables, whose key another row of the same table has too; 0 for a key. */
  async duplicates(key: readonly string[]): Promise<number> {
    const names = joinSql(key.map(identifier));
    const extra = (table: SqlText): SqlText =>
      sql`(SELECT count(*) FROM ${table}) - (SELECT count(*) FROM (SELECT DISTINCT ${names} FROM ${table}))`;
    const [row] = await readRows(
      this.#comparison,
      sql`SELECT ${extra(this.#comparison.sides.before)} + ${extra(this.#comparison.sides.after)}`,
    );
    return Number(row?.[0]);
  }

  /**
   * Keeps the differences by a key, in its order; undefined when rows of both tables are not matched one to one. With
   * `isAll`, equal rows are among them, and are kept after this returned. The result is to be released.
   */
  async openByKey(profile: KeyProfile, isAll: boolean): Promise<OpenedDifferences | undefined> {
    const { key } = profile;
    const keys = this.#indexes(key);
    if (profile.hashes === undefined) return await this.#openInOrder(profile, isAll);
    if (!isAll && isOneType(this.#comparison, key)) {
      const found = differencesSql(this.#comparison.sides, keys, undefined);
      const opened = await this.#begin(found);
      const { counts, repeated, hashes } = await this.#count(found, opened);
      // Equal hashes on both sides: each key has as many rows in one table as in the other, or its rows were counted.
      if (repeated === 0 && hashes === profile.hashes) return { ...found, opened, counts };
      await this.#comparison.engine.release(opened.resultId);
      return undefined;
    }
    // Hashes of equal values of two types differ, and those of all rows would be known too late.
    const counted = await this.#countByKey(profile);
    if (counted === undefined) return undefined;
    if (!isAll) return await this.#open(differencesSql(this.#comparison.sides, keys, undefined));
    const { added, removed, changed, changedValues } = counted;
    const numbers = new Map(changedValues.map(({ column, count }) => [column, count]));
    const found = differencesSql(this.#comparison.sides, keys, new Set(numbers.keys()));
    const values = found.columns.map(({ name }) => numbers.get(name) ?? 0);
    return { ...found, opened: await this.#begin(found), counts: { added, removed, changed, values } };
  }

  /** Keeps the differences by a key that is proved; the first of them are there after this returned. */
  async #openInOrder(profile: KeyProfile, isAll: boolean): Promise<OpenedDifferences> {
    const keys = this.#indexes(profile.key);
    const columns = isAll ? new Set(this.columns.shared.map(({ name }) => name)) : undefined;
    const parts = await keyRanges(this.#comparison, profile, isAll ? allRowsMax : comparedRowsMax);
    const [first, ...following] = parts.map((part) =>
      differencesSql({ ...this.#comparison.sides, ...part }, keys, columns),
    );
    assert(first !== undefined, () => 'there is at least one range');
    const opened = await this.#begin(first, following);
    const found = differencesSql(this.#comparison.sides, keys, columns);
    const counts = opened.rowCount === undefined ? undefined : (await this.#count(found, opened)).counts;
    return { ...found, opened, counts };
  }

  /** Keeps the differences of whole rows, as `openByKey`. */
  async openByRow(isAll: boolean): Promise<OpenedDifferences> {
    const found = rowDifferencesSql(this.#comparison.sides, isAll);
    return isAll ? { ...found, opened: await this.#begin(found), counts: undefined } : await this.#open(found);
  }

  /** Keeps differences, and counts them. */
  async #open(found: DifferencesSql): Promise<OpenedDifferences> {
    const opened = await this.#begin(found);
    const { counts } = await this.#count(found, opened);
    return { ...found, opened, counts };
  }

  /** Counts differences once all are kept; a failure releases them. */
  async #count({ columns }: DifferencesSql, { resultId }: BegunQuery): Promise<KeyedCounts> {
    const { engine, signal } = this.#comparison;
    try {
      return await engine.onResult(resultId, ({ worker, result }) =>
        worker.request('diffCounts', { result, columns: columns.length }, signal),
      );
    } catch (error) {
      await engine.release(resultId);
      throw error;
    }
  }

  #begin({ statement }: DifferencesSql, following: readonly DifferencesSql[] = []): Promise<BegunQuery> {
    const { engine, tables, signal } = this.#comparison;
    const chain = { sql: statement, following: following.map((next) => next.statement) };
    return engine.begin(tables.pond, chain, signal);
  }

  /**
   * Differences of rows that have the key's values in common, or of whole rows without columns in the key. Undefined when
   * rows are not matched one to one.
   */
  async differences(profile: KeyProfile, limit: number): Promise<RowDifferences | undefined> {
    if (profile.key.length === 0) return await this.#differencesByRow(limit);
    const counts = await this.#countByKey(profile);
    if (counts === undefined) return undefined;
    const { shared } = this.columns;
    const keys = this.#indexes(profile.key);
    const order = joinSql(keys.map((index) => sql`coalesce(b${index}, a${index})`));
    const wanted = isDifferent(this.columns, keys);
    const ordered = sql`SELECT ${rowList(shared.length)} FROM ${this.#joined(keys)} WHERE ${wanted} ORDER BY ${order} LIMIT ${limit}`;
    const isEmpty = counts.added + counts.removed + counts.changed === 0 || limit === 0;
    const rows = isEmpty ? [] : await readRows(this.#comparison, ordered, limit);
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
    const [found = []] = await readRows(this.#comparison, sql`SELECT ${joinSql(counts)} FROM (${pairs})`);
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
    return joinedSql({ ...this.#comparison.sides, columns: { ...this.columns, added: [], removed: [] } }, keys);
  }

  /** Differences of whole rows: those that one table has more often than the other. */
  async #differencesByRow(limit: number): Promise<RowDifferences> {
    const [before, after] = [sideSql(this.#comparison.sides, 'b', false), sideSql(this.#comparison.sides, 'a', false)];
    const removed = sql`((${before}) EXCEPT ALL (${after}))`;
    const added = sql`((${after}) EXCEPT ALL (${before}))`;
    const count = (rows: SqlText): SqlText => sql`(SELECT count(*) FROM ${rows})`;
    const counts = [count(sql`(${before})`), count(sql`(${after})`), count(added), count(removed)];
    const [found = []] = await readRows(this.#comparison, sql`SELECT ${joinSql(counts)}`);
    const [rowsBefore = 0, rowsAfter = 0, addedRows = 0, removedRows = 0] = found.map(Number);
    const rowsOf = async (rows: SqlText, kind: 'added' | 'removed'): Promise<readonly DifferentRow[]> => {
      const texts = await readRows(this.#comparison, sql`SELECT * FROM ${rows} ORDER BY ALL LIMIT ${limit}`, limit);
      return texts.map((row) =>
        kind === 'added' ? { kind, before: null, after: row } : { kind, before: row, after: null },
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
}

/** The columns of a row of both tables: which side has it, the values before, the values after. */
function rowList(count: number): SqlText {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const values = [...indexes.map((index) => sql`b${index}`), ...indexes.map((index) => sql`a${index}`)];
  const kind = sql`CASE WHEN in_before IS NULL THEN 'added' WHEN in_after IS NULL THEN 'removed' ELSE 'changed' END`;
  return joinSql([kind, ...values]);
}

function differentRow([kind, ...values]: TextRow, count: number): DifferentRow {
  const [before, after] = [values.slice(0, count), values.slice(count)];
  if (kind === 'added') return { kind, before: null, after };
  if (kind === 'removed') return { kind, before, after: null };
  return { kind: 'changed', before, after };
}
