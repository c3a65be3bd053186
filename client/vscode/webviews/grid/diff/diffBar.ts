import { type DiffCountsInfo, type TableDiffInfo } from '../../../../../server/src/protocol/commands.ts';
import { element } from '../element.ts';
import { type DiffQuery } from '../messages.ts';
import { changeSigns, type RowChange } from './diffView.ts';

/** What the buttons do. */
interface DiffBarHost {
  toggleAll(): void;
  pickKey(): void;
  showText(): void;
  step(backward: boolean): void;
  /** Shows the rows of a kind, or those whose value in a column changed. */
  showKind(kind: RowChange): void;
  showColumn(index: number): void;
}

/** Columns with changes that are listed before the number of the others. */
const columnsMax = 12;

/** The bar of a table of differences: which tables, how many differences, and how they are shown. */
export class DiffBar {
  readonly root = element('div', { class: 'diff-bar', role: 'toolbar', 'aria-label': 'Differences' });
  private readonly host: DiffBarHost;

  constructor(host: DiffBarHost) {
    this.host = host;
    this.root.hidden = true;
  }

  /** Hides the bar: the page shows no differences. */
  hide(): void {
    this.root.hidden = true;
  }

  /** Shows the bar; without `info`, of tables that are being compared, or could not be. */
  show(query: DiffQuery, info?: TableDiffInfo): void {
    this.root.hidden = false;
    const sides = element('span', { class: 'sides' }, `${query.beforeName} ↔ ${query.afterName}`);
    const all = this.button('Only Changes', () => this.host.toggleAll(), 'Show rows that differ, or all rows');
    all.setAttribute('aria-pressed', String(query.all !== true));
    const keyTitle = 'Choose the columns by which rows are matched';
    const key = this.button(keyText(query, info), () => this.host.pickKey(), keyTitle);
    const buttons = [
      this.button('↑', () => this.host.step(true), 'Previous change (Shift+F7)'),
      this.button('↓', () => this.host.step(false), 'Next change (F7)'),
      all,
      key,
      ...(query.hasText === true
        ? [this.button('Show as Text', () => this.host.showText(), 'Compare the lines of the text')]
        : []),
    ];
    const focused = this.root.contains(document.activeElement) ? document.activeElement : null;
    const title = focused instanceof HTMLElement ? focused.title : '';
    this.root.replaceChildren(sides, ...(info === undefined ? [] : this.numbers(info)), ...buttons);
    // The button that was used keeps the focus, for the keyboard.
    const again = [...this.root.querySelectorAll('button')].find((button) => button.title === title);
    if (focused !== null) again?.focus();
  }

  private numbers(info: TableDiffInfo): readonly HTMLElement[] {
    const { counts, rowsBefore, rowsAfter } = info;
    const rows = `of ${rowsBefore.toLocaleString()} and ${rowsAfter.toLocaleString()} rows`;
    if (counts === null) return [element('span', { class: 'of' }, `counting … ${rows}`)];
    const isEqual = counts.added + counts.removed + counts.changed === 0;
    const kinds = (['added', 'removed', 'changed'] as const).map((kind) => this.kind(kind, counts));
    return [
      ...(isEqual ? [element('span', { class: 'of' }, 'No row differs,')] : kinds),
      element('span', { class: 'of' }, rows),
      ...this.columns(info, counts),
    ];
  }

  private kind(kind: RowChange, counts: DiffCountsInfo): HTMLElement {
    const number = counts[kind].toLocaleString();
    const made = this.button(`${changeSigns[kind]}${number}`, () => this.host.showKind(kind), `Show the ${kind} rows`);
    made.classList.add(kind);
    made.setAttribute('aria-label', `${number} ${counts[kind] === 1 ? 'row' : 'rows'} ${kind}: show them`);
    return made;
  }

  private columns({ diffColumns }: TableDiffInfo, { values }: DiffCountsInfo): readonly HTMLElement[] {
    const changed = diffColumns.flatMap(({ name }, index) => ((values[index] ?? 0) > 0 ? [{ name, index }] : []));
    const buttons = changed.slice(0, columnsMax).map(({ name, index }) => {
      const title = `Show the rows whose ${name} changed`;
      const text = `${name} ~${(values[index] ?? 0).toLocaleString()}`;
      return this.button(text, () => this.host.showColumn(index), title);
    });
    const left = changed.length - buttons.length;
    return left > 0 ? [...buttons, element('span', { class: 'of' }, `and ${left} more columns`)] : buttons;
  }

  private button(text: string, run: () => void, title: string): HTMLElement {
    const made = element('button', { class: 'toggle', type: 'button', title }, text);
    made.addEventListener('click', run);
    return made;
  }
}

function keyText({ key: chosen }: DiffQuery, info: TableDiffInfo | undefined): string {
  const key = info?.key ?? chosen;
  if (key === undefined) return 'Key…';
  return key.length === 0 ? 'Key: whole rows' : `Key: ${key.join(', ')}`;
}
