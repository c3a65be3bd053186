/** Steps of edits after a save: the rows that they name have other positions in the file that was written. */
import { randomUUID } from 'node:crypto';
import { type EditStep } from './tableDraft.ts';
import { newRowsOf, type KeyedEdit, type RowEdit, type RowKey, valueIn } from '../webviews/grid/rowEdits.ts';
import { countFirst } from '../../../server/src/base/countFirst.ts';

/** Edits that a file has now. */
export interface SavedEdits {
  readonly edits: ReadonlyMap<RowKey, RowEdit>;
  /** The values that rows of the file had, of all columns, by position: of each row that was changed or deleted. */
  readonly before: ReadonlyMap<number, RowEdit['values']>;
}

/**
 * States steps as edits of the saved file, in order: one that was saved is undone by edits of it, and done again without
 * any. Each state of a row stays what it was; a row that was deleted comes back as a new one.
 */
export function rebaseSteps(steps: readonly EditStep[], saved: SavedEdits): readonly EditStep[] {
  const rows = new SavedRows(saved, newPlaces(steps, saved.edits));
  const state = ([key, edit]: KeyedEdit): KeyedEdit => rows.state(key, edit);
  return steps.map(({ label, rows: after, reverse }) => ({
    ...{ label, rows: after.map(state), reverse: reverse.map(state) },
  }));
}

/** The place of a row among those of a file: before a position, after new rows there with a lower order. */
interface RowOrder {
  readonly before: number;
  readonly order: number;
}

/** Places of the rows of some steps that the saved file does not have: of new rows, and of deleted ones. */
function newPlaces(steps: readonly EditStep[], saved: SavedEdits['edits']): ReadonlyMap<RowKey, RowOrder> {
  const places = new Map<RowKey, RowOrder>();
  for (const [key, edit] of steps.flatMap(({ rows, reverse }) => [...rows, ...reverse]))
    if (edit?.before !== undefined && !saved.has(key)) places.set(key, { before: edit.before, order: edit.order ?? 0 });
  for (const [key, { isDeleted }] of saved)
    if (typeof key === 'number' && isDeleted === true) places.set(key, { before: key, order: Number.MAX_VALUE });
  return places;
}

/** The rows of a saved file, by their keys before the save. */
class SavedRows {
  private readonly saved: SavedEdits;
  /** Positions of deleted rows, ascending. */
  private readonly deleted: readonly number[];
  private readonly inserted: ReturnType<typeof newRowsOf>;
  private readonly insertedAt: ReadonlyMap<RowKey, number>;
  /** The place of each row that the file does not have. */
  private readonly places: ReadonlyMap<RowKey, RowOrder>;
  /** Begins the names of deleted rows that come back. */
  private readonly name = randomUUID();

  constructor(saved: SavedEdits, places: ReadonlyMap<RowKey, RowOrder>) {
    this.saved = saved;
    const deleted = [...saved.edits].flatMap(([key, { isDeleted }]) =>
      typeof key === 'number' && isDeleted === true ? [key] : [],
    );
    this.deleted = deleted.sort((a, b) => a - b);
    this.inserted = newRowsOf(saved.edits);
    this.insertedAt = new Map(
      this.inserted.map(({ key, before }, index) => [key, this.withoutDeleted(before) + index] as const),
    );
    const sorted = [...places].sort(([, a], [, b]) => a.before - b.before || a.order - b.order);
    this.places = new Map(sorted.map(([key, place], order) => [key, { before: this.position(place), order }]));
  }

  /** A state of a row before the save, as edits of the saved file. */
  state(key: RowKey, edit: RowEdit | null): KeyedEdit {
    const now = this.saved.edits.get(key);
    const place = this.places.get(key);
    if (typeof key === 'string') {
      const position = this.insertedAt.get(key);
      if (position === undefined) return [key, edit && { ...edit, ...place }];
      return changed(position, edit ?? gone, now, () => null);
    }
    const old = this.oldValues(key);
    if (place === undefined) return changed(this.position({ before: key, order: Infinity }), edit, now, old);
    const name = `${this.name} ${key}`;
    if (edit?.isDeleted === true) return [name, null];
    const columns = this.saved.before.get(key) ?? [];
    return [name, { values: columns.map(([column]) => [column, newest(edit, column, old)]), ...place }];
  }

  private oldValues(key: number): OldValues {
    return (column) => {
      const value = this.saved.before.get(key)?.find(([name]) => name === column)?.[1];
      if (value === undefined) throw new Error(`expected the values of row ${key + 1}, got none of "${column}"`);
      return value;
    };
  }

  /** The position of the row that follows a place. */
  private position({ before, order }: RowOrder): number {
    const { inserted } = this;
    const isEarlier = (row: RowOrder): boolean => row.before < before || (row.before === before && row.order < order);
    return this.withoutDeleted(before) + countFirst(inserted.length, (index) => isEarlier(inserted[index]!));
  }

  /** Number of rows before a position that stay. */
  private withoutDeleted(before: number): number {
    return before - countFirst(this.deleted.length, (index) => this.deleted[index]! < before);
  }
}

type OldValues = (column: string) => string | null;

/** Edits that give a row of the saved file, which has the edits `now`, the state of other edits. */
function changed(position: number, edit: RowEdit | null, now: RowEdit | undefined, old: OldValues): KeyedEdit {
  if (edit?.isDeleted === true) return [position, gone];
  const columns = new Set([edit, now].flatMap((row) => row?.values.map(([column]) => column) ?? []));
  const values = [...columns].flatMap((column) => {
    const value = newest(edit, column, old);
    return value === valueIn(now, column) ? [] : [[column, value] as const];
  });
  return [position, values.length === 0 ? null : { values }];
}

const gone: RowEdit = { values: [], isDeleted: true };

/** The value that an edit gives to a column, else the old one. */
function newest(edit: RowEdit | null, column: string, old: OldValues): string | null {
  const value = valueIn(edit ?? undefined, column);
  return value === undefined ? old(column) : value;
}
