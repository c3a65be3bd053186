import * as vscode from 'vscode';
import { editedFile, editorCommands } from './gridTable.ts';
import { type TableDocument } from './tableDocument.ts';
import { type EditorCommand, type FromGridPage, type GridState, type ToGridPage } from '../webviews/grid/messages.ts';
import { type RowEdit, type RowKey } from '../webviews/grid/rowEdits.ts';

/**
 * The edits of a document in one panel. Positions name the rows of an edit, so the panel shows only edits of the content
 * that it shows: the file may have changed since they were made.
 */
export class GridEdits implements vscode.Disposable {
  readonly #document: TableDocument | undefined;
  readonly #post: (message: ToGridPage) => void;
  readonly #listener: vscode.Disposable | undefined;
  /** Content of the rows that are shown; undefined while there are none that can be edited. */
  #base: string | undefined;
  /** Edits and commands are carried out one after another. */
  #last: Promise<void> = Promise.resolve();

  /** `document` is undefined for the result of a query. */
  constructor(document: TableDocument | undefined, post: (message: ToGridPage) => void) {
    this.#document = document;
    this.#post = post;
    this.#listener = document?.onDidEdit((edits) => {
      if (this.#fits) post({ type: 'edited', ...edits });
    });
  }

  /** Edits of the rows that are shown. */
  get rows(): ReadonlyMap<RowKey, RowEdit> {
    return this.#document !== undefined && this.#fits ? this.#document.rows : new Map();
  }

  get isDirty(): boolean {
    return this.rows.size > 0;
  }

  /** Passes the edits of a table to the page, before the table itself. */
  shows(state: GridState): void {
    const document = this.#document;
    if (document === undefined) return;
    this.#base = state.type === 'result' ? editedFile(state)?.base : undefined;
    if (this.#base !== undefined) document.seen(this.#base);
    this.#post({ type: 'edited', rows: [...this.rows], isAll: true });
    if (state.type === 'result' && !this.#fits) document.reportConflict();
  }

  /** Makes an edit of the page, after what was asked before. One that cannot be made is reverted in the page. */
  edit(message: Extract<FromGridPage, { type: 'edit' }>): void {
    const base = this.#base;
    this.#next(async () => this.#editOn(base, message));
  }

  /**
   * Runs a command of VS Code about the edits before it. VS Code is asked for something else first: it takes an edit in a
   * later step than it gets it, and would undo the one before.
   */
  command(command: EditorCommand): void {
    this.#next(async () => {
      await vscode.commands.executeCommand('setContext', 'pond.tableCommand', command);
      const done = vscode.commands.executeCommand(editorCommands[command]);
      // Edits that follow while a save runs are refused.
      if (command !== 'save') await done;
    });
  }

  /** The page opened the editor of a cell, or closed it. */
  setTyping(isOpen: boolean): void {
    this.#document?.setTyping(this, isOpen);
  }

  dispose(): void {
    this.setTyping(false);
    this.#listener?.dispose();
  }

  #editOn(base: string | undefined, { label, rows }: Extract<FromGridPage, { type: 'edit' }>): void {
    const document = this.#document;
    if (document === undefined || base === undefined) return;
    const isShown = base === this.#base;
    if (isShown && this.#fits && document.edit(label, base, rows)) return;
    this.#post({ type: 'edited', rows: [...this.rows], isAll: true });
    if (!this.#fits) document.reportConflict();
    else if (!isShown) document.refuse(label);
  }

  #next(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch(() => undefined);
  }

  get #fits(): boolean {
    return this.#document?.base === undefined || this.#document.base === this.#base;
  }
}
