import * as vscode from 'vscode';
import { type RowsInfo } from '../../server/src/protocol/commands.ts';
import { type PondClient } from './client.ts';
import { errorData, errorMessage, errorText, isCancelled } from './errors.ts';
import { plotOf } from './gridPlot.ts';
import { hintText } from './hints.ts';
import { pondName } from './pondUri.ts';
import { webviewPage } from './webviewPage.ts';
import { type CellRange, type FromGridPage, type GridState, type ToGridPage } from './webviews/grid/messages.ts';

/** Rows fetched per request when copying, and the maximum number of rows copied. */
const copyWindow = 10_000;
const copyRowsMax = 100_000;

/** A statement to run on a pond. */
interface Query {
  readonly pond: string;
  readonly sql: string;
}

/**
 * A grid in a panel. The rows stay in the server: the page requests the visible window. A new query replaces the
 * previous one, whose rows are released.
 */
export class GridPanel implements vscode.Disposable {
  private readonly client: PondClient;
  private readonly panel: vscode.WebviewPanel;
  private readonly listeners: vscode.Disposable[];
  private readonly closed = new vscode.EventEmitter<void>();
  private runs = 0;
  private query: Query | undefined;
  private current: GridState | undefined;
  private cancellation: vscode.CancellationTokenSource | undefined;
  readonly onDidClose = this.closed.event;

  /** Turns `panel` into the grid; closing either closes both. */
  constructor(client: PondClient, extension: vscode.Uri, panel: vscode.WebviewPanel) {
    this.client = client;
    this.panel = panel;
    const assets = vscode.Uri.joinPath(extension, 'out', 'webviews');
    this.panel.webview.options = { enableScripts: true, localResourceRoots: [assets] };
    this.panel.webview.html = webviewPage(this.panel.webview, assets, { name: 'grid', title: 'Query result' });
    this.listeners = [
      this.panel.webview.onDidReceiveMessage((message: FromGridPage) => this.receive(message)),
      this.panel.onDidDispose(() => this.dispose()),
      client.onDidChangeState((state) => {
        if (state !== 'running') this.serverGone();
      }),
    ];
  }

  /** Current content of the page; undefined before the first query. */
  get state(): GridState | undefined {
    return this.current;
  }

  reveal(): void {
    this.panel.reveal(undefined, true);
  }

  /** Runs a query and shows its result. Throws the server's error on failure, which is shown as well. */
  async run(query: Query): Promise<void> {
    this.cancellation?.cancel();
    this.release();
    const cancellation = (this.cancellation = new vscode.CancellationTokenSource());
    const run = ++this.runs;
    const about = { run, sql: query.sql, source: pondName(query.pond) };
    this.query = query;
    this.show({ type: 'running', ...about });
    try {
      const info = await this.client.request('query', query, cancellation.token);
      if (run === this.runs) this.show({ type: 'result', ...about, info });
      else this.releaseResult(query.pond, info.resultId);
    } catch (error) {
      if (run === this.runs) this.show(failure(about, error));
      if (!isCancelled(error)) throw error;
    } finally {
      cancellation.dispose();
      if (run === this.runs) this.cancellation = undefined;
    }
  }

  /** Cancels the running query, if any. */
  cancel(): void {
    this.cancellation?.cancel();
  }

  /** Rows of the current result. Throws when there is none. */
  async rows(start: number, count: number): Promise<RowsInfo> {
    if (this.current?.type !== 'result' || this.query === undefined) throw new Error('no result is shown');
    return this.client.request('rows', { pond: this.query.pond, resultId: this.current.info.resultId, start, count });
  }

  dispose(): void {
    this.cancellation?.cancel();
    this.release();
    for (const listener of this.listeners.splice(0)) listener.dispose();
    this.panel.dispose();
    this.closed.fire();
    this.closed.dispose();
  }

  private receive(message: FromGridPage): void {
    switch (message.type) {
      case 'ready':
        // A page that was hidden restarts empty: send its content again.
        if (this.current !== undefined) this.post(this.current);
        return;
      case 'cancel':
        this.cancel();
        return;
      case 'rows':
        void this.sendRows(message.run, message.start, message.count);
        return;
      case 'plot':
        void this.sendPlot(message.run);
        return;
      case 'copy':
        void this.copy(message.range);
        return;
    }
  }

  private async sendRows(run: number, start: number, count: number): Promise<void> {
    if (run !== this.runs) return;
    try {
      this.post({ type: 'rows', run, ...(await this.rows(start, count)) });
    } catch (error) {
      this.post({ type: 'rowsFailed', run, start, message: errorText(error) });
    }
  }

  private async sendPlot(run: number): Promise<void> {
    if (run !== this.runs || this.current?.type !== 'result') return;
    try {
      const plot = await plotOf(this.current.info, (start, count) => this.rows(start, count));
      if (plot !== undefined) this.post({ type: 'plot', run, plot });
    } catch (error) {
      this.post({ type: 'plotFailed', run, message: errorText(error) });
    }
  }

  /**
   * Copies the cells of a range to the clipboard: the column names, then a line per row, with cells separated by tabs.
   */
  private async copy(range: CellRange): Promise<void> {
    if (this.current?.type !== 'result') return;
    const { info } = this.current;
    const rowEnd = Math.min(range.rowEnd, range.rowStart + copyRowsMax);
    const columns = info.columns.slice(range.columnStart, range.columnEnd).map(({ name }) => name);
    const lines = rowEnd - range.rowStart === 1 && columns.length === 1 ? [] : [columns.map(cellText).join('\t')];
    try {
      for (let start = range.rowStart; start < rowEnd; start += copyWindow) {
        const rows = await this.rows(start, Math.min(copyWindow, rowEnd - start));
        const cells = rows.columns.slice(range.columnStart, range.columnEnd);
        const count = cells[0]?.length ?? 0;
        for (let row = 0; row < count; row++) lines.push(cells.map((column) => cellText(column[row] ?? '')).join('\t'));
      }
      await vscode.env.clipboard.writeText(lines.join('\n'));
      this.post({ type: 'copied', rows: rowEnd - range.rowStart });
    } catch (error) {
      void vscode.window.showErrorMessage(`The rows could not be copied: ${errorText(error)}`);
    }
    if (rowEnd < range.rowEnd) {
      void vscode.window.showWarningMessage(`Only the first ${copyRowsMax.toLocaleString()} rows were copied.`);
    }
  }

  private show(state: GridState): void {
    this.current = state;
    this.post(state);
  }

  private post(message: ToGridPage): void {
    void this.panel.webview.postMessage(message);
  }

  /** The rows were lost with the server that held them. */
  private serverGone(): void {
    if (this.current?.type !== 'result') return;
    const { run, sql, source: from } = this.current;
    this.show({ type: 'failed', run, sql, source: from, message: 'The server was restarted. Run the query again.' });
  }

  private release(): void {
    if (this.current?.type !== 'result' || this.query === undefined) return;
    this.releaseResult(this.query.pond, this.current.info.resultId);
    this.current = undefined;
  }

  private releaseResult(pond: string, resultId: string): void {
    this.client.request('release', { pond, resultId }).catch((error: unknown) => {
      this.client.log.debug(`a result was not released: ${errorText(error)}`);
    });
  }
}

function failure(
  about: { readonly run: number; readonly sql: string; readonly source: string },
  error: unknown,
): GridState {
  if (isCancelled(error)) return { type: 'cancelled', ...about };
  const hint = errorData(error)?.hint;
  return {
    type: 'failed',
    ...about,
    message: errorMessage(error),
    ...(hint === undefined ? {} : { hint: hintText(hint) }),
  };
}

/** A cell in tab-separated text: tabs and line breaks become a space. */
function cellText(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ');
}
