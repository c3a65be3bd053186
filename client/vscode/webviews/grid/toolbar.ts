import { element } from './element.ts';
import { failedTitle } from './failedPage.ts';
import { type GridState } from './messages.ts';
import { OverflowBar } from './overflowBar.ts';
import { type Shows } from './pageState.ts';
import { isInUtc } from './times.ts';
import { countText, numberText } from '../../numberStrings.ts';

/** Actions of the buttons. */
export interface ToolbarHost {
  cancel(): void;
  /** Shows the plot, or the rows again. */
  plot(): void;
  /** Shows both, or one of them again. */
  split(): void;
  find(): void;
  jump(): void;
  summary(): void;
  /** Opens the list of columns below the button. */
  columns(below: HTMLElement): void;
  export(): void;
  openAsQuery(): void;
}

/** The bar at the top: what is shown, where the selection is, and the buttons. */
export class Toolbar {
  readonly root: HTMLElement;
  readonly #summary = element('span', { class: 'summary', role: 'status', 'aria-live': 'polite' });
  readonly #where = element('span', { class: 'position' });
  /** Text for screen readers only: if `where` were a live region, each step through the rows would be announced. */
  readonly #announcement = element('span', { class: 'heard', role: 'status', 'aria-live': 'polite' });
  readonly #cancel: HTMLElement;
  readonly #plotButton: HTMLElement;
  readonly #splitButton: HTMLElement;
  readonly #tools: readonly HTMLElement[];
  readonly #overflow: OverflowBar;
  #state: GridState | undefined;
  #row = 0;
  /** Time that what is shown took, milliseconds; undefined while the first rows of a view are being read. */
  #elapsedMs: number | undefined;
  #readSince = 0;
  #counts: readonly [rowCount: number | undefined, total: number | undefined] = [undefined, undefined];
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor(host: ToolbarHost) {
    const columns = button('Columns', () => host.columns(this.#overflow.anchor(columns)));
    columns.setAttribute('aria-haspopup', 'menu');
    this.#tools = [
      button('Find', () => host.find(), 'Find in all rows (Ctrl+F)'),
      button('Go to', () => host.jump(), 'Go to a row or a time (Ctrl+G)'),
      button('Summary', () => host.summary(), 'Facts about the selected column'),
      columns,
      button('Export…', () => host.export(), 'Write the rows as seen to a file'),
      button('Open as Query', () => host.openAsQuery(), 'Open the SQL of what is shown'),
    ];
    this.#plotButton = button('Plot', () => host.plot());
    this.#splitButton = button('Split', () => host.split(), 'Show the rows and the plot next to each other');
    this.#cancel = button('Cancel', () => host.cancel());
    const buttons = [this.#cancel, this.#plotButton, this.#splitButton, ...this.#tools];
    const tools = element('div', { class: 'tools', role: 'toolbar', 'aria-label': 'Table' }, ...buttons);
    this.root = element('div', { class: 'bar' }, this.#summary, this.#where, this.#announcement, tools);
    this.#overflow = new OverflowBar(this.root);
    tools.append(this.#overflow.more);
    this.#overflow.setButtons(buttons);
  }

  /** Shows the state of the page. `canPlot`: there are numbers to draw. */
  show(state: GridState, canPlot: boolean): void {
    this.#state = state;
    this.#row = 0;
    this.#where.textContent = '';
    this.#plotButton.hidden = this.#splitButton.hidden = !canPlot;
    for (const tool of this.#tools) tool.hidden = state.type !== 'result';
    this.#cancel.hidden = state.type !== 'running';
    this.#overflow.fit();
    clearInterval(this.#clock);
    if (state.type === 'running') this.#showElapsed(performance.now());
    if (state.type === 'running') this.#summary.textContent = `Running on ${state.source} …`;
    else if (state.type === 'cancelled') this.#summary.textContent = 'The query was cancelled.';
    else if (state.type === 'failed') this.#summary.textContent = failedTitle(state.query);
    else {
      this.#elapsedMs = state.info.elapsedMs;
      this.counted(state.info.rowCount ?? undefined, state.info.rowCount ?? undefined);
    }
  }

  /** Shows how long a query has run, after a second. */
  #showElapsed(startMs: number): void {
    this.#clock = setInterval(() => {
      this.#where.textContent = `${Math.floor((performance.now() - startMs) / 1000)} s`;
    }, 1000);
  }

  /** Shows the number of rows of the view, and of the table; undefined while it is not known. */
  counted(rowCount: number | undefined, total: number | undefined): void {
    if (this.#state?.type !== 'result') return;
    this.#counts = [rowCount, total];
    const { info, source } = this.#state;
    const rows = rowCount === undefined ? 'Counting rows …' : rowsText(rowCount, total);
    const zone = info.columns.some(isInUtc) ? ['times in UTC'] : [];
    const elapsed = this.#elapsedMs === undefined ? [] : [timeText(this.#elapsedMs)];
    const parts = [rows, countText(info.columns.length, 'column'), ...elapsed, ...zone, source];
    // The bar may have no room for all of it.
    this.#summary.textContent = this.#summary.title = parts.join(' · ');
    if (rowCount === 0 || this.#where.textContent === '') this.#showRow();
  }

  /** The first rows of a sort or a filter are being read. */
  reading(): void {
    this.#elapsedMs = undefined;
    this.#readSince = performance.now();
  }

  /** Rows were read: shows the time that the first ones took. */
  read(): void {
    if (this.#elapsedMs !== undefined) return;
    this.#elapsedMs = performance.now() - this.#readSince;
    this.counted(...this.#counts);
  }

  /** Shows the row of the selection, 0-based. */
  position(row: number): void {
    // A table that was replaced reports its position once more.
    if (this.#state?.type !== 'result') return;
    if (row === this.#row && this.#where.textContent !== '') return;
    this.#row = row;
    this.#showRow();
  }

  #showRow(): void {
    const [rowCount] = this.#counts;
    this.#where.textContent = rowCount === 0 ? '' : `row ${numberText(this.#row + 1)}`;
  }

  /** The tools are those of the rows. */
  shows(shows: Shows): void {
    // What was said about the plot is not about the rows.
    if (shows === 'rows') this.#showRow();
    for (const tool of this.#tools) tool.hidden = shows === 'plot';
    this.#plotButton.textContent = shows === 'rows' ? 'Plot' : 'Rows';
    this.#splitButton.setAttribute('aria-pressed', String(shows === 'both'));
    this.#overflow.fit();
  }

  /** Says something about what was just done. */
  announce(text: string): void {
    this.#where.textContent = this.#announcement.textContent = text;
  }

  /** Shows an error of a request. */
  report(message: string): void {
    this.#summary.textContent = this.#summary.title = message;
  }
}

function button(text: string, run: () => void, title?: string): HTMLElement {
  const attributes = { class: 'toggle', type: 'button', ...(title !== undefined && { title }) };
  const made = element('button', attributes, text);
  made.addEventListener('click', run);
  return made;
}

/** `20 rows`, or `20 of 3,000 rows` for a filtered view. */
function rowsText(rowCount: number, total: number | undefined): string {
  if (total === undefined || total === rowCount) return countText(rowCount, 'row');
  return `${numberText(rowCount)} of ${countText(total, 'row')}`;
}

function timeText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
