import { type ColumnFilterInfo } from '../../../../server/src/protocol/commands.ts';
import { element } from './element.ts';

/** The texts of the filters above a table, and what a user does with them. */
interface ChipActions {
  /** Text of a filter. */
  text(filter: ColumnFilterInfo): string;
  edit(column: string): void;
  remove(column: string): void;
  clear(): void;
}

/** Shows filters in an element, which is hidden without any. */
export function drawChips(root: HTMLElement, filters: readonly ColumnFilterInfo[], actions: ChipActions): void {
  const chips = filters.map((filter) => {
    const text = actions.text(filter);
    const edit = element('button', { type: 'button', title: text }, text);
    const label = `Remove the filter ${text}`;
    const remove = element('button', { type: 'button', class: 'icon', 'aria-label': label }, '✕');
    edit.addEventListener('click', () => actions.edit(filter.column));
    remove.addEventListener('click', () => actions.remove(filter.column));
    return element('span', { class: 'chip' }, edit, remove);
  });
  root.hidden = chips.length === 0;
  if (chips.length < 2) return root.replaceChildren(...chips);
  const clear = element('button', { type: 'button', class: 'link' }, 'Clear All Filters');
  clear.addEventListener('click', () => actions.clear());
  root.replaceChildren(...chips, clear);
}
