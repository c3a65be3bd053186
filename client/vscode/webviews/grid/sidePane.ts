import { type Column, type ColumnSummary, type TableView } from '../../../../server/src/protocol/commands.ts';
import { element } from './element.ts';
import { profileElements, type ProfileHost } from './profile.ts';
import { messageOf, type Requests, Superseded } from './requests.ts';
import { type EditedWindow } from './rowEdits.ts';
import { type Cell } from './selection.ts';
import { summaryElements } from './summaryPane.ts';
import { rowElements, valueElements } from './valuePane.ts';

/** Modes of the pane: facts about the column of the selected cell, or about all columns, its value in full, or its row. */
export type PaneMode = 'summary' | 'profile' | 'value' | 'row';

/** Interface of the page to the pane. */
interface PaneHost {
  readonly requests: Requests;
  readonly run: number;
  view(): TableView;
  /** Rows as they are shown, in full. */
  window(start: number, end: number, columns: readonly Column[]): Promise<EditedWindow>;
  columns(): readonly Column[];
  /** Selects the cell of a column in the present row, and returns it. */
  select(column: Column): Cell;
  /** The pane takes some of the width of the table. */
  opened(): void;
  closed(): void;
}

/** Delay after the selection moved before the pane follows, milliseconds. */
const restMs = 120;

/** Number of frequent values in a summary. */
const topMax = 12;

/** The pane next to a table, which follows the selection. */
export class SidePane {
  readonly root = element('aside', { class: 'pane', 'aria-label': 'Details' });
  readonly #host: PaneHost;
  readonly #content = element('div', { class: 'details', 'aria-live': 'polite' });
  #mode: PaneMode | undefined;
  #shown = '';
  #timer: number | undefined;

  constructor(host: PaneHost) {
    this.#host = host;
    const close = element('button', { type: 'button', class: 'icon', 'aria-label': 'Close Details' }, '✕');
    close.addEventListener('click', () => this.close());
    this.root.append(close, this.#content);
    this.root.hidden = true;
    this.root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
    });
  }

  /** Opens the pane in a mode. */
  open(mode: PaneMode, cell: Cell): void {
    this.#mode = mode;
    this.#shown = '';
    this.root.hidden = false;
    this.#host.opened();
    this.#update(cell);
  }

  /** Opens a mode, or closes the pane when it is open in it. */
  toggle(mode: PaneMode, cell: Cell): void {
    const isOpen = this.#mode === mode || (mode === 'summary' && this.#mode === 'profile');
    if (isOpen) this.close();
    else this.open(mode, cell);
  }

  /** Shows what belongs to another cell, once the selection rests there. */
  follow(cell: Cell): void {
    if (this.#mode === undefined) return;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#update(cell), restMs);
  }

  close(): void {
    if (this.#mode === undefined) return;
    this.#mode = undefined;
    this.root.hidden = true;
    this.#host.closed();
  }

  #update(cell: Cell): void {
    const mode = this.#mode;
    const column = this.#host.columns()[cell.column];
    if (mode === undefined || column === undefined) return;
    const about = mode === 'profile' ? [this.#host.columns()] : [column, mode === 'summary' ? 0 : cell.row];
    const key = JSON.stringify([mode, this.#host.view(), ...about]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.root.setAttribute('aria-busy', 'true');
    this.#fetch(mode, column, cell.row).then(
      (elements) => this.#show(elements),
      (error: unknown) => {
        if (error instanceof Superseded) return;
        this.#shown = '';
        this.#show([element('p', { class: 'hint' }, messageOf(error))]);
      },
    );
  }

  #show(elements: readonly HTMLElement[]): void {
    this.root.removeAttribute('aria-busy');
    this.#content.replaceChildren(...elements);
  }

  #profileHost(summary: (of: Column, slot: string) => Promise<ColumnSummary>): ProfileHost {
    return {
      summary: (column) => summary(column, 'profile'),
      open: (column) => this.open('summary', this.#host.select(column)),
    };
  }

  #profileButton(): HTMLElement {
    const button = element('button', { type: 'button', class: 'toggle' }, 'All Columns');
    button.addEventListener('click', () => this.open('profile', { row: 0, column: 0 }));
    return element('p', {}, button);
  }

  async #fetch(mode: PaneMode, column: Column, row: number): Promise<readonly HTMLElement[]> {
    const { requests, run } = this.#host;
    const view = this.#host.view();
    const summary = (of: Column, slot: string): Promise<ColumnSummary> =>
      requests.send(run, 'tableSummary', { view, column: of.name, topMax }, slot);
    if (mode === 'profile') return profileElements(this.#host.columns(), this.#profileHost(summary));
    if (mode === 'summary')
      return [...summaryElements({ ...(await summary(column, 'pane')), column }), this.#profileButton()];
    const columns = mode === 'value' ? [column] : this.#host.columns();
    const rows = await this.#host.window(row, row + 1, columns);
    const values = rows.columns.map(([value = null]) => value);
    return mode === 'row' ? rowElements(columns, row, values) : valueElements(column, row, values[0] ?? null);
  }
}
