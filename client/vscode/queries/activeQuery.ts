import * as vscode from 'vscode';

export const queryLanguage = 'pond-sql';

/** The queries of a window. */
interface Queries {
  /** The result in the active tab, with the URI of its document; undefined when the active tab is another. */
  readonly activeResult: { readonly document: string; readonly grid: { rerun(): Promise<void> } } | undefined;
  run(editor: vscode.TextEditor): Promise<void>;
}

/** Context key of the menus: true while a command about a query has one to be about. */
const contextKey = 'pond.queryShown';

/**
 * The query that a command is about, wherever the focus is. The page of a result may take the focus at any time, also some
 * time after it was asked to: a command that needed an active text editor would then do nothing.
 */
export class ActiveQuery implements vscode.Disposable {
  readonly #queries: Queries;
  readonly #listeners: vscode.Disposable;
  /** The query document that had the focus last. */
  #last: vscode.TextDocument | undefined;

  constructor(queries: Queries) {
    this.#queries = queries;
    this.#listeners = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor(() => this.#update()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#update()),
      vscode.window.tabGroups.onDidChangeTabs(() => this.#update()),
      vscode.window.tabGroups.onDidChangeTabGroups(() => this.#update()),
    );
    this.#update();
  }

  dispose(): void {
    this.#listeners.dispose();
  }

  /**
   * The active editor; else that of the active result; else the one that was active last; else the only one that is
   * visible. Undefined without any.
   */
  get editor(): vscode.TextEditor | undefined {
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    if (isQuery(activeTextEditor)) return activeTextEditor;
    const shown = visibleTextEditors.filter(isQuery);
    const ofResult = this.#queries.activeResult?.document;
    return (
      shown.find(({ document }) => document.uri.toString() === ofResult) ??
      shown.find(({ document }) => document === this.#last) ??
      (shown.length === 1 ? shown[0] : undefined)
    );
  }

  /** Returns the editor; without one, says so and returns undefined. */
  require(): vscode.TextEditor | undefined {
    const { editor } = this;
    if (editor === undefined) void sayNone();
    return editor;
  }

  /** Runs the query; without an editor, that of the active result again. Says so when there is neither. */
  async run(): Promise<void> {
    const { editor } = this;
    const result = this.#queries.activeResult;
    if (editor !== undefined) await this.#queries.run(editor);
    else if (result !== undefined) await result.grid.rerun();
    else await sayNone();
  }

  #update(): void {
    const { activeTextEditor } = vscode.window;
    if (isQuery(activeTextEditor)) this.#last = activeTextEditor.document;
    const isShown = this.editor !== undefined || this.#queries.activeResult !== undefined;
    void vscode.commands.executeCommand('setContext', contextKey, isShown);
  }
}

function isQuery(editor: vscode.TextEditor | undefined): editor is vscode.TextEditor {
  return editor?.document.languageId === queryLanguage;
}

async function sayNone(): Promise<void> {
  const create = 'New Query';
  const question = 'No query is shown, or several are. Click into the one that you mean, or open one.';
  const choice = await vscode.window.showInformationMessage(question, create);
  if (choice === create) await vscode.commands.executeCommand('pond.newQuery');
}
