/** Page of a result grid: state of the query, and its rows. */
import './grid.css';
import { element } from './grid/element.ts';
import { type FromGridPage, type GridState, type ToGridPage } from './grid/messages.ts';
import { PlotView } from './grid/plot.ts';
import { plottedColumns } from './grid/plotted.ts';
import { Table } from './grid/table.ts';

/** Page state kept while it is hidden: whether to plot results if possible, and which columns. */
interface PageState {
  readonly plots: boolean;
  readonly columns: readonly string[];
}

declare function acquireVsCodeApi(): {
  postMessage(message: FromGridPage): void;
  getState(): PageState | undefined;
  setState(state: PageState): void;
};

const host = acquireVsCodeApi();

const summary = element('span', { class: 'summary', role: 'status', 'aria-live': 'polite' });
const position = element('span', { class: 'position' });
/** Text for screen readers only: if `position` were a live region, each step through the rows would be announced. */
const announcement = element('span', { class: 'heard', role: 'status', 'aria-live': 'polite' });
const cancel = element('button', { class: 'cancel', type: 'button' }, 'Cancel');
const plotButton = element('button', { class: 'toggle', type: 'button' }, 'Plot');
const bar = element('div', { class: 'bar' }, summary, position, announcement, plotButton, cancel);
const content = element('main', { class: 'content' });

let shown: GridState | undefined;
let table: Table | undefined;
let plot: PlotView | undefined;
let pageState: PageState = host.getState() ?? { plots: false, columns: [] };

cancel.addEventListener('click', () => host.postMessage({ type: 'cancel' }));
plotButton.addEventListener('click', () => {
  savePageState({ ...pageState, plots: !pageState.plots });
  showContent();
});
window.addEventListener('message', (event: MessageEvent<ToGridPage>) => receive(event.data));
document.body.append(bar, content);
host.postMessage({ type: 'ready' });

function receive(message: ToGridPage): void {
  switch (message.type) {
    case 'rows':
      if (message.run === shown?.run) table?.put(message);
      return;
    case 'rowsFailed':
      if (message.run !== shown?.run) return;
      table?.failed(message.start);
      summary.textContent = message.message;
      return;
    case 'plot':
      if (message.run !== shown?.run || shown.type !== 'result') return;
      plot = new PlotView(message.plot, pageState.columns, (columns) => savePageState({ ...pageState, columns }));
      showContent();
      return;
    case 'plotFailed':
      if (message.run === shown?.run) summary.textContent = message.message;
      return;
    case 'copied':
      position.textContent = announcement.textContent = `${count(message.rows, 'row')} copied`;
      return;
    default:
      show(message);
  }
}

function show(state: GridState): void {
  shown = state;
  table = undefined;
  plot = undefined;
  plotButton.hidden = state.type !== 'result' || plottedColumns(state.info.columns) === undefined;
  position.textContent = '';
  cancel.hidden = state.type !== 'running';
  document.body.dataset['state'] = state.type;
  switch (state.type) {
    case 'running':
      summary.textContent = `Running on ${state.source} …`;
      content.replaceChildren(
        element('div', { class: 'progress', role: 'progressbar', 'aria-label': 'Query is running' }),
      );
      return;
    case 'cancelled':
      summary.textContent = 'The query was cancelled.';
      content.replaceChildren();
      return;
    case 'failed':
      summary.textContent = 'The query failed.';
      content.replaceChildren(
        element('pre', { class: 'error', role: 'alert' }, state.message),
        ...(state.hint === undefined ? [] : [element('p', { class: 'hint' }, state.hint)]),
      );
      return;
    case 'result':
      showResult(state);
  }
}

function showResult({ run, info, source }: Extract<GridState, { type: 'result' }>): void {
  const seconds =
    info.elapsedMs < 1000 ? `${Math.round(info.elapsedMs)} ms` : `${(info.elapsedMs / 1000).toFixed(2)} s`;
  summary.textContent = [count(info.rowCount, 'row'), count(info.columns.length, 'column'), seconds, source].join(
    ' · ',
  );
  table = new Table(info, {
    request: (start, rows) => host.postMessage({ type: 'rows', run, start, count: rows }),
    copy: (range) => host.postMessage({ type: 'copy', run, range }),
    cellFocused: ({ row }) => {
      position.textContent = `row ${(row + 1).toLocaleString()}`;
    },
  });
  showContent();
}

/** Shows the rows or the plot; the rows stay until the points arrive. */
function showContent(): void {
  if (shown?.type !== 'result' || table === undefined) return;
  const asPlot = pageState.plots && !plotButton.hidden;
  plotButton.textContent = asPlot ? 'Rows' : 'Plot';
  if (asPlot && plot === undefined) host.postMessage({ type: 'plot', run: shown.run });
  const view = asPlot ? plot : undefined;
  const isPart = view !== undefined && view.info.rowsUsed < shown.info.rowCount;
  position.textContent = isPart ? `plot of the first ${count(view.info.rowsUsed, 'row')}` : '';
  content.replaceChildren(view?.root ?? table.root);
}

function savePageState(state: PageState): void {
  pageState = state;
  host.setState(state);
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString()} ${noun}${number === 1 ? '' : 's'}`;
}
