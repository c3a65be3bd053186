/** Choices of a user about a table, kept while its page is hidden, and across reloads of the window. */
import {
  type ColumnFilter,
  type Column,
  type SortKey,
  type TableView,
} from '../../../../server/src/protocol/commands.ts';
import { type ColumnChoices, noChoices } from './shownColumns.ts';
import { type Selection } from './selection.ts';
import { readableValue } from './times.ts';
import { wholeView } from '../../../../server/src/protocol/tableViews.ts';

/** State of a table. */
export interface TableState {
  readonly view: TableView;
  readonly columns: ColumnChoices;
  readonly selection: Selection;
  /** First visible row. */
  readonly row: number;
}

export const initialState: TableState = {
  view: wholeView,
  columns: noChoices,
  selection: { anchor: { row: 0, column: 0 }, focus: { row: 0, column: 0 } },
  row: 0,
};

/** True for a view of all rows in their own order. */
export function isWhole({ sort, filters }: TableView): boolean {
  return sort.length === 0 && filters.length === 0;
}

/**
 * Returns the sort keys after a click on a column: ascending, then descending, then none. With `adds` the other keys stay,
 * else the column is the only one.
 */
export function sortedBy(sort: readonly SortKey[], column: string, adds: boolean): readonly SortKey[] {
  const found = sort.find((key) => key.column === column);
  const isOnly = found !== undefined && (adds || sort.length === 1);
  const next: SortKey | undefined = !isOnly
    ? { column, descending: false }
    : found.descending
      ? undefined
      : { column, descending: true };
  if (!adds) return next === undefined ? [] : [next];
  if (found === undefined) return next === undefined ? sort : [...sort, next];
  return sort.flatMap((key) => (key !== found ? [key] : next === undefined ? [] : [next]));
}

/** Replaces the filters of a column; undefined removes them. */
export function filteredBy(
  filters: readonly ColumnFilter[],
  column: string,
  filter: ColumnFilter | undefined,
): readonly ColumnFilter[] {
  const others = filters.filter((other) => other.column !== column);
  return filter === undefined ? others : [...others, filter];
}

/** Returns the state for a table whose columns may have changed: what names a missing column is left out. */
export function fitted(state: TableState, columns: readonly Column[]): TableState {
  const isKnown = ({ column }: { readonly column: string }): boolean => columns.some(({ name }) => name === column);
  const { sort, filters } = state.view;
  return { ...state, view: { sort: sort.filter(isKnown), filters: filters.filter(isKnown) } };
}

const words = { contains: 'contains', lacks: 'does not contain', begins: 'begins with', ends: 'ends with' } as const;

/** Text of a filter of one of the columns: `depth ≥ 3`. */
export function filterText(filter: ColumnFilter, columns: readonly Column[]): string {
  const { column } = filter;
  const of = columns.find(({ name }) => name === column);
  const readable = (text: string): string => (of === undefined ? text : readableValue(of, text));
  switch (filter.kind) {
    case 'compare':
      return `${column} ${operatorTexts[filter.operator]} ${readable(filter.value)}`;
    case 'between':
      return `${column} from ${readable(filter.low)} to ${readable(filter.high)}`;
    case 'values': {
      const values = filter.values.map((value) => value && readable(value));
      return `${column} ${filter.exclude === true ? 'is not' : 'is'} ${valuesText(values)}`;
    }
    case 'missing':
      return `${column} is NULL`;
    case 'present':
      return `${column} is not NULL`;
    default:
      return `${column} ${words[filter.kind]} "${filter.text}"`;
  }
}

export const operatorTexts = { '=': '=', '<>': '≠', '<': '<', '<=': '≤', '>': '>', '>=': '≥' } as const;

function valuesText(values: readonly (string | null)[]): string {
  const texts = values.slice(0, 3).map((value) => (value === null ? 'NULL' : value === '' ? '""' : value));
  const more = values.length > 3 ? ` or ${values.length - 3} more` : '';
  return values.length === 0 ? 'none' : texts.join(', ') + more;
}
