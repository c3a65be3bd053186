import * as vscode from 'vscode';
import { type ConflictRow, type RowChoiceInfo, type RowMergeInfo } from '../../../server/src/protocol/commands.ts';
import { selectedPaths, type Context } from '../context.ts';
import { requestChange } from '../progress.ts';
import { QuickSteps } from '../quickSteps.ts';
import { countText } from '../numberStrings.ts';

/** Rows that a person decides about one by one; beyond, one side is taken for all. */
const decidedMax = 500;

/** A cell that both sides have otherwise, or a row that one of them removed. */
interface Decision extends vscode.QuickPickItem {
  readonly row: ConflictRow;
  /** Undefined for a whole row. */
  readonly column: string | undefined;
}

/**
 * Merges the rows of a table in conflict; for rows that both sides changed, the user picks what comes from the other
 * commit.
 */
export async function mergeRows({ client, sourceControls }: Context, ...args: readonly unknown[]): Promise<void> {
  const selected = selectedPaths(args);
  const path = selected?.paths[0];
  if (selected === undefined || path === undefined) return;
  const { pond } = selected;
  const merge = await requestChange(client, 'mergeRows', { pond, path, limit: decidedMax });
  const done = merge.merged
    ? merge
    : await decided(merge, (choice) => requestChange(client, 'mergeRows', { pond, path, ...choice }));
  if (done === undefined) return;
  await sourceControls.refresh(pond);
  const { added, removed, changed } = done;
  const name = path.split('/').at(-1) ?? path;
  const noun = added + removed + changed === 1 ? 'row comes' : 'rows come';
  void vscode.window.showInformationMessage(
    `${name} is merged: +${added} −${removed} ~${changed} ${noun} from the other commit.`,
  );
}

/** One side for all rows, or a side for each. */
interface SideChoice {
  readonly take?: 'ours' | 'theirs';
  readonly choices?: readonly RowChoiceInfo[];
}

type Choice = SideChoice & Pick<RowMergeInfo, 'key'> & { readonly limit: number };

/** Asks the user, and merges; undefined when the user leaves it. */
async function decided(
  merge: RowMergeInfo,
  send: (choice: Choice) => Promise<RowMergeInfo>,
): Promise<RowMergeInfo | undefined> {
  const choice = await QuickSteps.ask((steps) => askChoice(merge, steps));
  return choice && (await send({ key: merge.key, limit: 0, ...choice }));
}

/** The choice between both sides that the user makes; undefined when the user cancels. */
async function askChoice(merge: RowMergeInfo, steps: QuickSteps): Promise<SideChoice | undefined> {
  const { conflicts, rows } = merge;
  if (conflicts > rows.length) {
    const sides = [
      { label: 'Keep the staged rows', take: 'ours' },
      { label: 'Take the rows of the other commit', take: 'theirs' },
    ] as const;
    const placeholder = `${countText(conflicts, 'row')} changed on both sides`;
    const side = await steps.choose(sides, { placeholder });
    return side && { take: side.take };
  }
  const items = rows.flatMap((row) => decisionsOf(merge, row));
  const picked = await steps.chooseMany(items, {
    matchOnDescription: true,
    placeholder: `Both sides changed ${countText(conflicts, 'row')}: check what comes from the other commit`,
  });
  if (picked === undefined) return undefined;
  const choices = rows.map((row): RowChoiceInfo => {
    const own = picked.filter((item) => item.row === row);
    if (own.length === 0) return { key: row.key, take: 'ours' };
    const columns = own.flatMap(({ column }) => (column === undefined ? [] : [column]));
    return { key: row.key, take: 'theirs', ...(columns.length > 0 && { columns }) };
  });
  return { choices };
}

/** Decisions to make about a row. A cell that only the other side changed is checked. */
function decisionsOf({ columns }: RowMergeInfo, row: ConflictRow): readonly Decision[] {
  const { base, ours, theirs } = row;
  const name = row.key.map(shown).join(', ');
  if (ours === null || theirs === null) {
    const description =
      ours === null ? 'staged: removed · other commit: changed' : 'staged: changed · other commit: removed';
    return [{ label: name, description, row, column: undefined }];
  }
  return columns.flatMap((column, index) => {
    const [was, own, other] = [base?.[index], ours[index], theirs[index]];
    if (own === other) return [];
    const description = `staged: ${shown(own)} · other commit: ${shown(other)}`;
    const detail = base === null ? 'both sides added the row' : `before: ${shown(was)}`;
    return [{ label: `${name} · ${column}`, description, detail, row, column, picked: base !== null && was === own }];
  });
}

function shown(value: string | null | undefined): string {
  return value ?? 'NULL';
}
