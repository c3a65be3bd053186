import * as vscode from 'vscode';
import { type SqlProblemInfo } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { errorText, isCancelled } from '../errors.ts';
import { withHint } from '../hints.ts';
import { resourceDocuments } from '../resourceDocuments.ts';

/** Source of the marks, which distinguishes them from those of others. */
const source = 'pond query';

/**
 * Marks errors of the queries in resource documents when a document is saved or applied, so that they are seen before it is
 * committed and run. Not while it is typed: that would make derived inputs again and again. An error that something else
 * marks too, such as the last run, is marked once, whichever comes first.
 */
export class QueryProblems implements vscode.Disposable {
  readonly #client: PondClient;
  readonly #pondOf: (document: vscode.TextDocument) => string | undefined;
  readonly #problems = vscode.languages.createDiagnosticCollection('pond-queries');
  readonly #running = new Map<string, vscode.CancellationTokenSource>();
  /** Errors of each document, also those that something else marks. */
  readonly #found = new Map<string, readonly vscode.Diagnostic[]>();
  readonly #listener: vscode.Disposable;

  /** `pondOf` returns the pond of a document. */
  constructor(client: PondClient, pondOf: (document: vscode.TextDocument) => string | undefined) {
    this.#client = client;
    this.#pondOf = pondOf;
    this.#listener = vscode.Disposable.from(
      vscode.workspace.onDidSaveTextDocument((document) => void this.check(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#clear(uri)),
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        for (const uri of uris) this.#show(uri);
      }),
    );
  }

  /** Marks the errors of a document as it is now. */
  async check(document: vscode.TextDocument): Promise<void> {
    const pond = this.#pondOf(document);
    const { uri, version } = document;
    if (vscode.languages.match(resourceDocuments, document) === 0) return;
    this.#clear(uri);
    if (pond === undefined || !vscode.workspace.isTrusted) return;
    const cancellation = new vscode.CancellationTokenSource();
    this.#running.set(uri.toString(), cancellation);
    try {
      const params = { pond, text: document.getText() };
      const found = await this.#client.request('checkQueries', params, cancellation.token);
      if (document.version === version && !document.isClosed) this.#mark(document, found);
    } catch (error) {
      if (!isCancelled(error))
        this.#client.log.info(`the queries of ${uri.path} were not checked: ${errorText(error)}`);
    } finally {
      if (this.#running.get(uri.toString()) === cancellation) this.#running.delete(uri.toString());
      cancellation.dispose();
    }
  }

  dispose(): void {
    for (const cancellation of this.#running.values()) cancellation.cancel();
    this.#listener.dispose();
    this.#problems.dispose();
  }

  #clear(uri: vscode.Uri): void {
    this.#running.get(uri.toString())?.cancel();
    this.#found.delete(uri.toString());
    this.#problems.delete(uri);
  }

  #mark(document: vscode.TextDocument, found: readonly SqlProblemInfo[]): void {
    const diagnostics = found.map((problem) => {
      const range = new vscode.Range(document.positionAt(problem.start), document.positionAt(problem.end));
      const diagnostic = new vscode.Diagnostic(range, withHint(problem), vscode.DiagnosticSeverity.Error);
      diagnostic.source = source;
      diagnostic.code = problem.code;
      return diagnostic;
    });
    this.#found.set(document.uri.toString(), diagnostics);
    this.#show(document.uri);
  }

  /** Shows the errors of a document that nothing else marks. */
  #show(uri: vscode.Uri): void {
    const found = this.#found.get(uri.toString());
    if (found === undefined) return;
    const keyOf = ({ code, range }: vscode.Diagnostic): string => JSON.stringify([code, range.start.line]);
    const others = vscode.languages.getDiagnostics(uri).filter((one) => one.source !== source);
    const known = new Set(others.map(keyOf));
    const shown = found.filter((one) => !known.has(keyOf(one)));
    const present = this.#problems.get(uri) ?? [];
    // Each change is an event, which leads here.
    if (shown.map(keyOf).join() !== present.map(keyOf).join()) this.#problems.set(uri, shown);
  }
}
