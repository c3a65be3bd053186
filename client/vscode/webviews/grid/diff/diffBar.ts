import { moveFocus } from '../../focus.ts';
import { type DiffCounts, type TableDiffInfo } from '../../../../../server/src/protocol/commands.ts';
import { element } from '../element.ts';
import { type DiffQuery } from '../messages.ts';
import { OverflowBar } from '../overflowBar.ts';
import { changeSigns, type RowChange } from './diffView.ts';
import { countText, numberText } from '../../../numberStrings.ts';

/** Actions of the buttons. */
interface DiffBarHost {
  toggleAll(): void;
  pickKey(): void;
  showText(): void;
  step(backward: boolean): void;
  /** Shows the rows of a kind, or those whose value in a column changed. */
  showKind(kind: RowChange): void;
  showColumn(index: number): void;
}

/** The bar of a table of differences: which tables, how many differences, and how they are shown. */
export class DiffBar {
  readonly root = element('div', { class: 'diff-bar', role: 'toolbar', 'aria-label': 'Differences' });
  readonly #host: DiffBarHost;
  readonly #overflow = new OverflowBar(this.root);

  constructor(host: DiffBarHost) {
    this.#host = host;
    this.root.hidden = true;
  }

  /** Hides the bar: the page shows no differences. */
  hide(): void {
    this.root.hidden = true;
  }

  /** Shows the bar; without `info`, of tables that are being compared, or could not be. */
  show(query: DiffQuery, info: TableDiffInfo | undefined): void {
    this.root.hidden = false;
    const names = `${query.beforeName} ↔ ${query.afterName}`;
    const sides = element('span', { class: 'sides', title: names }, names);
    const all = this.#button('Only Changes', () => this.#host.toggleAll(), 'Show rows that differ, or all rows');
    all.setAttribute('aria-pressed', String(query.all !== true));
    const keyTitle = 'Choose the columns by which rows are matched';
    const key = this.#button(keyText(query, info), () => this.#host.pickKey(), keyTitle);
    const buttons = [
      ...(info?.counts ? this.#kinds(info.counts) : []),
      this.#step('↑', 'Previous Change', true),
      this.#step('↓', 'Next Change', false),
      all,
      key,
      ...(query.hasText === true
        ? [this.#button('Show as Text', () => this.#host.showText(), 'Compare the lines of the text')]
        : []),
      ...(info?.counts ? this.#columns(info, info.counts) : []),
    ];
    const focused = this.root.contains(document.activeElement) ? document.activeElement : null;
    const title = focused instanceof HTMLElement ? focused.title : '';
    const rows = info === undefined ? [] : [element('span', { class: 'of' }, rowsText(info))];
    this.root.replaceChildren(sides, ...rows, ...buttons, this.#overflow.more);
    this.#overflow.setButtons(buttons);
    // The button that was used keeps the focus, for the keyboard.
    const again = [...this.root.querySelectorAll('button')].find((button) => button.title === title);
    if (focused !== null) moveFocus(again);
  }

  #kinds(counts: DiffCounts): readonly HTMLElement[] {
    const kinds = (['added', 'removed', 'changed'] as const).filter((kind) => counts[kind] > 0);
    return kinds.map((kind) => this.#kind(kind, counts));
  }

  #kind(kind: RowChange, counts: DiffCounts): HTMLElement {
    const number = numberText(counts[kind]);
    const made = this.#button(
      `${changeSigns[kind]}${number}`,
      () => this.#host.showKind(kind),
      `Show the ${kind} rows`,
    );
    made.classList.add(kind);
    made.setAttribute('aria-label', `${countText(counts[kind], 'row')} ${kind}: show them`);
    return made;
  }

  #columns({ diffColumns }: TableDiffInfo, { values }: DiffCounts): readonly HTMLElement[] {
    return diffColumns.flatMap(({ name }, index) => {
      const changed = values[index] ?? 0;
      const title = `Show the rows whose ${name} changed`;
      const text = `${name} ~${numberText(changed)}`;
      return changed > 0 ? [this.#button(text, () => this.#host.showColumn(index), title)] : [];
    });
  }

  #step(text: string, name: string, backward: boolean): HTMLElement {
    const made = this.#button(text, () => this.#host.step(backward), `${name} (${backward ? 'Shift+F7' : 'F7'})`);
    made.setAttribute('aria-label', name);
    return made;
  }

  #button(text: string, run: () => void, title: string): HTMLElement {
    const made = element('button', { class: 'toggle', type: 'button', title }, text);
    made.addEventListener('click', run);
    return made;
  }
}

function rowsText({ counts, rowsBefore, rowsAfter }: TableDiffInfo): string {
  const rows = `of ${numberText(rowsBefore)} and ${numberText(rowsAfter)} rows`;
  if (counts === null) return `counting … ${rows}`;
  return counts.added + counts.removed + counts.changed === 0 ? `No row differs, ${rows}` : rows;
}

function keyText({ key: chosen }: DiffQuery, info: TableDiffInfo | undefined): string {
  const key = info?.key ?? chosen;
  if (key === undefined) return 'Key…';
  return key.length === 0 ? 'Key: whole rows' : `Key: ${key.join(', ')}`;
}
