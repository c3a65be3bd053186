/**
 * The latest readings of a location while its pages are read, by column; older rows are removed and written.
 *
 * Invariants: times are distinct and ascending; all are after `#doneUntil`, which only grows. A missing value is NaN,
 * which JSON cannot represent; so are all slots from `#rowCount` on.
 */
import { distinctSorted, lowerBound, mergeTimes } from './times.ts';
import { nonsenseError } from './serviceError.ts';

/** The readings of one column in a page, in the order of the service. */
export interface ColumnReadings {
  readonly column: string;
  readonly readings: readonly { readonly timestamp: number; readonly value: number | null }[];
}

/** Rows in order of time. */
export interface RowGroup {
  /** Seconds since 1970 UTC. */
  readonly times: Float64Array;
  /** By name; NaN for missing values. Includes columns whose first values come soon after these rows. */
  readonly columns: ReadonlyMap<string, Float64Array>;
  /** Values in all columns. */
  readonly points: number;
}

/** Counts of skipped readings, by reason. */
export interface SkippedReadings {
  /** Their time is not after 1970. */
  impossible: number;
  /** Their time is too far in the future. */
  future: number;
  /** They arrived after later readings had been written. */
  late: number;
  /** Time of the first of those, seconds since 1970 UTC. */
  lateFrom: number;
}

interface Column {
  values: Float64Array;
  /** Number of rows with a value. */
  present: number;
}

/** Maximum number of values in a window: 128 MiB. */
const cellsMax = 16 * 1024 * 1024;
const columnsMax = 4096;

const capacityMin = 1024;

/** See the top of the file. */
export class ReadingWindow {
  readonly leftOut: SkippedReadings = { impossible: 0, future: 0, late: 0, lateFrom: Infinity };
  readonly #keptUntil: number;
  readonly #timeMax: number;
  readonly #columns = new Map<string, Column>();
  /** Columns with values in the removed rows. */
  readonly #known = new Set<string>();
  #doneUntil: number;
  #times = new Float64Array(capacityMin).fill(NaN);
  #rowCount = 0;

  /** Accepts readings after `keptUntil` and up to `timeMax`, seconds since 1970 UTC. */
  constructor({ keptUntil, timeMax }: { readonly keptUntil: number; readonly timeMax: number }) {
    this.#keptUntil = keptUntil;
    this.#doneUntil = keptUntil;
    this.#timeMax = timeMax;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Later readings are skipped; seconds since 1970 UTC. */
  get timeMax(): number {
    return this.#timeMax;
  }

  get columnCount(): number {
    return this.#columns.size;
  }

  /** Returns the number of rows before a time. */
  rowsBefore(time: number): number {
    return lowerBound(this.#times, time, this.#rowCount);
  }

  /**
   * Adds a page. Readings of one time become one row; of two values for one cell, the later arrival wins. Fails
   * `remote-failed` when the window would exceed its maximum size.
   */
  add(page: readonly ColumnReadings[]): void {
    const times = this.#usableTimes(page);
    const [first] = times;
    if (first === undefined) return;
    this.#makeRows(lowerBound(this.#times, first, this.#rowCount), times, page);
    for (const { column, readings } of page) this.#add(column, readings);
  }

  /**
   * Removes and returns the oldest rows, at most `count`; undefined when there are none. They end before the first
   * value of a new column, so that rows before it do not get the column.
   */
  takeOldest(count: number): RowGroup | undefined {
    const taken = this.#rowsBeforeNewColumn(Math.min(count, this.#rowCount));
    if (taken === 0) return undefined;
    const times = this.#times.slice(0, taken);
    const columns = new Map<string, Float64Array>();
    let points = 0;
    for (const [name, column] of this.#columns) {
      const values = column.values.slice(0, taken);
      const present = presentIn(values);
      if (present > 0) this.#known.add(name);
      if (this.#known.has(name)) columns.set(name, values);
      points += present;
      column.present -= present;
      column.values.copyWithin(0, taken, this.#rowCount).fill(NaN, this.#rowCount - taken, this.#rowCount);
      if (column.present === 0) this.#columns.delete(name);
    }
    this.#times.copyWithin(0, taken, this.#rowCount).fill(NaN, this.#rowCount - taken, this.#rowCount);
    this.#rowCount -= taken;
    this.#doneUntil = times[taken - 1]!;
    return { times, columns, points };
  }

  /** Removes and returns all rows, with all columns; undefined when there are none. */
  takeAll(): RowGroup | undefined {
    for (const name of this.#columns.keys()) this.#known.add(name);
    return this.takeOldest(this.#rowCount);
  }

  #rowsBeforeNewColumn(count: number): number {
    let rows = count;
    for (const [name, { values }] of this.#columns) {
      if (this.#known.has(name)) continue;
      const first = values.subarray(0, rows).findIndex((value) => !Number.isNaN(value));
      if (first > 0) rows = first;
    }
    return rows;
  }

  /** The distinct times of the accepted readings, ascending; the skipped ones are counted. */
  #usableTimes(page: readonly ColumnReadings[]): Float64Array {
    const times: number[] = [];
    for (const { readings } of page) {
      // Most columns have the times of the first.
      const before = times.length;
      let same = 0;
      for (const { timestamp, value } of readings) {
        if (timestamp <= 0) this.leftOut.impossible++;
        else if (timestamp > this.#timeMax) this.leftOut.future++;
        else if (timestamp <= this.#doneUntil) this.#skipLate(timestamp);
        else if (value !== null) {
          while (same < before && times[same]! < timestamp) same++;
          if (same < before && times[same] === timestamp) same++;
          else times.push(timestamp);
        }
      }
    }
    return distinctSorted(Float64Array.from(times));
  }

  #skipLate(time: number): void {
    if (time <= this.#keptUntil) return;
    this.leftOut.late++;
    this.leftOut.lateFrom = Math.min(this.leftOut.lateFrom, time);
  }

  /** Inserts a row for each new time; none of the times is before the row at `from`. */
  #makeRows(from: number, times: Float64Array, page: readonly ColumnReadings[]): void {
    const old = this.#times.slice(from, this.#rowCount);
    const merged = mergeTimes(old, times);
    const rowCount = from + merged.length;
    const columns = new Set([...this.#columns.keys(), ...page.map(({ column }) => column)]).size;
    if (columns > columnsMax || rowCount * columns > cellsMax) {
      throw nonsenseError(`${columns} parameters at ${rowCount} times on a few pages are more than can be taken in`);
    }
    this.#reserve(rowCount);
    this.#times.set(merged, from);
    if (old.length > 0) for (const { values } of this.#columns.values()) spread(values, from, old, merged);
    this.#rowCount = rowCount;
  }

  #reserve(rowCount: number): void {
    if (rowCount <= this.#times.length) return;
    const capacity = Math.max(rowCount, 2 * this.#times.length);
    const wider = (values: Float64Array): Float64Array<ArrayBuffer> => {
      const wide = new Float64Array(capacity).fill(NaN, values.length);
      wide.set(values);
      return wide;
    };
    this.#times = wider(this.#times);
    for (const column of this.#columns.values()) column.values = wider(column.values);
  }

  #add(name: string, readings: ColumnReadings['readings']): void {
    let column = this.#columns.get(name);
    let row = -1;
    for (const { timestamp, value } of readings) {
      if (value === null || timestamp <= this.#doneUntil || timestamp > this.#timeMax) continue;
      // Most readings are one row after the previous one.
      row = this.#times[row + 1] === timestamp ? row + 1 : lowerBound(this.#times, timestamp, this.#rowCount);
      if (column === undefined) {
        column = { values: new Float64Array(this.#times.length).fill(NaN), present: 0 };
        this.#columns.set(name, column);
      }
      if (Number.isNaN(column.values[row])) column.present++;
      column.values[row] = value;
    }
  }
}

/** Moves values from the rows of the times `old`, which begin at `from`, to the rows of the times `merged` there. */
function spread(values: Float64Array, from: number, old: Float64Array, merged: Float64Array): void {
  const moved = values.slice(from, from + old.length);
  values.fill(NaN, from, from + merged.length);
  for (let i = 0, at = 0; i < old.length; i++, at++) {
    while (merged[at] !== old[i]) at++;
    values[from + at] = moved[i]!;
  }
}

function presentIn(values: Float64Array): number {
  let present = 0;
  for (const value of values) if (!Number.isNaN(value)) present++;
  return present;
}
