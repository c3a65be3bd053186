import * as vscode from 'vscode';
import { type RowWindow } from '../../../server/src/protocol/commands.ts';
import { errorText, isCancelled } from '../errors.ts';
import { openAsQuery, reported, warnOfEdits } from './gridActions.ts';
import { copyCells, editedRows } from './gridCopy.ts';
import { GridEdits } from './gridEdits.ts';
import { exportView } from './gridExport.ts';
import { GridRequests } from './gridRequests.ts';
import { editedFile, failure, type GridHost, tableName, tableTitle, releaseLater } from './gridTable.ts';
import { PlotHost } from './plotHost.ts';
import { pondName } from '../pondUri.ts';
import { type TableAction, tableAction } from './tableActions.ts';
import { openTable } from './tableDiff.ts';
import { type TableDocument } from './tableDocument.ts';
import { webviewPage } from '../webviewPage.ts';
import {
  type FromGridPage,
  type GridState,
  type ShownView,
  type TableQuery,
  type ToGridPage,
} from '../webviews/grid/messages.ts';
import { wholeView } from '../../../server/src/protocol/tableViews.ts';

type Shown = Extract<GridState, { type: 'result' }>;

/**
 * A table in a panel. The rows stay in the server: the page requests the visible window of a view. A new query replaces
 * the previous one, whose rows are released. After a restart of the server the query is run again; the page keeps its
 * view, its selection and its position.
 */
export class GridPanel implements vscode.Disposable {
  readonly #host: GridHost;
  readonly #panel: vscode.WebviewPanel;
  readonly #edits: GridEdits;
  readonly #plots: PlotHost;
  readonly #requests: GridRequests;
  readonly #listeners: vscode.Disposable[];
  readonly #closed = new vscode.EventEmitter<void>();
  #runs = 0;
  #query: TableQuery | undefined;
  #current: GridState | undefined;
  #cancellation: vscode.CancellationTokenSource | undefined;
  #isLost = false;
  readonly onDidClose = this.#closed.event;

  /** Turns `panel` into the grid; closing either closes both. */
  constructor(host: GridHost, panel: vscode.WebviewPanel, document?: TableDocument) {
    this.#host = host;
    this.#edits = new GridEdits(document, (message) => this.#post(message));
    this.#panel = panel;
    this.#plots = new PlotHost(host);
    this.#requests = new GridRequests(host.client, this.#plots, (message) => this.#post(message));
    const assets = vscode.Uri.joinPath(host.extension, 'out', 'webviews');
    this.#panel.webview.options = { enableScripts: true, localResourceRoots: [assets] };
    this.#panel.webview.html = webviewPage(this.#panel.webview, assets, { name: 'grid', title: 'Table' });
    this.#listeners = [
      this.#edits,
      this.#panel.webview.onDidReceiveMessage((message: FromGridPage) => this.#receive(message)),
      this.#panel.onDidDispose(() => this.dispose()),
      this.#panel.onDidChangeViewState(() => this.#reopenLost()),
      host.client.onDidChangeState((state) => {
        if (state !== 'running') this.#serverGone();
        else this.#reopenLost();
      }),
    ];
  }

  /** Current content of the page; undefined before the first query. */
  get state(): GridState | undefined {
    return this.#current;
  }

  /** True while its tab is the active one. */
  get isActive(): boolean {
    return this.#panel.active;
  }

  set title(title: string) {
    this.#panel.title = title;
  }

  reveal(): void {
    this.#panel.reveal(undefined, true);
  }

  /** Opens a table and shows it. Throws the server's error on failure, which is shown as well. */
  async run(query: TableQuery): Promise<void> {
    this.#cancellation?.cancel();
    this.#release();
    const cancellation = (this.#cancellation = new vscode.CancellationTokenSource());
    const run = ++this.#runs;
    const about = { run, query, source: pondName(query.pond) };
    this.#query = query;
    this.#isLost = false;
    this.#show({ type: 'running', ...about });
    const running = this.#host.running.start({
      pond: query.pond,
      title: tableTitle(query),
      cancel: () => cancellation.cancel(),
    });
    try {
      await this.#host.openPond(query.pond);
      const opened = await openTable(this.#host.client, query, cancellation.token);
      if (run !== this.#runs) return releaseLater(this.#host.client, query.pond, opened.info.source);
      const shown = { type: 'result', ...about, ...opened } as const;
      this.#show(shown);
      void this.#count(shown);
    } catch (error) {
      if (run === this.#runs) this.#show(failure(about, error));
      if (!isCancelled(error)) throw error;
    } finally {
      running.dispose();
      cancellation.dispose();
      if (run === this.#runs) this.#cancellation = undefined;
    }
  }

  /** Runs the query again, and keeps what the user chose; its error is shown. */
  async rerun(query = this.#query): Promise<void> {
    if (query === undefined) return;
    await this.run(query).catch((error: unknown) =>
      this.#host.client.log.info(`a table was not read: ${errorText(error)}`),
    );
  }

  /** Cancels the running query, if any. */
  cancel(): void {
    this.#cancellation?.cancel();
  }

  /** Rows of the whole table. Throws while no table is shown. */
  async rows(start: number, count: number): Promise<RowWindow> {
    if (this.#current?.type !== 'result') throw new Error('no table is shown');
    const whole = { view: wholeView, columns: this.#current.info.columns };
    return this.#rowsOf(this.#current, whole, start, count);
  }

  dispose(): void {
    this.#cancellation?.cancel();
    this.#requests.cancelAll();
    this.#release();
    for (const listener of this.#listeners.splice(0)) listener.dispose();
    this.#panel.dispose();
    this.#closed.fire();
    this.#closed.dispose();
  }

  #receive(message: FromGridPage): void {
    switch (message.type) {
      case 'ready':
        // A page that was hidden restarts empty: send its content again.
        if (this.#current !== undefined) this.#show(this.#current);
        return;
      case 'typing':
        return this.#edits.setTyping(message.isOpen);
      case 'command':
        if (this.#panel.active) this.#edits.command(message.command);
        return;
      case 'cancel':
        return this.cancel();
      case 'cancelRequest':
        return this.#requests.cancel(message.id);
      case 'savePicture':
        void reported('The picture could not be saved', () => this.#plots.savePicture(message));
        return;
      case 'follow':
        void reported('It could not be opened', async () => {
          if (this.#query !== undefined) await this.#plots.follow(this.#query, message);
        });
        return;
      case 'diff':
      case 'stateFormat':
        if (message.run !== this.#runs || this.#current === undefined) return;
        return this.#act(this.#current, message);
      default:
        if (message.run !== this.#runs || this.#current?.type !== 'result') return;
        this.#receiveAbout(this.#current, message);
    }
  }

  #receiveAbout(shown: Shown, message: Exclude<Extract<FromGridPage, { run: number }>, TableAction>): void {
    switch (message.type) {
      case 'request':
        return this.#requests.send(message, {
          query: shown.query,
          source: shown.info.source,
          edited: editedFile(shown),
        });
      case 'savePlot':
        void reported('The plot could not be stated', () =>
          this.#plots.savePlot(shown.query, shown.info.source, message.plot),
        );
        return;
      case 'copy': {
        const read = (start: number, count: number): Promise<RowWindow> => this.#rowsOf(shown, message, start, count);
        const rows = editedRows(this.#edits.rows, message, read);
        void copyCells({ ...message, table: tableName(shown.query) }, rows).then((copied) => {
          if (copied !== undefined) this.#post({ type: 'copied', rows: copied });
        });
        return;
      }
      case 'edit':
        return this.#edits.edit(message);
      case 'paste':
        void vscode.env.clipboard.readText().then((text) => this.#post({ type: 'pasted', run: message.run, text }));
        return;
      case 'export':
        if (this.#edits.isDirty) warnOfEdits();
        void reported('The rows could not be exported', () => exportView(this.#host.client, shown, message));
        return;
      case 'openAsQuery':
        void reported('The query could not be opened', () => openAsQuery(this.#host, shown, message));
    }
  }

  #act(state: GridState, action: TableAction): void {
    void reported('The table could not be changed', async () => {
      const query = await tableAction(this.#host.client, state, action);
      if (query !== undefined) void this.rerun(query);
    });
  }

  #rowsOf(shown: Shown, { view, columns }: ShownView, start: number, count: number): Promise<RowWindow> {
    const { query, info } = shown;
    const range = {
      start,
      count,
      columns: columns.map(({ name }) => name),
      positions: editedFile(shown) !== undefined,
    };
    return this.#host.client.request('tableRows', { pond: query.pond, source: info.source, view, ...range });
  }

  /** Waits for the number of all rows, and of differences; its failure is that of the query. */
  async #count(shown: Shown): Promise<void> {
    const { run, query, info } = shown;
    try {
      if (info.rowCount !== null) return await this.#countDifferences(shown);
      const params = { pond: query.pond, source: info.source, view: wholeView };
      const { rowCount } = await this.#host.client.request('tableCount', params);
      if (run !== this.#runs || this.#isLost) return;
      this.#current = { ...shown, info: { ...info, rowCount } };
      this.#post({ type: 'total', run, rowCount });
      await this.#countDifferences(this.#current);
    } catch (error) {
      if (run === this.#runs && !this.#isLost) this.#show(failure(shown, error));
    }
  }

  async #countDifferences({ run, query, info, diff }: Shown): Promise<void> {
    if (diff === undefined || diff.counts !== null || !('resultId' in info.source)) return;
    const params = { pond: query.pond, resultId: info.source.resultId, columns: diff.diffColumns.length };
    const counts = await this.#host.client.request('diffCounts', params);
    if (run !== this.#runs || this.#current?.type !== 'result') return;
    this.#current = { ...this.#current, diff: { ...diff, counts } };
    this.#post({ type: 'diffCounts', run, counts });
  }

  #show(state: GridState): void {
    this.#current = state;
    this.#edits.shows(state);
    this.#post(state);
  }

  #post(message: ToGridPage): void {
    void this.#panel.webview.postMessage(message);
  }

  /** The rows were lost with the server that held them; a query that was cancelled has none. */
  #serverGone(): void {
    this.#requests.cancelAll();
    this.#plots.forget();
    this.#isLost = this.#query !== undefined && this.#current?.type !== 'cancelled';
  }

  /** Runs the query again, whose rows were lost, once the server runs and the panel is visible. */
  #reopenLost(): void {
    if (!this.#isLost || this.#query === undefined || !this.#panel.visible || this.#host.client.state !== 'running')
      return;
    // The page shows why it has no rows.
    this.run(this.#query).catch((error: unknown) =>
      this.#host.client.log.info(`a table was not opened again: ${errorText(error)}`),
    );
  }

  #release(): void {
    this.#requests.cancelAll();
    if (this.#query !== undefined) this.#plots.release(this.#query.pond);
    if (this.#current?.type === 'result' && !this.#isLost)
      releaseLater(this.#host.client, this.#current.query.pond, this.#current.info.source);
    this.#current = undefined;
  }
}
