import { moveFocus } from '../focus.ts';
import { type ColumnFilter, type Column, type ColumnSummary } from '../../../../server/src/protocol/commands.ts';
import { element, type PagePosition } from './element.ts';
import { isFieldKey } from './fieldKeys.ts';
import { conditionsOf, filterOf, formOf } from './filterForm.ts';
import { readableValue } from './times.ts';
import { numberText } from '../../numberStrings.ts';
import { messageOf } from './requests.ts';

/** Interface of the page to the dialog. */
interface FilterHost {
  /** Facts about the column in the rows that the other filters leave. */
  summary(): Promise<ColumnSummary>;
  /** Fails when the column cannot have the values of a filter. */
  check(filter: ColumnFilter): Promise<unknown>;
  apply(filter: ColumnFilter | undefined): void;
}

let open: (() => void) | undefined;

/** Opens the filter of a column below a position: a condition, or values to pick. */
export function showFilter(
  column: Column,
  present: ColumnFilter | undefined,
  { x, y }: PagePosition,
  host: FilterHost,
): void {
  open?.();
  const before = document.activeElement;
  const form = conditionForm(column, present);
  const values = element('fieldset', { class: 'values' }, element('legend', {}, 'Values'));
  const problem = element('p', { class: 'error', role: 'alert' });
  const apply = element('button', { type: 'submit' }, 'Apply');
  const clear = element('button', { type: 'button', class: 'secondary' }, 'Clear Filter');
  const root = element(
    'form',
    { class: 'dialog', role: 'dialog', 'aria-label': `Filter ${column.name}` },
    element('h2', {}, `Filter ${column.name}`),
    form.root,
    problem,
    values,
    element('div', { class: 'buttons' }, apply, clear),
  );
  const close = (): void => {
    open = undefined;
    root.remove();
    window.removeEventListener('pointerdown', outside);
    if (before instanceof HTMLElement) moveFocus(before);
  };
  const outside = ({ target }: PointerEvent): void => {
    if (target instanceof Node && !root.contains(target)) close();
  };
  const finish = (filter: ColumnFilter | undefined): void => {
    close();
    host.apply(filter);
  };
  root.addEventListener('submit', (event) => {
    event.preventDefault();
    const filter = pickedValues(column.name, values) ?? form.filter();
    if (filter === undefined) return finish(filter);
    host.check(filter).then(
      // Escape closes the dialog meanwhile.
      () => root.isConnected && finish(filter),
      (error: unknown) => (problem.textContent = messageOf(error)),
    );
  });
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
    if (isFieldKey(event)) event.stopPropagation();
  });
  clear.addEventListener('click', () => finish(undefined));
  window.addEventListener('pointerdown', outside);
  document.body.append(root);
  open = close;
  place(root, { x, y });
  form.focus();
  host.summary().then(
    (summary) => {
      values.append(...valueBoxes(summary, present));
      place(root, { x, y });
    },
    (error: unknown) => values.append(element('p', {}, messageOf(error))),
  );
}

function place(root: HTMLElement, { x, y }: PagePosition): void {
  const { width, height } = root.getBoundingClientRect();
  root.style.left = `${Math.max(0, Math.min(x, window.innerWidth - width - 8))}px`;
  root.style.top = `${Math.max(0, Math.min(y, window.innerHeight - height - 8))}px`;
}

interface ConditionForm {
  readonly root: HTMLElement;
  focus(): void;
  filter(): ColumnFilter | undefined;
}

function conditionForm(column: Column, present: ColumnFilter | undefined): ConditionForm {
  const conditions = conditionsOf(column);
  const { condition: chosen, texts } = formOf(column, present);
  const select = element('select', { 'aria-label': 'Condition' });
  select.append(...conditions.map(({ id, label }) => element('option', { value: id }, label)));
  if (chosen !== undefined) select.value = chosen;
  const inputs = ['Value', 'Second value'].map((label, index) => {
    const input = element('input', { type: 'text', 'aria-label': label, spellcheck: 'false', autocomplete: 'off' });
    input.value = texts[index] ?? '';
    return input;
  });
  const update = (): void => {
    const count = conditions.find(({ id }) => id === select.value)?.texts ?? 0;
    for (const [index, input] of inputs.entries()) input.hidden = index >= count;
  };
  select.addEventListener('change', update);
  update();
  return {
    root: element('div', { class: 'condition' }, select, ...inputs),
    focus: () => moveFocus(inputs[0]?.hidden === false ? inputs[0] : select),
    filter: () =>
      filterOf(
        column,
        select.value,
        inputs.map(({ value }) => value),
      ),
  };
}

/** A box for each frequent value, and for NULL. */
function valueBoxes(
  { column, top, missing, distinct }: ColumnSummary,
  present: ColumnFilter | undefined,
): readonly HTMLElement[] {
  const picked = present?.kind === 'values' && present.exclude !== true ? present.values : [];
  const box = (value: string | null, rows: number): HTMLElement => {
    const input = element('input', {
      type: 'checkbox',
      ...(value === null ? { 'data-null': '' } : { 'data-value': value }),
    });
    input.checked = picked.includes(value);
    const shown = value === null ? 'NULL' : value === '' ? '(empty)' : readableValue(column, value);
    const text = element('span', value === null ? { class: 'null' } : {}, shown);
    return element('label', {}, input, text, element('span', { class: 'count' }, numberText(rows)));
  };
  const more = distinct - top.length;
  return [
    ...(missing > 0 ? [box(null, missing)] : []),
    ...top.map(({ value, rows }) => box(value, rows)),
    ...(more > 0 ? [element('p', { class: 'hint' }, `${numberText(more)} other values are less frequent.`)] : []),
  ];
}

/** The filter of the picked values; undefined when none is picked. */
function pickedValues(column: string, values: HTMLElement): ColumnFilter | undefined {
  const picked = [...values.querySelectorAll<HTMLInputElement>('input:checked')];
  if (picked.length === 0) return undefined;
  return { column, kind: 'values', values: picked.map((input) => input.getAttribute('data-value')) };
}
