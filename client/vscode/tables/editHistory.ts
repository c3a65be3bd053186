import { type Draft, type EditStep } from './tableDraft.ts';
import { applyChanges, type KeyedEdit, type RowEdit, type RowKey } from '../webviews/grid/rowEdits.ts';

/** The edits of a table since its last save, and the steps that made them. */
export class EditHistory {
  private readonly edits = new Map<RowKey, RowEdit>();
  private applied: EditStep[] = [];
  private content: string | undefined;

  get rows(): ReadonlyMap<RowKey, RowEdit> {
    return this.edits;
  }

  /** Content of the file that the edits are based on; undefined without edits. */
  get base(): string | undefined {
    return this.content;
  }

  /** The steps with their content; undefined without any. */
  get draft(): Draft | undefined {
    return this.content === undefined ? undefined : { base: this.content, steps: [...this.applied] };
  }

  /** Makes an edit of rows of a content, and returns its step. */
  record(label: string, base: string, rows: readonly KeyedEdit[]): EditStep {
    const step = { label, rows, reverse: applyChanges(this.edits, rows) };
    this.content ??= base;
    this.applied.push(step);
    return step;
  }

  /** Reverts the latest step. */
  undo({ reverse }: EditStep): void {
    applyChanges(this.edits, reverse);
    this.applied.pop();
    if (this.applied.length === 0) this.content = undefined;
  }

  /** Makes a reverted step again. */
  redo(step: EditStep, base: string): void {
    applyChanges(this.edits, step.rows);
    this.content ??= base;
    this.applied.push(step);
  }

  /** Takes over the steps of a draft in place of the present ones. */
  restore({ base, steps }: Draft): void {
    this.clear();
    for (const step of steps) this.redo(step, base);
  }

  /** Drops all steps: their edits are saved, or reverted. */
  clear(): void {
    this.edits.clear();
    this.applied = [];
    this.content = undefined;
  }
}
