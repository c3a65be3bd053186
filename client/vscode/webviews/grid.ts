/** Page of a table: its rows, what is done with them, and the state of the query. */
import './grid.css';
import './plot.css';
import { type Column } from '../../../server/src/protocol/commands.ts';
import { followFocus, focusIfNone } from './focus.ts';
import { DiffPage } from './grid/diff/diffPage.ts';
import { hiddenColumns } from './grid/diff/diffView.ts';
import { element } from './grid/element.ts';
import { failedElements } from './grid/failedPage.ts';
import { FormatNotice } from './grid/formatNotice.ts';
import { type FromGridPage, type GridState, type TableQuery, type ToGridPage } from './grid/messages.ts';
import { type PageState, readPageState, type Shows, stateFor } from './grid/pageState.ts';
import { Requests } from './grid/requests.ts';
import { applyChanges, type RowEdit, type RowKey } from './grid/rowEdits.ts';
import { TablePage } from './grid/tablePage.ts';
import { columnsOfText } from './grid/times.ts';
import { Toolbar } from './grid/toolbar.ts';
import { fitted } from './grid/viewState.ts';
import { plotOf } from './plot/plotColumns.ts';
import { PlotView } from './plot/plotView.ts';
import { statedPlot } from './plot/statement.ts';
import { countText } from '../numberStrings.ts';
import { isTextTable } from '../tables/openedFile.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: FromGridPage): void;
  getState(): unknown;
  setState(state: PageState): void;
};

const host = acquireVsCodeApi();
const post = (message: FromGridPage): void => host.postMessage(message);
const requests = new Requests(post);
const content = element('main', { class: 'content' });
const toolbar = new Toolbar({
  cancel: () => post({ type: 'cancel' }),
  plot: () => showAs(pageState.shows === 'rows' ? 'plot' : 'rows'),
  split: () => showAs(pageState.shows === 'both' ? 'plot' : 'both'),
  find: () => table?.search.open('find'),
  jump: () => table?.search.open('jump'),
  summary: () => table?.commands.toggleSummary(),
  columns: (below) => table?.commands.columnsMenu(below),
  export: () => postView('export'),
  openAsQuery: () => postView('openAsQuery'),
});

const differences = new DiffPage({
  ...{ requests, post },
  table: () => table,
  announce: (text) => toolbar.announce(text),
});

const notice = new FormatNotice((offer) => {
  if (shown !== undefined) post({ type: 'stateFormat', run: shown.run, offer });
});

let shown: GridState | undefined;
let table: TablePage | undefined;
let plot: PlotView | undefined;
/** Text of the editor of a cell that was open when the table was read again. */
let typed: string | undefined;
/** Edits that the extension reported, for a table that is shown again. */
const edits = new Map<RowKey, RowEdit>();
let pageState: PageState = readPageState(host.getState());

document.addEventListener('keydown', (event) => table?.commands.searchKey(event));
window.addEventListener('message', (event: MessageEvent<ToGridPage>) => receive(event.data));
// The menus of the page have entries that work; those of VS Code would be dead.
document.body.dataset['vscodeContext'] = JSON.stringify({ preventDefaultContextMenuItems: true });
document.body.append(toolbar.root, differences.bar.root, notice.root, content);
followFocus(mainElement);
post({ type: 'ready' });

function receive(message: ToGridPage): void {
  switch (message.type) {
    case 'answer':
    case 'answerFailed':
      requests.receive(message);
      return;
    case 'total':
      if (message.run === shown?.run) table?.setTotal(message.rowCount);
      return;
    case 'diffCounts':
      if (message.run === shown?.run) differences.counted(message.counts);
      return;
    case 'edited':
      if (message.isAll) edits.clear();
      applyChanges(edits, message.rows);
      table?.edited(message.rows, message.isAll);
      if (edits.size > 0) notice.hide();
      return;
    case 'pasted':
      if (message.run === shown?.run) void table?.cells.paste(message.text);
      return;
    case 'copied':
      toolbar.announce(`${countText(message.rows, 'row')} copied`);
      return;
    default:
      show(withZones(message));
  }
}

function show(state: GridState): void {
  const suspended = table?.cells.suspend() ?? typed;
  typed = state.type === 'running' ? suspended : undefined;
  requests.cancelAll();
  shown = state;
  table = undefined;
  plot = undefined;
  document.body.dataset['state'] = state.type;
  differences.show(state);
  notice.hide();
  toolbar.show(state, canPlot(state));
  switch (state.type) {
    case 'running':
      content.replaceChildren(
        element('div', { class: 'progress', role: 'progressbar', 'aria-label': 'Query is running' }),
      );
      return;
    case 'cancelled':
      content.replaceChildren();
      return;
    case 'failed':
      content.replaceChildren(...failedElements(state, post));
      return;
    case 'result':
      showResult(state, suspended);
  }
}

function showResult(state: Extract<GridState, { type: 'result' }>, suspended: string | undefined): void {
  const { run, info, query, diff } = state;
  save(stateFor(pageState, query));
  const kept = fitted(pageState.table, [...info.columns, ...hiddenColumns(diff)]);
  table = new TablePage(
    { run, info, diff, state: kept, hasText: isOfText(query) },
    {
      requests,
      post,
      changed: (changed) => {
        const isSameView = JSON.stringify(changed.view) === JSON.stringify(pageState.table.view);
        save({ ...pageState, table: changed });
        if (!isSameView) plotAgain();
        toolbar.position(changed.selection.focus.row);
      },
      counted: (rowCount, total) => toolbar.counted(rowCount, total),
      reading: () => toolbar.reading(),
      read: () => toolbar.read(),
      failed: (message) => toolbar.report(message),
      announce: (text) => toolbar.announce(text),
      plot: canPlot(state) ? (chosen) => plotColumns(info.columns, chosen) : undefined,
    },
  );
  table.edited([...edits], true);
  table.cells.resume(suspended);
  showContent();
  const stated = 'sql' in query ? statedPlot(query.sql) : undefined;
  if (stated !== undefined && 'error' in stated)
    toolbar.announce(`the plot of the query cannot be read: ${stated.error}`);
  focusIfNone(mainElement());
  void suggestFormats(state);
}

/** Asks for formats of a text that was read; other files are read in place. Edits are of the rows as they are read now. */
async function suggestFormats({ run, info }: Extract<GridState, { type: 'result' }>): Promise<void> {
  const isFile = info.editing !== undefined && 'base' in info.editing && 'resultId' in info.source;
  if (!isFile || edits.size > 0) return;
  // A table that is gone has no formats, and one whose text cannot be asked for is shown without them.
  const suggested = await requests.send(run, 'formats', {}).catch(() => []);
  if (shown?.run === run && edits.size === 0) notice.show(suggested);
}

/**
 * The element whose keys are those of the page: the open editor of a cell, the table, its plot, or what can be done
 * instead.
 */
function mainElement(): HTMLElement | null {
  const [editor, view] = ['.cell-editor .field', '[tabindex="0"]'];
  return document.querySelector<HTMLElement>(editor) ?? content.querySelector(view) ?? content.querySelector('button');
}

/** The state of the page, in which the columns of a text state that their times are in UTC. */
function withZones(state: GridState): GridState {
  if (state.type !== 'result' || !isOfText(state.query)) return state;
  return { ...state, info: { ...state.info, columns: columnsOfText(state.info.columns) } };
}

function isOfText(query: TableQuery): boolean {
  return 'path' in query && isTextTable(query.path);
}

function showAs(shows: Shows): void {
  save({ ...pageState, shows });
  showContent();
}

/** Shows the rows, the plot, or both. */
function showContent(): void {
  if (shown?.type !== 'result' || table === undefined) return;
  const { run, info } = shown;
  const shows = canPlot(shown) ? pageState.shows : 'rows';
  toolbar.shows(shows);
  if (shows !== 'rows') plot ??= newPlot(run, info.columns, table);
  const views = [shows === 'plot' ? undefined : table.root, shows === 'rows' ? undefined : plot?.root];
  const wanted = views.filter((view) => view !== undefined);
  for (const child of [...content.children]) if (!wanted.some((view) => view === child)) child.remove();
  // A view that stays where it is keeps its focus and its position.
  for (const [at, view] of wanted.entries())
    if (content.children[at] !== view) content.insertBefore(view, content.children[at] ?? null);
  content.classList.toggle('split', wanted.length > 1);
}

/** Draws columns next to the rows, which keep the focus. */
function plotColumns(columns: readonly Column[], chosen: readonly Column[]): void {
  const shows = pageState.shows === 'rows' ? 'both' : pageState.shows;
  save({ ...pageState, shows, plot: plotOf(columns, chosen) });
  plotAgain();
}

/** Another view of the table needs other points. */
function plotAgain(): void {
  plot = undefined;
  showContent();
}

function newPlot(run: number, columns: readonly Column[], { view: { view } }: TablePage): PlotView {
  return new PlotView(
    {
      ...{ requests, run, columns, post },
      view: () => ({ sort: [], filters: view.filters }),
      changed: (stated) => save({ ...pageState, plot: stated }),
      report: (text) => toolbar.announce(text),
    },
    pageState.plot,
  );
}

/** True for a table with columns; differences are not drawn. */
function canPlot(state: GridState): boolean {
  return state.type === 'result' && state.diff === undefined && state.info.columns.length > 0;
}

function postView(type: 'export' | 'openAsQuery'): void {
  if (shown?.type === 'result' && table !== undefined) post({ type, run: shown.run, ...table.view });
}

function save(state: PageState): void {
  pageState = state;
  host.setState(state);
}
