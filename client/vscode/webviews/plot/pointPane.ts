import { type Column, type RowWindow, type TableView } from '../../../../server/src/protocol/commands.ts';
import { element } from '../grid/element.ts';
import { type FromGridPage, type OriginsInfo, type OtherTable, type PlotLink } from '../grid/messages.ts';
import { type Requests, Superseded } from '../grid/requests.ts';
import { isTimeColumn, readableValue } from '../grid/times.ts';
import { positionText } from './axisText.ts';
import { type ChosenPlot } from './plotColumns.ts';
import { type ChosenPoint, type PointRows, rowsAt, viewOfPoint } from './pointRows.ts';
import { countText, numberText } from '../../numberStrings.ts';
import { wholeView } from '../../../../server/src/protocol/tableViews.ts';

/** Interface of the page to the pane. */
interface PaneHost {
  readonly requests: Requests;
  readonly run: number;
  readonly columns: readonly Column[];
  view(): TableView;
  post(message: FromGridPage): void;
  closed(): void;
}

/** Rows, and columns of each, that are listed. */
const rowsMax = 20;
const columnsMax = 8;

/** The pane about a point of a plot: its rows, and where they come from. */
export class PointPane {
  readonly root = element('aside', { class: 'pane', 'aria-label': 'Point' });
  readonly #host: PaneHost;
  readonly #content = element('div', { class: 'details', 'aria-live': 'polite' });

  constructor(host: PaneHost) {
    this.#host = host;
    const close = element('button', { type: 'button', class: 'icon', 'aria-label': 'Close Point' }, '✕');
    close.addEventListener('click', () => this.#close());
    this.root.append(close, this.#content);
    this.root.hidden = true;
    this.root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#close();
    });
  }

  /** Shows the rows nearest to a point of a plot. */
  async open({ plot, ...point }: ChosenPoint & { readonly plot: ChosenPlot }): Promise<void> {
    const rows = rowsAt(point);
    if (rows === undefined) return;
    this.root.hidden = false;
    this.root.setAttribute('aria-busy', 'true');
    try {
      await this.#show(plot, rows);
    } catch (error) {
      if (error instanceof Superseded) return;
      const message = error instanceof Error ? error.message : String(error);
      this.#content.replaceChildren(element('p', { class: 'hint', role: 'alert' }, message));
    }
    this.root.removeAttribute('aria-busy');
  }

  async #show(plot: ChosenPlot, rows: PointRows): Promise<void> {
    const { requests, run, columns } = this.#host;
    const x = columns.find(({ name }) => name === plot.x);
    const y = columns.find(({ name }) => name === rows.series.of.column);
    if (x === undefined || y === undefined) return;
    const other = rows.series.version === undefined ? undefined : { at: rows.series.version };
    const view = viewOfPoint(this.#host.view(), rows, { x, y, by: plot.by });
    const shown = listedColumns(columns, [x.name, y.name, ...(plot.by === undefined ? [] : [plot.by])]);
    const params = { view, start: 0, count: rowsMax, columns: shown.map(({ name }) => name), textMax: 200 };
    const read = await requests.send(run, 'tableRows', params, 'point', other);
    const { rowCount } = await requests.send(run, 'tableCount', { view }, 'pointCount', other);
    const time = isTimeColumn(x);
    const [start, end] = [positionText(rows.start, time), positionText(rows.end, time)];
    this.#content.replaceChildren(
      element('h2', {}, rows.series.name),
      element('p', { class: 'hint' }, start === end ? start : `${start} to ${end}`),
      rowsTable(shown, read),
      element('p', { class: 'hint' }, rowsText(read.columns[0]?.length ?? 0, rowCount)),
    );
    const row = await this.#rowOf(x, read.columns[0]?.[0] ?? null, other);
    const origins = await requests.send(run, 'origins', { row, view }, 'origins', other);
    this.#content.append(...this.#originElements(origins, rows.series.version));
  }

  /** The position in the table of the only row with a text of x; null when there are several. */
  async #rowOf(x: Column, text: string | null, other: OtherTable | undefined): Promise<number | null> {
    if (text === null) return null;
    const { requests, run } = this.#host;
    const match = { column: x.name, kind: 'compare', operator: '=', value: text } as const;
    const view: TableView = { sort: [], filters: [match] };
    const { rowCount } = await requests.send(run, 'tableCount', { view }, 'pointCount', other);
    if (rowCount !== 1) return null;
    const params = { view: wholeView, match, start: { row: -1, column: 0 } };
    return (await requests.send(run, 'findInTable', params, 'pointRow', other))?.row ?? null;
  }

  #originElements({ files, others, isOfRows, line }: OriginsInfo, version: string | undefined): readonly HTMLElement[] {
    const heading = files.length === 1 ? 'File' : 'Files';
    const unknown = 'The query reads these files. It does not say which the rows are from.';
    return [
      element('h3', {}, heading),
      ...(isOfRows ? [] : [element('p', { class: 'hint' }, unknown)]),
      ...files.flatMap((file) => this.#fileElements(file, line, version)),
      ...(others > 0 ? [element('p', { class: 'hint' }, `and ${countText(others, 'more file')}`)] : []),
    ];
  }

  #fileElements(
    { path, displayPath = path, isDerived, isStaged, commit, resource, readBy }: OriginsInfo['files'][number],
    line: number | null,
    version: string | undefined,
  ): readonly HTMLElement[] {
    const at = version === undefined ? {} : { at: version };
    const where = line === null ? '' : `, line ${numberText(line)}`;
    const link: PlotLink = { to: 'file', path, ...at, ...(line !== null && { line }) };
    const facts: HTMLElement[] = [];
    const fact = (name: string, ...value: readonly (Node | string)[]): void =>
      void facts.push(element('dt', {}, name), element('dd', {}, ...value));
    if (isDerived) fact('Made', 'computed from other files');
    if (isStaged) fact('Staged', 'changes that are not committed');
    if (commit !== null) {
      const text = `${commit.number}: ${commit.message.split('\n', 1)[0] || commit.operation}`;
      fact('Commit', this.#link(text, { to: 'log', path }));
      fact('By', `${commit.author}, ${commit.time.slice(0, 16).replace('T', ' ')} UTC`);
      if (commit.operation.includes('/')) fact('Run', commit.operation);
    }
    if (resource !== null) fact('Resource', this.#link(resource.title, { to: 'resource', id: resource.id }));
    const readers = readBy.map(({ id, title }) => this.#link(title, { to: 'resource', id }));
    if (readers.length > 0) fact('Read by', ...readers.flatMap((reader) => [reader, element('br')]));
    return [element('p', {}, this.#link(`${displayPath}${where}`, link)), element('dl', {}, ...facts)];
  }

  #link(text: string, link: PlotLink): HTMLElement {
    const made = element('button', { type: 'button', class: 'link' }, text);
    made.addEventListener('click', () => this.#host.post({ type: 'follow', ...link }));
    return made;
  }

  #close(): void {
    this.root.hidden = true;
    this.#host.closed();
  }
}

/** The plotted columns first, then the others in their order, as many as are listed. */
function listedColumns(columns: readonly Column[], first: readonly string[]): readonly Column[] {
  const named = first.flatMap((name) => columns.find((column) => column.name === name) ?? []);
  return [...new Set([...named, ...columns])].slice(0, columnsMax);
}

function rowsTable(shown: readonly Column[], { columns }: RowWindow): HTMLElement {
  const head = element('tr', {}, ...shown.map(({ name }) => element('th', { scope: 'col' }, name)));
  const rows = (columns[0] ?? []).map((_, row) =>
    element('tr', {}, ...shown.map((of, column) => cell(of, columns[column]?.[row] ?? null))),
  );
  const table = element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
  return element('div', { class: 'pointrows', tabindex: '0', role: 'group', 'aria-label': 'Rows' }, table);
}

function cell(column: Column, text: string | null): HTMLElement {
  if (text === null) return element('td', { class: 'null' }, 'NULL');
  // The pane has no room for the seconds of a series next to the times that they mean.
  const shown = readableValue(column, text);
  return element('td', shown === text ? {} : { title: text }, shown);
}

function rowsText(listed: number, rowCount: number): string {
  return listed < rowCount ? `${listed} of ${countText(rowCount, 'row')}` : countText(rowCount, 'row');
}
