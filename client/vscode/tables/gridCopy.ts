import * as vscode from 'vscode';
import { type RowWindow } from '../../../server/src/protocol/commands.ts';
import { errorText } from '../errors.ts';
import { copyText, type ClipboardFormat } from '../webviews/grid/copyText.ts';
import { type ShownView } from '../webviews/grid/messages.ts';
import { EditedRows, type RowEdit, type RowKey } from '../webviews/grid/rowEdits.ts';
import { isWhole } from '../webviews/grid/viewState.ts';
import { numberText } from '../numberStrings.ts';

/** Rows fetched per request. */
const copyWindow = 10_000;

/** Maximum number of rows copied, as the settings say. */
function copyRowsMax(): number {
  return vscode.workspace.getConfiguration('pond.table').get<number>('copyRows') ?? 100_000;
}

/** Rows to copy: a range of a view, in its columns. */
interface CopiedRange extends ShownView {
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly format: ClipboardFormat;
  /** Name of the table in INSERT statements. */
  readonly table: string;
}

/** Copies cells to the clipboard, and returns the number of rows; shows an error, and says when some were left out. */
export async function copyCells(
  { rowStart, rowEnd: end, columns, format, table }: CopiedRange,
  rows: (start: number, count: number) => Promise<RowWindow>,
): Promise<number | undefined> {
  const max = copyRowsMax();
  const rowEnd = Math.min(end, rowStart + max);
  const copied: (string | null)[][] = [];
  try {
    for (let start = rowStart; start < rowEnd; start += copyWindow) {
      const window = await rows(start, Math.min(copyWindow, rowEnd - start));
      const count = window.columns[0]?.length ?? 0;
      for (let row = 0; row < count; row++) copied.push(window.columns.map((column) => column[row] ?? null));
    }
    await vscode.env.clipboard.writeText(copyText(format, { columns, rows: copied, table }));
  } catch (error) {
    void vscode.window.showErrorMessage(`The rows could not be copied: ${errorText(error)}`);
    return undefined;
  }
  if (rowEnd < end)
    void vscode.window.showWarningMessage(
      `Only the first ${numberText(max)} rows were copied, as the setting "pond.table.copyRows" allows. Export writes all of them.`,
    );
  return copied.length;
}

/** Returns a function that reads the rows of a view with edits over them. */
export function editedRows(
  edits: ReadonlyMap<RowKey, RowEdit>,
  { view, columns, rowCount }: ShownView & { readonly rowCount: number },
  read: (start: number, count: number) => Promise<RowWindow>,
): (start: number, count: number) => Promise<RowWindow> {
  if (edits.size === 0) return read;
  const shown = new EditedRows(edits, { isWhole: isWhole(view), rowCount });
  const names = columns.map(({ name }) => name);
  return async (start, count) => {
    const range = shown.viewRange(start, start + count);
    const rows = await read(range.start, range.count);
    return { start, columns: shown.over(start, start + count, names, rows).columns };
  };
}
