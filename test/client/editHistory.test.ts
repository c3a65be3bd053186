/** Undo and redo of edits of a table across its saves, compared with a model that keeps every table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EditEntry, EditHistory } from '../../client/vscode/tables/editHistory.ts';
import {
  newRowsOf,
  type RowEdit,
  type RowKey,
  valueIn,
  withValue,
} from '../../client/vscode/webviews/grid/rowEdits.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

type Row = Readonly<Record<string, string | null>>;
type Edits = ReadonlyMap<RowKey, RowEdit>;
const columns = ['a', 'b'];

/** The rows that edits make of a file, each with its key. */
function keyed(file: readonly Row[], edits: Edits): readonly { readonly key: RowKey; readonly row: Row }[] {
  const rows: { readonly key: RowKey; readonly row: Row }[] = [];
  const added = newRowsOf(edits);
  const edited = (key: RowKey, row: Row): Row =>
    Object.fromEntries(
      columns.map((column) => {
        const value = valueIn(edits.get(key), column);
        return [column, value === undefined ? (row[column] ?? null) : value];
      }),
    );
  for (let position = 0; position <= file.length; position += 1) {
    for (const { key, before } of added) if (before === position) rows.push({ key, row: edited(key, {}) });
    const row = file[position];
    if (row !== undefined && edits.get(position)?.isDeleted !== true)
      rows.push({ key: position, row: edited(position, row) });
  }
  return rows;
}

const tableOf = (file: readonly Row[], edits: Edits): string =>
  JSON.stringify(keyed(file, edits).map(({ row }) => row));

/** A file that is edited, with what VS Code counts: the steps, how many are done, and how many are saved. */
class Model {
  readonly history = new EditHistory();
  file: readonly Row[] = Array.from({ length: 6 }, (_, row) => ({ a: `${row}`, b: row % 3 === 0 ? null : 'x' }));
  /** Tables after each step, the first before any. */
  readonly tables = [tableOf(this.file, new Map())];
  readonly entries: EditEntry[] = [];
  done = 0;
  saved = 0;
  saves = 0;
  isChanged = false;
  private names = 0;

  get base(): string {
    return `content ${this.saves}`;
  }

  edit(random: ReturnType<typeof randomOf>): void {
    const shown = keyed(this.file, this.history.rows);
    const { key } = shown[random(shown.length)] ?? { key: undefined };
    const edit = key === undefined ? undefined : this.history.rows.get(key);
    const kind = key === undefined ? 0 : random(4);
    const value = random(5) === 0 ? null : `${random(100)}`;
    const column = columns[random(2)] ?? '';
    const changes: [RowKey, RowEdit | null][] = [];
    if (kind === 0) {
      const near = edit?.before === undefined ? undefined : { before: edit.before, order: (edit.order ?? 0) + 1 };
      const place = near ?? { before: typeof key === 'number' ? key + random(2) : 0, order: -this.names };
      changes.push([`n${(this.names += 1)}`, { values: [[column, value]], ...place }]);
    } else if (kind === 1)
      changes.push([key!, typeof key === 'string' ? null : { ...edit, values: [], isDeleted: true }]);
    else changes.push([key!, withValue(edit, column, value)]);
    const before = this.history.rows;
    const next = new Map(before);
    for (const [name, row] of changes)
      if (row === null) next.delete(name);
      else next.set(name, row);
    this.tables.splice(this.done + 1, Infinity, tableOf(this.file, next));
    this.entries.splice(this.done, Infinity, this.history.record('Edit', this.base, changes));
    this.done += 1;
    this.isChanged ||= this.history.isDetached;
  }

  move(by: 1 | -1): void {
    const entry = this.entries[by === 1 ? this.done : this.done - 1];
    if (entry === undefined) return;
    assert.ok(by === 1 ? this.history.redo(entry) : this.history.undo(entry));
    this.done += by;
  }

  save(): void {
    this.saves += 1;
    const before = new Map(
      [...this.history.rows.keys()].flatMap((key) =>
        typeof key === 'number'
          ? [[key, columns.map((name) => [name, this.file[key]?.[name] ?? null] as const)] as const]
          : [],
      ),
    );
    this.file = keyed(this.file, this.history.rows).map(({ row }) => row);
    this.history.save({ base: this.base, before });
    this.saved = this.done;
    this.isChanged = false;
  }

  revert(): void {
    // VS Code then has no steps that lead to what is saved.
    if (this.isChanged) return;
    this.history.revert();
    this.done = this.saved;
    this.entries.length = this.saved;
    this.tables.length = this.saved + 1;
  }
}

test('edits are undone and done again across saves', () => {
  for (const seed of seeds(150)) {
    const random = randomOf(seed);
    const model = new Model();
    for (let step = 0; step < 40; step += 1) {
      const kind = random(10);
      if (kind < 4) model.edit(random);
      else if (kind < 7) model.move(-1);
      else if (kind === 7) model.move(1);
      else if (kind === 8) model.save();
      else if (random(3) === 0) model.revert();
      const { history, file } = model;
      const context = `seed ${seed}, step ${step}`;
      assert.equal(tableOf(file, history.rows), model.tables[model.done], context);
      const isDirty = model.isChanged || model.done !== model.saved;
      assert.equal(history.base, isDirty ? model.base : undefined, context);
      // A window that is opened again has the same edits.
      const again = new EditHistory();
      if (history.draft !== undefined) again.restore(history.draft);
      assert.equal(tableOf(file, again.rows), tableOf(file, history.rows), context);
    }
  }
});

test('steps of another content are forgotten, and edits are not', () => {
  const history = new EditHistory();
  const entry = history.record('Edit', 'first', [[0, { values: [['a', '1']] }]]);
  history.seen('second');
  assert.equal(history.base, 'first', 'an edit waits for the user');
  history.save({ base: 'second', before: new Map([[0, [['a', '0']]]]) });
  history.seen('second');
  assert.deepEqual(history.undo(entry), [[0, { values: [['a', '0']] }]]);
  assert.equal(history.base, 'second');
  assert.deepEqual(history.redo(entry), [[0, null]]);
  history.seen('third');
  assert.equal(history.undo(entry), undefined);
});

test('without the values before, a save is the end of undo', () => {
  const history = new EditHistory();
  const entry = history.record('Edit', 'first', [[0, { values: [['a', '1']] }]]);
  history.save(undefined);
  assert.deepEqual([history.undo(entry), history.base, history.rows.size], [undefined, undefined, 0]);
});
