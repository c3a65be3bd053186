/** Filters of a column as a form states them. */
import {
  type Column,
  type ColumnFilter,
  type Comparison,
  type TextMatch,
} from '../../../../server/src/protocol/commands.ts';
import { isAnyNumber, isPointInTime } from '../../../../server/src/base/typeClass.ts';
import { isSeconds, readableValue, secondsOfTime } from './times.ts';
import { operatorTexts } from './viewState.ts';

/** A condition to choose, with the number of texts that it takes. */
interface Condition {
  readonly id: string;
  readonly label: string;
  readonly texts: 0 | 1 | 2;
}

const operators: readonly Comparison[] = ['=', '<>', '<', '<=', '>', '>='];
const textKinds: readonly TextMatch[] = ['contains', 'lacks', 'begins', 'ends'];

const textConditions: readonly Condition[] = [
  { id: 'contains', label: 'contains', texts: 1 },
  { id: 'lacks', label: 'does not contain', texts: 1 },
  { id: 'begins', label: 'begins with', texts: 1 },
  { id: 'ends', label: 'ends with', texts: 1 },
];
const comparisons: readonly Condition[] = [
  ...operators.map((id): Condition => ({ id, label: operatorTexts[id], texts: 1 })),
  { id: 'between', label: 'from … to', texts: 2 },
];
const nullConditions: readonly Condition[] = [
  { id: 'missing', label: 'is NULL', texts: 0 },
  { id: 'present', label: 'is not NULL', texts: 0 },
];

/** Returns the conditions that make sense for a column, the usual one first. */
export function conditionsOf({ type }: Column): readonly Condition[] {
  if (isAnyNumber(type) || isPointInTime(type) || /^TIME(_NS| WITH TIME ZONE)?$/.test(type))
    return [...comparisons, ...textConditions, ...nullConditions];
  if (/^(STRUCT|MAP|UNION|JSON|BLOB|BIT|GEOMETRY|VARIANT)|\[\d*\]$/.test(type))
    return [...textConditions, ...nullConditions];
  return [...textConditions, ...comparisons, ...nullConditions];
}

/** Returns the filter of a condition with its texts; undefined when one of a comparison is missing. */
export function filterOf(of: Column, condition: string, texts: readonly string[]): ColumnFilter | undefined {
  const column = of.name;
  const [first = '', second = ''] = texts.map((text) => (isSeconds(of) ? (secondsOfTime(text) ?? text) : text));
  if (condition === 'missing' || condition === 'present') return { column, kind: condition };
  const kind = textKinds.find((known) => known === condition);
  if (kind !== undefined) return first === '' ? undefined : { column, kind, text: first };
  if (condition === 'between')
    return first === '' || second === '' ? undefined : { column, kind: 'between', low: first, high: second };
  const operator = operators.find((known) => known === condition);
  return operator === undefined || first === '' ? undefined : { column, kind: 'compare', operator, value: first };
}

/** The condition and the texts of a filter of a column, for the form; those of the picked values are none. */
export function formOf(
  of: Column,
  filter: ColumnFilter | undefined,
): { readonly condition?: string; readonly texts: readonly string[] } {
  if (filter === undefined) return { texts: [] };
  switch (filter.kind) {
    case 'values':
      return { texts: [] };
    case 'compare':
      return { condition: filter.operator, texts: [readableValue(of, filter.value)] };
    case 'between':
      return { condition: 'between', texts: [filter.low, filter.high].map((text) => readableValue(of, text)) };
    case 'missing':
    case 'present':
      return { condition: filter.kind, texts: [] };
    default:
      return { condition: filter.kind, texts: [filter.text] };
  }
}
