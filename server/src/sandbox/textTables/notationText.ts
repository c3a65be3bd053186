import { fieldsOf, itemsOf, parseJsonText } from '../../base/json.ts';
import { dateOrders } from './dateShape.ts';
import { type FileNotation, type NotedColumn } from './notation.ts';

/** The notations of files as text, for a cache. */
export function writeNotations(notations: readonly (FileNotation | undefined)[]): string {
  return JSON.stringify(notations.map((notation) => notation ?? null));
}

/** The notations in a text; undefined for one that writeNotations did not make, such as a part of it. */
export function readNotations(text: string): readonly (FileNotation | undefined)[] | undefined {
  const items = parseJsonText(text);
  if (!Array.isArray(items)) return undefined;
  const found = items.map((item: unknown) => (item === null ? undefined : (readNotation(item) ?? 'invalid')));
  return found.every((notation) => notation !== 'invalid') ? found : undefined;
}

function readNotation(item: unknown): FileNotation | undefined {
  const { columns, openNumbers, orders, hasOpenDates, header, names: all, alike, bareColumns } = fieldsOf(item);
  const found = itemsOf(columns).map(readColumn);
  const names = header === undefined ? undefined : textsOf(header);
  const [open, own, groups] = [textsOf(openNumbers), textsOf(all), itemsOf(alike).map(textsOf)];
  if (!found.every((column) => column !== undefined) || open === undefined || own === undefined) return undefined;
  if (!groups.every((group) => group !== undefined)) return undefined;
  if (!Number.isSafeInteger(bareColumns) || typeof hasOpenDates !== 'boolean') return undefined;
  return {
    columns: found,
    openNumbers: open,
    orders: dateOrders.filter((order) => itemsOf(orders).includes(order)),
    hasOpenDates,
    ...(names && { header: names }),
    names: own,
    alike: groups,
    bareColumns: Number(bareColumns),
  };
}

function readColumn(item: unknown): NotedColumn | undefined {
  const { name, found, hasDividing, unit } = fieldsOf(item);
  const isColumn = typeof name === 'string' && Number.isSafeInteger(found) && typeof hasDividing === 'boolean';
  return isColumn ? { name, found: Number(found), hasDividing, ...(typeof unit === 'string' && { unit }) } : undefined;
}

function textsOf(value: unknown): readonly string[] | undefined {
  const items = itemsOf(value);
  return items.every((item) => typeof item === 'string') ? items : undefined;
}
