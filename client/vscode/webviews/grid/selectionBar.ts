import { type CellFacts, type Column } from '../../../../server/src/protocol/commands.ts';
import { element } from './element.ts';
import { type RequestParams } from './messages.ts';
import { messageOf, type Requests, Superseded } from './requests.ts';
import { type EditedRows } from './rowEdits.ts';
import { selectedRange } from './selection.ts';
import { factTexts } from './selectionText.ts';
import { type Table } from './table.ts';
import { type TableState } from './viewState.ts';

/** The table whose cells are selected. */
interface SelectedTable {
  readonly run: number;
  readonly requests: Requests;
  readonly state: TableState;
  readonly columns: readonly Column[];
  /** Rows of the view, without new ones: all of them when `isCounted`. */
  readonly viewRows: number;
  readonly isCounted: boolean;
  readonly edits: EditedRows;
  readonly table: Table;
}

/** Delay after the selection changed before its cells are read, milliseconds: a drag does not read each step. */
const restMs = 120;

/** Requests of the bar replace each other. */
const slot = 'selection';

/** The bar below a table, with facts about the selected cells; it is empty for a single one. */
export class SelectionBar {
  /** Screen readers hear each result, but not that it is being computed. */
  readonly root = element('div', {
    class: 'facts',
    role: 'status',
    'aria-live': 'polite',
    'aria-label': 'Selection',
  });
  readonly #on: SelectedTable;
  #shown = '';
  #timer: number | undefined;

  constructor(on: SelectedTable) {
    this.#on = on;
  }

  /** Shows facts about the selected cells, once the selection rests. */
  follow(): void {
    const { selection } = this.#on.table;
    const key = JSON.stringify([this.#params(), selection, this.#on.edits.edits.size]);
    if (key === this.#shown) return;
    this.#shown = key;
    window.clearTimeout(this.#timer);
    this.#on.requests.cancelSlot(slot);
    this.#show([]);
    const { anchor, focus } = selection;
    if (anchor.row === focus.row && anchor.column === focus.column) return;
    this.root.setAttribute('aria-busy', 'true');
    this.#timer = window.setTimeout(() => this.#read(), restMs);
  }

  #read(): void {
    const { run, requests, edits } = this.#on;
    this.root.textContent = 'Computing …';
    const note = edits.edits.size > 0 ? ['as saved, without the edits'] : [];
    requests.send(run, 'cellFacts', this.#params(), slot).then(
      (facts: CellFacts) => this.#show([...factTexts(facts), ...note]),
      (error: unknown) => {
        if (!(error instanceof Superseded)) this.#show([messageOf(error)]);
      },
    );
  }

  #params(): RequestParams<'cellFacts'> {
    const { table, columns, edits, state, isCounted, viewRows } = this.#on;
    const { rowStart, rowEnd, columnStart, columnEnd } = selectedRange(table.selection);
    const { start, count } = edits.viewRange(rowStart, rowEnd);
    // Without a range of rows, the engine needs no order of them.
    const isAll = isCounted && start === 0 && count === viewRows;
    return {
      view: state.view,
      ...(isAll ? {} : { rows: { start, end: start + count } }),
      columns: columns.slice(columnStart, columnEnd).map(({ name }) => name),
    };
  }

  /** Shows texts, each of which stays in one line. */
  #show(texts: readonly string[]): void {
    this.root.removeAttribute('aria-busy');
    this.root.replaceChildren(
      ...texts.flatMap((text, index) => [...(index === 0 ? [] : [' · ']), element('span', {}, text)]),
    );
  }
}
