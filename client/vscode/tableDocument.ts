import * as vscode from 'vscode';
import { DraftFile, type DraftDisk } from './draftFile.ts';
import { EditHistory } from './editHistory.ts';
import { type Draft, type EditStep } from './tableDraft.ts';
import { type KeyedEdit, type RowEdit, type RowKey } from './webviews/grid/rowEdits.ts';

/** Edits of rows, as all panels of a table show them. */
interface EditsEvent {
  readonly rows: readonly KeyedEdit[];
  /** True when there are no other edits. */
  readonly isAll: boolean;
}

/** A table with the edits that are not saved. They name the content of the file that they are based on. */
export class TableDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  /** The edits on disk. */
  readonly file: DraftFile;
  private readonly history = new EditHistory();
  private readonly edited = new vscode.EventEmitter<EditsEvent>();
  private readonly typing = new Set<object>();
  private readonly idle = new vscode.EventEmitter<void>();
  private readonly changed = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<TableDocument>>();
  /** Incremented by each save: the rows of earlier steps of undo have other positions now. */
  private saves = 0;
  /** Steps of a draft that VS Code does not know yet. */
  private restored: Draft | undefined;
  readonly onDidEdit = this.edited.event;
  readonly onDidChange = this.changed.event;

  constructor(uri: vscode.Uri, disk: DraftDisk) {
    this.uri = uri;
    this.file = new DraftFile(disk, () => this.history.draft);
  }

  get rows(): ReadonlyMap<RowKey, RowEdit> {
    return this.history.rows;
  }

  get isDirty(): boolean {
    return this.rows.size > 0;
  }

  /** Content that the edits are based on; undefined without edits. */
  get base(): string | undefined {
    return this.history.base;
  }

  /** All edits. */
  get all(): EditsEvent {
    return { rows: [...this.rows], isAll: true };
  }

  /** Makes an edit, which the editor can undo. `base` is the content of the rows. */
  edit(label: string, base: string, rows: readonly KeyedEdit[]): void {
    const step = this.history.record(label, base, rows);
    this.edited.fire({ rows, isAll: false });
    this.announce(step, base);
  }

  /** Drops all edits: they are saved, or reverted. */
  clear(): void {
    this.saves += 1;
    this.history.clear();
    this.edited.fire(this.all);
  }

  /** Takes over the edits of an earlier window. VS Code learns of them by `announceRestored`. */
  restore(draft: Draft): void {
    this.history.restore(draft);
    this.restored = draft;
  }

  /** Takes over the edits of an earlier window into a document that is shown. */
  restoreNow(draft: Draft): void {
    this.restore(draft);
    this.edited.fire({ rows: [...this.rows], isAll: false });
    this.announceRestored();
  }

  /** Makes VS Code know the steps that were restored, as edits that can be undone. It knows the document by now. */
  announceRestored(): void {
    const { base, steps } = this.restored ?? { base: '', steps: [] };
    this.restored = undefined;
    for (const step of steps) this.announce(step, base);
  }

  /** A panel opened the editor of a cell, or closed it. */
  setTyping(panel: object, isOpen: boolean): void {
    if (isOpen) this.typing.add(panel);
    else this.typing.delete(panel);
    if (this.typing.size === 0) this.idle.fire();
  }

  /** Resolves once no cell is being edited, so that its text is an edit, or when it is canceled. */
  async whenIdle(cancellation: vscode.CancellationToken): Promise<void> {
    if (this.typing.size === 0) return;
    await new Promise<void>((resolve) => {
      const listeners = [this.idle.event, cancellation.onCancellationRequested].map((event) =>
        event(() => {
          for (const listener of listeners) listener.dispose();
          resolve();
        }),
      );
    });
  }

  dispose(): void {
    this.edited.dispose();
    this.changed.dispose();
    this.idle.dispose();
  }

  private announce(step: EditStep, base: string): void {
    const { saves } = this;
    const once = (change: () => void, rows: readonly KeyedEdit[]) => (): void => {
      if (saves !== this.saves) {
        void vscode.window.showInformationMessage('What was saved is not undone here: use Pond: Restore Version.');
        return;
      }
      change();
      this.edited.fire({ rows, isAll: false });
    };
    this.changed.fire({
      ...{ document: this, label: step.label },
      undo: once(() => this.history.undo(step), step.reverse),
      redo: once(() => this.history.redo(step, base), step.rows),
    });
  }
}
