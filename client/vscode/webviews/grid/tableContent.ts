import { type Column, type TableView } from '../../../../server/src/protocol/commands.ts';
import { type DiffView } from './diff/diffView.ts';
import { type EditedRows } from './rowEdits.ts';

/** Content of the table. */
export interface TableContent {
  readonly columns: readonly Column[];
  /** Number of pinned columns, which are the first ones. */
  readonly pinned: number;
  readonly widths: Readonly<Record<string, number>>;
  readonly view: TableView;
  /** Number of rows; of those that are known so far unless `isCounted`. */
  readonly rowCount: number;
  readonly isCounted: boolean;
  readonly edits: EditedRows;
  /** Set for the differences of tables. */
  readonly diff: DiffView | undefined;
}
