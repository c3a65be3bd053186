/** The verb that resolves conflicts: in favor of the staged side, or by the rows of a table. */
import { plural } from '../../server/src/base/plural.ts';
import { PondError } from '../../server/src/base/error.ts';
import { printable } from '../../server/src/base/printable.ts';
import {
  type ConflictRow,
  type MergeSide,
  type RowChoiceInfo,
  type RowMergeInfo,
} from '../../server/src/protocol/commands.ts';
import { table, shownValue } from './format.ts';
import { pondPath, printJson, show, keyOf, countOf } from './runner.ts';
import { type Session, type TerminalVerb, type VerbRunner } from './verb.ts';

/** Rows that are listed unless another number is given. */
const rowsShown = 20;

/** Keeps the staged side of conflicts, or merges the rows of a table. */
const run: VerbRunner = async (session) => {
  const { positionals, flags } = session.line;
  if (flags.has('rows')) return await mergeRows(session);
  await show(session, await session.call('resolve', { paths: positionals.map(pondPath) }));
};

export const resolveVerb: TerminalVerb = {
  usage: '[--rows [--key COLUMN,...] [--take SIDE] [--row KEY=SIDE]... [-n N]] PATH...',
  summary: 'resolve conflicts with another commit: keep the staged side, or merge the rows of a table',
  details: [
    'To keep the committed side, discard the path.',
    '--rows merges the table PATH by a key that is found or named by --key: rows that one side changed are changed.',
    '--take ours or --take theirs decides about rows that both sides changed; ours is the staged side.',
    '--row KEY=SIDE decides about one of them; with --row KEY=COLUMN,... it has these columns of theirs.',
    '-n N shows at most N of the rows without a decision, 20 by default.',
  ],
  options: {
    ...{ rows: { type: 'boolean' }, key: { type: 'string' }, take: { type: 'string' } },
    ...{ row: { type: 'string', multiple: true }, count: { type: 'string', short: 'n' } },
  },
  positionals: [1],
  run,
};

async function mergeRows(session: Session): Promise<void> {
  const { positionals, texts, lists, json } = session.line;
  const [path, ...others] = positionals.map(pondPath);
  if (path === undefined || others.length > 0) throw new PondError('usage', '--rows takes the path of one table');
  const { take } = texts;
  const merge = await session.call('mergeRows', {
    path,
    ...keyOf(session.line),
    ...(take !== undefined && { take: sideOf(take) }),
    choices: (lists['row'] ?? []).map(choiceOf),
    limit: countOf(session.line, rowsShown),
  });
  if (json) await printJson(session, merge);
  else await session.terminal.print(textOf(path, merge));
  if (merge.merged) return;
  throw new PondError('conflict', `${plural(merge.conflicts, 'row')} of ${path} changed on both sides`, {
    path,
    hint: 'Decide with --take ours or --take theirs, or about one row with --row KEY=theirs.',
  });
}

function sideOf(text: string): MergeSide {
  if (text === 'ours' || text === 'theirs') return text;
  throw new PondError('usage', `--take is ours or theirs, got ${text}`);
}

function choiceOf(text: string): RowChoiceInfo {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new PondError('usage', `--row is KEY=SIDE, got ${text}`);
  const key = text.slice(0, at).split(',');
  const side = text.slice(at + 1);
  if (side === 'ours' || side === 'theirs') return { key, take: side };
  return { key, take: 'theirs', columns: side.split(',') };
}

function textOf(
  path: string,
  { key, columns, merged, added, removed, changed, rows, conflicts }: RowMergeInfo,
): string {
  const noun = added + removed + changed === 1 ? 'row' : 'rows';
  const numbers = `+${added} -${removed} ~${changed} ${noun} of the other commit, by ${key.map(printable).join(', ')}`;
  if (merged) return `merged ${printable(path)}: ${numbers}\n`;
  const left = conflicts - rows.length;
  return [
    table(rows.map((row) => ['!', ...row.key.map(shownValue), cellsOf(columns, row)])),
    ...(left > 0 ? [`… and ${plural(left, 'more row')}: -n shows more\n`] : []),
  ].join('');
}

function cellsOf(columns: readonly string[], { base, ours, theirs }: ConflictRow): string {
  if (ours === null || theirs === null)
    return ours === null ? 'ours removed, theirs changed' : 'ours changed, theirs removed';
  const cells = columns.flatMap((name, index) => {
    const [was, own, other] = [base?.[index], ours[index], theirs[index]];
    const before = base === null ? '' : `${shownValue(was)} → `;
    return own === other ? [] : [`${printable(name)}: ${before}ours ${shownValue(own)}, theirs ${shownValue(other)}`];
  });
  return cells.join('  ');
}
