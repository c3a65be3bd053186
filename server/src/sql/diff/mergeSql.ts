/** SQL that merges two edits of one table: rows `b0`, `b1`, … of the base, `o0`, … of ours, `t0`, … of theirs. */
import { identifier, joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';

/** A choice for a row that both sides changed: true for each column whose value is that of theirs. */
export interface RowChoice {
  /** Values of the key as text; null for NULL. */
  readonly key: readonly (string | null)[];
  readonly theirs: readonly boolean[];
}

/** Three states of a table as they follow FROM, and how they are merged. */
export interface MergedTables {
  readonly base: SqlText;
  readonly ours: SqlText;
  readonly theirs: SqlText;
  /** Names of the columns, which all three have; true for one whose types differ, so that it is compared as text. */
  readonly columns: readonly { readonly name: string; readonly asText: boolean }[];
  /** Indexes of the columns of the key. */
  readonly keys: readonly number[];
  readonly choices: readonly RowChoice[];
  /** For rows that both sides changed without a choice; undefined to leave them. */
  readonly take: 'ours' | 'theirs' | undefined;
}

/**
 * A subquery with a row for each key of the three tables: its values on each side, `in_b`, `in_o` and `in_t` where a side
 * has it; `o_at` and `t_at`, the number of its row in ours and theirs, from 1; `anchor`, the number of the row of ours
 * after which it belongs; `outcome`: `ours`, `theirs`, `cells` or `open`; and `cells`, the columns of theirs as `,0,3,`.
 */
export function mergedSql(tables: MergedTables): SqlText {
  const side = (name: 'b' | 'o' | 't', from: SqlText): SqlText => {
    const values = tables.columns.map((column, index) => sql`${valueOf(column)} AS ${columnOf(name, index)}`);
    const at = name === 'b' ? [] : [sql`row_number() OVER () AS ${name === 'o' ? sql`o_at` : sql`t_at`}`];
    return sql`SELECT ${joinSql([...values, ...at])}, true AS ${present[name]} FROM ${from}`;
  };
  const keyed = (condition: (index: number) => SqlText): SqlText => joinSql(tables.keys.map(condition), sql` AND `);
  const both = sql`SELECT * FROM (${side('b', tables.base)})
    FULL JOIN (${side('t', tables.theirs)}) ON ${keyed((index) => sql`b${index} IS NOT DISTINCT FROM t${index}`)}`;
  const known = (index: number): SqlText => sql`CASE WHEN in_b THEN b${index} ELSE t${index} END`;
  const all = sql`SELECT *, ${joinSql(
    tables.keys.map((index, at) => sql`CASE WHEN in_o THEN o${index} ELSE ${known(index)} END AS k${at}`),
  )} FROM (${both}) FULL JOIN (${side('o', tables.ours)})
    ON ${keyed((index) => sql`${known(index)} IS NOT DISTINCT FROM o${index}`)}`;
  const before = sql`max(o_at) OVER (ORDER BY t_at NULLS LAST ROWS UNBOUNDED PRECEDING)`;
  const anchored = sql`SELECT *, coalesce(o_at, ${before}, 0) AS anchor FROM (${all})`;
  return sql`(SELECT *, ${outcomeSql(tables)} AS outcome, ${cellsSql(tables)} AS cells FROM (${anchored}))`;
}

const present = { b: sql`in_b`, o: sql`in_o`, t: sql`in_t` } as const;

/** The name of a column on a side. */
export const columnOf = (side: 'b' | 'o' | 't', index: number): SqlText => {
  if (side === 'b') return sql`b${index}`;
  return side === 'o' ? sql`o${index}` : sql`t${index}`;
};

function valueOf({ name, asText }: MergedTables['columns'][number]): SqlText {
  return asText ? sql`${identifier(name)}::VARCHAR` : identifier(name);
}

function outcomeSql(tables: MergedTables): SqlText {
  const same = (one: 'b' | 'o' | 't', other: 'b' | 'o' | 't'): SqlText => {
    const values = tables.columns.map(
      (_, index) => sql`${columnOf(one, index)} IS NOT DISTINCT FROM ${columnOf(other, index)}`,
    );
    return sql`(${present[one]} IS NOT DISTINCT FROM ${present[other]} AND ${joinSql(values, sql` AND `)})`;
  };
  const chosen = tables.choices.map((choice) => {
    const [first = false] = choice.theirs;
    const isWhole = choice.theirs.every((one) => one === first);
    const outcome = isWhole ? (first ? sql`'theirs'` : sql`'ours'`) : sql`'cells'`;
    return sql`WHEN ${isChosen(choice)} THEN ${outcome}`;
  });
  const rest = tables.take === undefined ? sql`'open'` : literal(tables.take);
  return sql`CASE WHEN ${same('b', 't')} OR ${same('o', 't')} THEN 'ours' WHEN ${same('b', 'o')} THEN 'theirs'
    ${joinSql(chosen, sql` `)} ELSE ${rest} END`;
}

function cellsSql({ choices }: MergedTables): SqlText {
  if (choices.length === 0) return sql`NULL::VARCHAR`;
  const cases = choices.map((choice) => {
    const columns = choice.theirs.flatMap((isTheirs, index) => (isTheirs ? [`${index},`] : []));
    return sql`WHEN ${isChosen(choice)} THEN ${literal(`,${columns.join('')}`)}`;
  });
  return sql`CASE ${joinSql(cases, sql` `)} END`;
}

function isChosen({ key }: RowChoice): SqlText {
  const values = key.map(
    (text, at) => sql`k${at}::VARCHAR IS NOT DISTINCT FROM ${text === null ? sql`NULL` : literal(text)}`,
  );
  return joinSql(values, sql` AND `);
}

/** The rows of the merged table, in its order; all rows have an outcome. */
export function mergedRowsSql(tables: MergedTables): SqlText {
  const values = tables.columns.map(({ name }, index) => {
    const isTheirs = sql`outcome = 'theirs' OR (outcome = 'cells' AND contains(cells, ${literal(`,${index},`)}))`;
    return sql`CASE WHEN ${isTheirs} THEN t${index} ELSE o${index} END AS ${identifier(name)}`;
  });
  const isKept = sql`CASE WHEN outcome = 'theirs' THEN in_t ELSE in_o END`;
  return sql`SELECT ${joinSql(values)} FROM ${mergedSql(tables)} WHERE ${isKept} ORDER BY anchor, o_at NULLS LAST, t_at`;
}
