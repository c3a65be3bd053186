/** The page of a result grid: what the query does or did, and its rows. */
import './grid.css';
import { element } from './grid/element.ts';
import { type FromPage, type GridState, type ToPage } from './grid/messages.ts';
import { Table } from './grid/table.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };

const host = acquireVsCodeApi();

const summary = element('span', { class: 'summary', role: 'status', 'aria-live': 'polite' });
const position = element('span', { class: 'position' });
const cancel = element('button', { class: 'cancel', type: 'button' }, 'Cancel');
const bar = element('div', { class: 'bar' }, summary, position, cancel);
const content = element('main', { class: 'content' });

let shown: GridState | undefined;
let table: Table | undefined;

cancel.addEventListener('click', () => host.postMessage({ type: 'cancel' }));
window.addEventListener('message', (event: MessageEvent<ToPage>) => receive(event.data));
document.body.append(bar, content);
host.postMessage({ type: 'ready' });

function receive(message: ToPage): void {
  switch (message.type) {
    case 'rows':
      if (message.run === shown?.run) table?.put(message);
      return;
    case 'rowsFailed':
      if (message.run !== shown?.run) return;
      table?.failed(message.start);
      summary.textContent = message.message;
      return;
    case 'copied':
      position.textContent = `${count(message.rows, 'row')} copied`;
      return;
    default:
      show(message);
  }
}

function show(state: GridState): void {
  shown = state;
  table = undefined;
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
    ask: (start, rows) => host.postMessage({ type: 'rows', run, start, count: rows }),
    copy: (range) => host.postMessage({ type: 'copy', run, range }),
    focused: ({ row }) => {
      position.textContent = `row ${(row + 1).toLocaleString()}`;
    },
  });
  content.replaceChildren(table.root);
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString()} ${noun}${number === 1 ? '' : 's'}`;
}
