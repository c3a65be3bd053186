import { type Column } from '../../protocol/results.ts';

/** A value column of a series, split by its name. Missing parts are empty. Templates see it as a field. */
export interface ValueColumn {
  readonly name: string;
  readonly instrument: string;
  readonly unit: string;
  /** `avg`, `min` and so on for a column of a Reduce output. */
  readonly agg: string;
}

/** Statistics of Reduce. */
const aggregate = /^(?:avg|min|max|count|sum|first|last|median|circular|rate|p\d{2,6})$/;

/**
 * Returns the fields of a series, in column order, without the time. From the end, a name consists of the aggregate
 * (optional), the unit, the name, and the instrument, which is the rest: `Dock.Surface.DO.mg/L.avg`. Names of two parts
 * have no unit, names of one part neither unit nor instrument.
 */
export function fieldsOf(columns: readonly Column[]): readonly ValueColumn[] {
  return columns.filter(({ name }) => !/^r?timestamp$/i.test(name)).map(({ name }) => fieldOf(name));
}

function fieldOf(column: string): ValueColumn {
  const parts = column.split('.');
  const agg = parts.length > 1 && aggregate.test(parts.at(-1) ?? '') ? (parts.pop() ?? '') : '';
  const unit = parts.length > 2 ? (parts.pop() ?? '') : '';
  const name = parts.pop() ?? '';
  return { name, instrument: parts.join('.'), unit, agg };
}
