import { type RowWindow } from '../../../../server/src/protocol/commands.ts';
import { type ColumnLayout, layOut, numbersWidth } from './columns.ts';
import { shownLength } from './rows.ts';
import { type TableContent } from './tableContent.ts';

/** Layout of the columns of a table: their widths follow from the first rows, unless a person chose them. */
export class ColumnWidths {
  readonly #characterWidth: number;
  /** Characters of the longest text among the first rows of each view so far, by column: a sort moves no column. */
  readonly #longest = new Map<string, number>();
  #isMeasured = false;
  #current: readonly ColumnLayout[] = [];

  /** `characterWidth` in pixels. */
  constructor(characterWidth: number) {
    this.#characterWidth = characterWidth;
  }

  get layouts(): readonly ColumnLayout[] {
    return this.#current;
  }

  /** The first rows of another view are to be measured. */
  reset(): void {
    this.#isMeasured = false;
  }

  /** Measures rows, if they are the first of a view. */
  measure(content: TableContent, rows: RowWindow): void {
    if (this.#isMeasured || rows.start !== 0) return;
    this.#isMeasured = true;
    const texts = content.diff?.texts(rows.columns) ?? rows.columns;
    for (const [index, column] of content.columns.entries()) {
      const length = shownLength(column, texts[index] ?? []);
      this.#longest.set(column.name, Math.max(length, this.#longest.get(column.name) ?? 0));
    }
    this.layOut(content);
  }

  layOut({ columns, widths, rowCount, diff }: TableContent): void {
    const characterWidth = this.#characterWidth;
    this.#current = layOut(columns, this.#longest, {
      characterWidth,
      widths,
      notes: diff?.notes,
      // Two characters more for the sign of a row that differs.
      numbersWidth: numbersWidth(rowCount * (diff ? 100 : 1), characterWidth),
    });
  }
}
