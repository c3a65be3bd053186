import { type Column } from '../../../../server/src/protocol/commands.ts';
import { element } from './element.ts';
import { typeText } from './header.ts';
import { timeElements } from './timeElements.ts';
import { countText, numberText } from '../../numberStrings.ts';

/** Returns the elements of one value in full; JSON is indented. */
export function valueElements(column: Column, row: number, value: string | null): readonly HTMLElement[] {
  return [
    element('h2', {}, column.name, element('span', { class: 'type' }, typeText(column))),
    element('p', { class: 'hint' }, `Row ${numberText(row + 1)} · ${lengthText(value)}`),
    valueText(column, value),
  ];
}

/** Returns the elements of all values of a row. */
export function rowElements(
  columns: readonly Column[],
  row: number,
  values: readonly (string | null)[],
): readonly HTMLElement[] {
  const list = element('dl');
  for (const [index, column] of columns.entries()) {
    const value = valueText(column, values[index] ?? null);
    list.append(element('dt', { title: typeText(column) }, column.name), element('dd', {}, value));
  }
  return [element('h2', {}, `Row ${numberText(row + 1)}`), list];
}

function valueText(column: Column, value: string | null): HTMLElement {
  if (value === null) return element('pre', { class: 'null', tabindex: '0' }, 'NULL');
  return element('pre', { tabindex: '0' }, value === '' ? '(empty)' : indented(value), ...timeElements(column, value));
}

function lengthText(value: string | null): string {
  if (value === null) return 'NULL';
  return countText(value.length, 'character');
}

/** JSON objects and lists with a line for each part, each number as it is written; any other text as it is. */
export function indented(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let depth = 0;
  let written = '';
  const line = (): string => `\n${'  '.repeat(depth)}`;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/g)) {
    if (token === ']' || token === '}') {
      depth -= 1;
      written += /[[{]$/.test(written) ? token : line() + token;
    } else {
      written += /[[{,]$/.test(written) ? line() + token : token;
      if (token === ':') written += ' ';
      if (token === '[' || token === '{') depth += 1;
    }
  }
  return written;
}
