import * as vscode from 'vscode';
import { applyChanges, type KeyedEdit, type RowEdit, type RowKey } from './webviews/grid/rowEdits.ts';

/** Edits of rows, as all panels of a table show them. */
interface EditsEvent {
  readonly rows: readonly KeyedEdit[];
  /** True when there are no other edits. */
  readonly isAll: boolean;
}

/** A backup of edits, as JSON. */
interface Backup {
  readonly base: string | undefined;
  readonly rows: readonly KeyedEdit[];
}

/** A table with the edits that are not saved. They name the content of the file that they are based on. */
export class TableDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  private readonly edits = new Map<RowKey, RowEdit>();
  private readonly edited = new vscode.EventEmitter<EditsEvent>();
  private readonly typing = new Set<object>();
  private readonly idle = new vscode.EventEmitter<void>();
  private readonly changed = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<TableDocument>>();
  /** Incremented by each save: the rows of earlier steps of undo have other positions now. */
  private saves = 0;
  /** Content that the edits are based on; undefined without edits. */
  base: string | undefined;
  readonly onDidEdit = this.edited.event;
  readonly onDidChange = this.changed.event;

  constructor(uri: vscode.Uri) {
    this.uri = uri;
  }

  get rows(): ReadonlyMap<RowKey, RowEdit> {
    return this.edits;
  }

  get isDirty(): boolean {
    return this.edits.size > 0;
  }

  /** All edits. */
  get all(): EditsEvent {
    return { rows: [...this.edits], isAll: true };
  }

  /** Makes an edit, which the editor can undo. `base` is the content of the rows. */
  edit(label: string, base: string, rows: readonly KeyedEdit[]): void {
    if (!this.isDirty) this.base = base;
    const reverse = this.apply(rows);
    const { saves } = this;
    const step = (changes: readonly KeyedEdit[]) => (): void => {
      if (saves === this.saves) this.apply(changes);
      else void vscode.window.showInformationMessage('What was saved is not undone here: use Pond: Restore Version.');
    };
    this.changed.fire({ document: this, label, undo: step(reverse), redo: step(rows) });
  }

  /** Drops all edits: they are saved, or reverted. */
  clear(): void {
    this.saves += 1;
    this.edits.clear();
    this.base = undefined;
    this.edited.fire(this.all);
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

  /** The edits as bytes. */
  backup(): Uint8Array {
    const backup: Backup = { base: this.base, rows: [...this.edits] };
    return Buffer.from(JSON.stringify(backup));
  }

  /** Takes over edits of a backup; only this extension writes them. */
  restore(bytes: Uint8Array): void {
    const { base, rows } = JSON.parse(Buffer.from(bytes).toString()) as Backup;
    this.base = base;
    this.apply(rows);
  }

  dispose(): void {
    this.edited.dispose();
    this.changed.dispose();
    this.idle.dispose();
  }

  private apply(rows: readonly KeyedEdit[]): readonly KeyedEdit[] {
    const reverse = applyChanges(this.edits, rows);
    this.edited.fire({ rows, isAll: false });
    return reverse;
  }
}
