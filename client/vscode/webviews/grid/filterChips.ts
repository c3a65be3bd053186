import { type ColumnFilter } from '../../../../server/src/protocol/commands.ts';
import { element } from './element.ts';

/** The texts of the filters above a table, and what a user does with them. */
interface Chips {
  text(filter: ColumnFilter): string;
  readonly actions: {
    editFilter(column: string): void;
    setFilter(column: string, filter: undefined): void;
    clearFilters(): void;
  };
}

/** Shows filters in an element, which is hidden without any. */
export function drawChips(root: HTMLElement, filters: readonly ColumnFilter[], { text: textOf, actions }: Chips): void {
  const chips = filters.map((filter) => {
    const text = textOf(filter);
    const edit = element('button', { type: 'button', title: text }, text);
    const label = `Remove the filter ${text}`;
    const remove = element('button', { type: 'button', class: 'icon', 'aria-label': label }, '✕');
    edit.addEventListener('click', () => actions.editFilter(filter.column));
    remove.addEventListener('click', () => actions.setFilter(filter.column, undefined));
    return element('span', { class: 'chip' }, edit, remove);
  });
  root.hidden = chips.length === 0;
  if (chips.length < 2) return root.replaceChildren(...chips);
  const clear = element('button', { type: 'button', class: 'link' }, 'Clear All Filters');
  clear.addEventListener('click', () => actions.clearFilters());
  root.replaceChildren(...chips, clear);
}
