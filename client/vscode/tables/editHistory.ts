import { rebaseSteps, type SavedEdits } from './rebaseSteps.ts';
import { type Draft, type EditStep } from './tableDraft.ts';
import { applyChanges, type KeyedEdit, type RowEdit, type RowKey } from '../webviews/grid/rowEdits.ts';

/** A step that can be undone and done again; a save states it for the rows that the file has then. */
export interface EditEntry {
  step: EditStep;
}

/** The content of a file after a save, and the values that its rows had before. */
export interface SavedContent extends Pick<SavedEdits, 'before'> {
  readonly base: string;
}

/** The edits of a table since its last save, and all steps, which are undone one after the other, also saved ones. */
export class EditHistory {
  readonly #edits = new Map<RowKey, RowEdit>();
  #entries: EditEntry[] = [];
  /** Number of steps that are done. */
  #done = 0;
  /** Number of steps that the file has; undefined when it has steps that are not known any more. */
  #saved: number | undefined = 0;
  /** The content whose rows the steps name; undefined before the first step. */
  #content: string | undefined;

  get rows(): ReadonlyMap<RowKey, RowEdit> {
    return this.#edits;
  }

  /** Content of the file that the edits are based on; undefined while the file has the steps that are done, and no others. */
  get base(): string | undefined {
    return this.#done === this.#saved ? undefined : this.#content;
  }

  /** True when no steps lead back to what the file has. */
  get isDetached(): boolean {
    return this.#saved === undefined;
  }

  /** The steps that lead from the file to the edits, with its content; undefined without any. */
  get draft(): Draft | undefined {
    const saved = this.#saved,
      { base } = this;
    if (base === undefined) return undefined;
    if (saved !== undefined && saved < this.#done)
      return { base, steps: this.#entries.slice(saved, this.#done).map(({ step }) => step) };
    const reverse = [...this.#edits.keys()].map((key): KeyedEdit => [key, null]);
    return { base, steps: [{ label: 'Undo', rows: [...this.#edits], reverse }] };
  }

  /** Makes an edit of rows of a content. Steps that were undone before cannot be done again. */
  record(label: string, base: string, rows: readonly KeyedEdit[]): EditEntry {
    this.seen(base);
    const entry = { step: { label, rows, reverse: applyChanges(this.#edits, rows) } };
    if (this.#saved !== undefined && this.#done < this.#saved) this.#saved = undefined;
    this.#entries = [...this.#entries.slice(0, this.#done), entry];
    this.#done += 1;
    this.#content = base;
    return entry;
  }

  /** Reverts a step, and returns what changes; undefined unless it is the latest. */
  undo(entry: EditEntry): readonly KeyedEdit[] | undefined {
    if (this.#done === 0 || this.#entries[this.#done - 1] !== entry) return undefined;
    this.#done -= 1;
    applyChanges(this.#edits, entry.step.reverse);
    return entry.step.reverse;
  }

  /** Makes a reverted step again, and returns what changes; undefined unless it was reverted last. */
  redo(entry: EditEntry): readonly KeyedEdit[] | undefined {
    if (this.#entries[this.#done] !== entry) return undefined;
    this.#done += 1;
    applyChanges(this.#edits, entry.step.rows);
    return entry.step.rows;
  }

  /** Drops the edits since the last save. */
  revert(): void {
    const saved = this.#saved;
    if (saved === undefined) return this.forget();
    this.#entries = this.#entries.slice(0, saved);
    this.#done = saved;
    this.#edits.clear();
  }

  /** The file has the edits now. Undefined: the values before are not known, so no step can be undone. */
  save(content: SavedContent | undefined): void {
    if (content === undefined) return this.forget();
    const steps = this.#entries.map(({ step }) => step);
    rebaseSteps(steps, { edits: this.#edits, before: content.before }).forEach((step, index) => {
      this.#entries[index]!.step = step;
    });
    this.#edits.clear();
    this.#saved = this.#done;
    this.#content = content.base;
  }

  /** The file has some content: steps of another one are forgotten, unless there are edits. */
  seen(base: string): void {
    if (this.base === undefined && this.#content !== base) this.forget();
  }

  /** Takes over the steps of a draft in place of the present ones, and returns them. */
  restore({ base, steps }: Draft): readonly EditEntry[] {
    this.forget();
    return steps.map(({ label, rows }) => this.record(label, base, rows));
  }

  /** Drops all edits and steps. */
  forget(): void {
    this.#edits.clear();
    this.#entries = [];
    this.#done = this.#saved = 0;
    this.#content = undefined;
  }
}
