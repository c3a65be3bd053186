import * as vscode from 'vscode';
import { type ProblemInfo, type ResourceInfo, type RunErrorInfo } from '../../../server/src/protocol/resources.ts';
import { pondUri } from '../pondUri.ts';
import { documentUri, readablePath, readableText } from './places.ts';
import { type ResourceStore } from './resourceStore.ts';
import { titleOf } from './words.ts';

const { Error, Warning } = vscode.DiagnosticSeverity;

/** Marks in the documents of a pond why the last run of their resource failed, until one does not. */
export class RunProblems implements vscode.Disposable {
  private readonly store: ResourceStore;
  private readonly problems = vscode.languages.createDiagnosticCollection('pond-run');
  private readonly marked = new Map<string, readonly vscode.Uri[]>();
  private readonly listener: vscode.Disposable;

  constructor(store: ResourceStore) {
    this.store = store;
    this.listener = store.onDidChange((pond) => this.mark(pond));
  }

  dispose(): void {
    this.listener.dispose();
    this.problems.dispose();
  }

  private mark(pond: string): void {
    const resources = this.store.resources(pond);
    const found = resources.flatMap((resource) => {
      const error = resource.lastRun?.status === 'failed' ? resource.lastRun.error : null;
      return error === null ? [] : [problemOf(pond, resources, resource, error)];
    });
    for (const uri of this.marked.get(pond) ?? []) this.problems.delete(uri);
    for (const [uri, diagnostic] of found) this.problems.set(uri, [diagnostic]);
    this.marked.set(
      pond,
      found.map(([uri]) => uri),
    );
  }
}

/** An error of a run at its place in the document; at the document's start, with the input named, when it is about one. */
function problemOf(
  pond: string,
  resources: readonly ResourceInfo[],
  resource: ResourceInfo,
  error: RunErrorInfo,
): readonly [vscode.Uri, vscode.Diagnostic] {
  const uri = documentUri(pond, resource);
  const path = error.path === undefined ? undefined : readablePath(resources, error.path);
  const inDocument = path === uri.path;
  const range = inDocument && error.line !== undefined ? wordAt(error.line, error.character ?? 0) : firstLine;
  const diagnostic = new vscode.Diagnostic(range, readableText(resources, withHint(error)), Error);
  diagnostic.source = 'pond run';
  diagnostic.code = error.code;
  if (path !== undefined && !inDocument) {
    const place = new vscode.Location(pondUri(pond, path), new vscode.Position(error.line ?? 0, error.character ?? 0));
    diagnostic.relatedInformation = [new vscode.DiagnosticRelatedInformation(place, `read by ${titleOf(resource)}`)];
  }
  return [uri, diagnostic];
}

/** What the server found when a document was applied, until its text changes. */
export class ApplyProblems implements vscode.Disposable {
  private readonly problems = vscode.languages.createDiagnosticCollection('pond-apply');
  private readonly listener: vscode.Disposable;

  constructor() {
    const forget = (document: vscode.TextDocument): void => this.problems.delete(document.uri);
    this.listener = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) forget(document);
      }),
      vscode.workspace.onDidCloseTextDocument(forget),
    );
  }

  /** Marks the problems that are not marked already: as a text is typed, the server checks what the text alone tells. */
  set(uri: vscode.Uri, problems: readonly ProblemInfo[]): void {
    const place = (code: unknown, line: number): string => JSON.stringify([code, line]);
    const known = new Set(vscode.languages.getDiagnostics(uri).map(({ code, range }) => place(code, range.start.line)));
    const diagnostics = problems
      .filter(({ code, line }) => !known.has(place(code, line)))
      .map((problem) => {
        const severity = problem.severity === 'error' ? Error : Warning;
        const diagnostic = new vscode.Diagnostic(wordAt(problem.line, problem.character), withHint(problem), severity);
        diagnostic.source = 'pond';
        diagnostic.code = problem.code;
        return diagnostic;
      });
    this.problems.set(uri, diagnostics);
  }

  dispose(): void {
    this.listener.dispose();
    this.problems.dispose();
  }
}

const firstLine = new vscode.Range(0, 0, 0, Number.MAX_SAFE_INTEGER);

/** A place without extent: the editor marks the word that stands there. */
function wordAt(line: number, character: number): vscode.Range {
  return new vscode.Range(line, character, line, character);
}

function withHint({ message, hint }: { readonly message: string; readonly hint?: string }): string {
  return hint === undefined ? message : `${message}. ${hint}`;
}
