import * as vscode from 'vscode';
import { DraftFile, type DraftDisk } from './draftFile.ts';
import { type EditEntry, EditHistory, type SavedContent } from './editHistory.ts';
import { type Draft } from './tableDraft.ts';
import { editsText, type KeyedEdit, type RowEdit, type RowKey } from '../webviews/grid/rowEdits.ts';
import { countText } from '../numberStrings.ts';

/** Edits of rows, as all panels of a table show them. */
interface EditsEvent {
  readonly rows: readonly KeyedEdit[];
  /** True when there are no other edits. */
  readonly isAll: boolean;
}

/** A step that can be undone; or, without one, a change that only a save ends. */
type DocumentEvent =
  | vscode.CustomDocumentEditEvent<TableDocument>
  | vscode.CustomDocumentContentChangeEvent<TableDocument>;

/** Attempts to save a table that has no edits, and the wait before another one, milliseconds. */
const saveAttemptsMax = 100;
const saveRetryMs = 200;

/** A table with the edits that are not saved. They name the content of the file that they are based on. */
export class TableDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  /** The edits on disk. */
  readonly file: DraftFile;
  readonly #history = new EditHistory();
  readonly #edited = new vscode.EventEmitter<EditsEvent>();
  readonly #typing = new Set<object>();
  readonly #idle = new vscode.EventEmitter<void>();
  readonly #changed = new vscode.EventEmitter<DocumentEvent>();
  #isBusy = false;
  /** True when VS Code has undone an edit while it was being saved, which stayed. */
  #isMissed = false;
  /** True once the user knows that the file changed. */
  #isReported = false;
  /** Steps of a draft that VS Code does not know yet. */
  #restored: readonly EditEntry[] = [];
  /** True when VS Code opens the document as one with edits, though it has none. */
  #isThoughtDirty = false;
  #isClosed = false;
  readonly onDidEdit = this.#edited.event;
  readonly onDidChange = this.#changed.event;

  constructor(uri: vscode.Uri, disk: DraftDisk) {
    this.uri = uri;
    this.file = new DraftFile(disk, () => this.#history.draft);
  }

  get rows(): ReadonlyMap<RowKey, RowEdit> {
    return this.#history.rows;
  }

  get isDirty(): boolean {
    return this.rows.size > 0;
  }

  /** Content that the edits are based on; undefined without edits. */
  get base(): string | undefined {
    return this.#history.base;
  }

  /** All edits. */
  get all(): EditsEvent {
    return { rows: [...this.rows], isAll: true };
  }

  /** True while the edits are being written. */
  get isSaving(): boolean {
    return this.#isBusy;
  }

  /** Makes an edit, which the editor can undo; false while a save runs. `base` is the content of the rows. */
  edit(label: string, base: string, rows: readonly KeyedEdit[]): boolean {
    if (this.#isBusy) return this.refuse(label);
    const entry = this.#history.record(label, base, rows);
    this.#edited.fire({ rows, isAll: false });
    this.#announce(entry);
    // VS Code counts steps: as many as those that were undone would be the saved state for it.
    if (this.#history.isDetached) this.#changed.fire({ document: this });
    return true;
  }

  /** Says that an edit was not made, since a save came first: false. */
  refuse(label: string): false {
    void vscode.window.showWarningMessage(`"${label}" was not done: the table was being saved. Do it again.`);
    return false;
  }

  /** Drops the edits since the last save. */
  revert(): void {
    this.#history.revert();
    this.#changedAll();
  }

  /**
   * Writes the edits, which none are made to meanwhile. They stay when that fails; else they are the file's, and are undone
   * there if the result says what it had before, or are known no more.
   */
  async saving(write: () => Promise<SavedContent | undefined>): Promise<void> {
    const { base } = this;
    if (base === undefined) return;
    this.#isBusy = true;
    this.#isMissed = false;
    let saved: SavedContent | undefined = { base, before: new Map() };
    try {
      if (this.isDirty) saved = await write();
    } catch (error) {
      // What changed meanwhile is shown now.
      this.#edited.fire(this.all);
      throw error;
    } finally {
      this.#isBusy = false;
    }
    this.#history.save(this.#isMissed ? undefined : saved);
    this.#changedAll();
  }

  /** A panel shows the rows of a content: steps of another one are forgotten. */
  seen(base: string): void {
    if (!this.#isBusy) this.#history.seen(base);
  }

  /** Says, once, that the file changed since the edits were made, and offers what can be done with them. */
  reportConflict(): void {
    if (this.#isReported) return;
    this.#isReported = true;
    const name = this.uri.path.split('/').at(-1) ?? '';
    const message = `${name} changed since its cells were edited. The edits of ${countText(this.rows.size, 'row')} are not shown, and cannot be saved.`;
    const [copy, drop] = ['Copy Edits', 'Drop Edits'];
    void vscode.window.showWarningMessage(message, copy, drop).then(async (answer) => {
      if (answer === copy) await vscode.env.clipboard.writeText(editsText(this.rows));
      if (answer === copy) this.#isReported = false;
      if (answer !== drop) return;
      this.#history.forget();
      this.#changedAll();
      this.#forgetDirty();
    });
  }

  /** Takes over the edits of an earlier window. VS Code learns of them by `announceRestored`. */
  restore(draft: Draft): void {
    this.#restored = this.#history.restore(draft);
  }

  /** Takes over the edits of an earlier window into a document that is shown. */
  restoreNow(draft: Draft): void {
    this.restore(draft);
    this.#edited.fire({ rows: [...this.rows], isAll: false });
    this.announceRestored();
  }

  /** VS Code remembers a backup, and there is none: it did not save its own state after the table was saved. */
  withoutBackup(): void {
    this.#isThoughtDirty = true;
  }

  /** Makes VS Code know the steps that were restored, as edits that can be undone. It knows the document by now. */
  announceRestored(): void {
    for (const entry of this.#restored) this.#announce(entry);
    this.#restored = [];
    if (this.#isThoughtDirty) this.#forgetDirty();
    this.#isThoughtDirty = false;
  }

  /** Makes VS Code show the table as saved: without edits, a save writes nothing. A text of the file keeps its own edits. */
  #forgetDirty(): void {
    const uri = this.uri.toString();
    const hasText = (): boolean =>
      vscode.workspace.textDocuments.some(({ uri: other, isDirty }) => other.toString() === uri && isDirty);
    // A table that is being opened cannot be saved yet: VS Code then saves nothing, and returns nothing.
    const attempt = async (left: number): Promise<void> => {
      if (left === 0 || this.#isClosed || this.isDirty || hasText()) return;
      if ((await vscode.workspace.save(this.uri)) !== undefined) return;
      setTimeout(() => void attempt(left - 1), saveRetryMs);
    };
    void attempt(saveAttemptsMax);
  }

  /** A panel opened the editor of a cell, or closed it. */
  setTyping(panel: object, isOpen: boolean): void {
    if (isOpen) this.#typing.add(panel);
    else this.#typing.delete(panel);
    if (this.#typing.size === 0) this.#idle.fire();
  }

  /** Resolves once no cell is being edited, so that its text is an edit, or when it is canceled. */
  async whenIdle(cancellation: vscode.CancellationToken): Promise<void> {
    if (this.#typing.size === 0) return;
    await new Promise<void>((resolve) => {
      const listeners = [this.#idle.event, cancellation.onCancellationRequested].map((event) =>
        event(() => {
          for (const listener of listeners) listener.dispose();
          resolve();
        }),
      );
    });
  }

  dispose(): void {
    this.#isClosed = true;
    this.#edited.dispose();
    this.#changed.dispose();
    this.#idle.dispose();
  }

  #changedAll(): void {
    this.#isReported = false;
    this.#edited.fire(this.all);
  }

  #announce(entry: EditEntry): void {
    const once = (change: () => readonly KeyedEdit[] | undefined) => (): void => {
      const rows = this.#isBusy ? undefined : change();
      if (rows !== undefined) return this.#edited.fire({ rows, isAll: false });
      const reason = this.#isBusy
        ? 'the table was being saved'
        : 'the table changed since, or too many rows were saved';
      const hint = 'Pond: Restore Version restores the file.';
      void vscode.window.showInformationMessage(`The edit is not undone: ${reason}. ${hint}`);
      if (this.#isBusy) this.#isMissed = true;
      // VS Code counts steps, and takes the table for changed now.
      else this.#forgetDirty();
    };
    this.#changed.fire({
      ...{ document: this, label: entry.step.label },
      undo: once(() => this.#history.undo(entry)),
      redo: once(() => this.#history.redo(entry)),
    });
  }
}
