/** Prints how the rows of two tables differ. */
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { printable } from '../../server/src/base/printable.ts';
import { type Column, type DifferentRow, type Params, type RowDiffInfo } from '../../server/src/protocol/commands.ts';
import { table, shownValue } from './format.ts';
import { pondPath, keyOf, countOf, show } from './runner.ts';
import { type CommandLine, type Session } from './verb.ts';

/** Rows that are listed unless another number is given. */
const rowsShown = 20;

/** Compares two versions of a table, two tables, or the results of queries. */
export async function diffRows(session: Session): Promise<void> {
  const { line } = session;
  const params = { ...sidesOf(line), ...keyOf(line), limit: countOf(line, rowsShown) };
  const found = await session.call('diffRows', params);
  await show(session, found, textOf(found));
}

type Sides = Omit<Params<'diffRows'>, 'pond' | 'key' | 'limit'>;

/** The tables to compare: a path comes before a query. Fails `usage` unless there is one path, or two paths or queries. */
function sidesOf({ positionals, texts, lists }: CommandLine): Sides {
  const { at, to } = texts;
  const paths = positionals.map(pondPath);
  const queries = (lists['query'] ?? []).map((sql) => ({ sql }));
  const [path, other] = paths;
  if (queries.length === 0 && path !== undefined && paths.length <= 2)
    return {
      path,
      ...(other !== undefined && { other }),
      ...(at !== undefined && { from: at }),
      ...(to !== undefined && { to }),
    };
  const tables = paths.map((each) => ({ path: each, ...(at !== undefined && { at }) }));
  const [before, after, ...more] = [...tables, ...queries];
  const isVersionUsed = to === undefined && (at === undefined || paths.length > 0);
  if (before !== undefined && after !== undefined && more.length === 0 && isVersionUsed) return { before, after };
  const message =
    '--rows needs the path of a table, two paths, a path and a query, or two queries, which state their versions';
  throw new PondError('usage', message, {
    hint: 'Usage: pond diff --rows [--key COLUMN,...] [--query SQL]... [PATH [PATH]]',
  });
}

function textOf(info: RowDiffInfo): string {
  const { key, added, removed, changed, rows } = info;
  const by =
    key.length === 0 ? 'whole rows are compared: no column identifies a row' : `by ${key.map(printable).join(', ')}`;
  const total = added + removed + changed;
  const left = total - rows.length;
  return [
    `+${added} -${removed} ~${changed} of ${info.rowsBefore} and ${info.rowsAfter} rows, ${by}\n`,
    ...columnLines(info),
    rowTable(info),
    ...(left > 0 ? [`… and ${plural(left, 'more row')}: -n shows more\n`] : []),
  ].join('');
}

function columnLines(info: RowDiffInfo): readonly string[] {
  const named = (sign: string, { name, type }: Column): string => `${sign} column ${printable(name)} ${type}\n`;
  return [
    ...info.removedColumns.map((column) => named('-', column)),
    ...info.addedColumns.map((column) => named('+', column)),
    ...info.changedTypes.map(({ column, before, after }) => `~ column ${printable(column)} ${before} → ${after}\n`),
    ...info.changedValues.map(({ column, count }) => `~ ${plural(count, 'value')} of ${printable(column)}\n`),
  ];
}

/** A line for each row: its key, then what is in it, or what changed. */
function rowTable(info: RowDiffInfo): string {
  const keys = info.key.map((name) => info.columns.indexOf(name));
  const lines = info.rows.map((row) => {
    const values = row.after ?? row.before ?? [];
    return [signs[row.kind], ...keys.map((index) => shownValue(values[index])), ...cellsOf(info, keys, row)];
  });
  return table(lines);
}

const signs = { added: '+', removed: '-', changed: '~' } as const;

function cellsOf(
  { columns }: RowDiffInfo,
  keys: readonly number[],
  { before, after }: DifferentRow,
): readonly string[] {
  const cells = columns.flatMap((name, index) => {
    if (keys.includes(index)) return [];
    const [old, now] = [before?.[index], after?.[index]];
    if (before === null || after === null) return [`${printable(name)}=${shownValue(before === null ? now : old)}`];
    return old === now ? [] : [`${printable(name)}: ${shownValue(old)} → ${shownValue(now)}`];
  });
  return [cells.join('  ')];
}
