import * as vscode from 'vscode';
import { type ProblemInfo, type ResourceInfo, type RunErrorInfo } from '../../../server/src/protocol/resources.ts';
import { withHint } from '../hints.ts';
import { rangeAt } from '../markedRange.ts';
import { parsePondUri, pondUri } from '../pondUri.ts';
import { documentUri, readablePath, readableText } from './treeLocations.ts';
import { type ResourceStore } from './resourceStore.ts';
import { titleOf } from './strings.ts';

const { Error, Warning, Information } = vscode.DiagnosticSeverity;

/** Marks problems in the resource documents of a pond: those across resources, and those reported by the last run. */
export class RunProblems implements vscode.Disposable {
  readonly #store: ResourceStore;
  readonly #problems = vscode.languages.createDiagnosticCollection('pond-run');
  readonly #marked = new Map<string, readonly vscode.Uri[]>();
  readonly #listener: vscode.Disposable;

  constructor(store: ResourceStore) {
    this.#store = store;
    this.#listener = vscode.Disposable.from(
      store.onDidChange((pond) => this.#mark(pond)),
      // The marked range covers the line's characters only once its text is loaded, so mark it again.
      vscode.workspace.onDidOpenTextDocument(({ uri }) => {
        const location = parsePondUri(uri);
        if (location !== undefined && this.#isMarked(location.pond, uri)) this.#mark(location.pond);
      }),
    );
  }

  dispose(): void {
    this.#listener.dispose();
    this.#problems.dispose();
  }

  #isMarked(pond: string, uri: vscode.Uri): boolean {
    return this.#marked.get(pond)?.some((one) => one.toString() === uri.toString()) === true;
  }

  #mark(pond: string): void {
    const resources = this.#store.resources(pond);
    const marked: vscode.Uri[] = [];
    for (const uri of this.#marked.get(pond) ?? []) this.#problems.delete(uri);
    for (const resource of resources) {
      const uri = documentUri(pond, resource);
      const diagnostics = [...cycleProblems(uri, resource), ...ofLastRun(pond, resources, resource)];
      if (diagnostics.length === 0) continue;
      this.#problems.set(uri, diagnostics);
      marked.push(uri);
    }
    this.#marked.set(pond, marked);
  }
}

/** Problems that span resources, so that no single document reveals them. */
function cycleProblems(uri: vscode.Uri, { problems }: ResourceInfo): readonly vscode.Diagnostic[] {
  const found = problems.filter(({ code }) => code === 'resource-cycle');
  return found.map((problem) => {
    const diagnostic = new vscode.Diagnostic(wordAt(uri, problem.line, problem.character), withHint(problem), Error);
    diagnostic.source = 'pond';
    diagnostic.code = problem.code;
    return diagnostic;
  });
}

function ofLastRun(
  pond: string,
  resources: readonly ResourceInfo[],
  resource: ResourceInfo,
): readonly vscode.Diagnostic[] {
  const { lastRun } = resource;
  if (lastRun === null) return [];
  const failure =
    lastRun.status === 'failed' && lastRun.error !== null ? [problemOf(pond, resources, resource, lastRun.error)] : [];
  const found = [...failure, ...lastRun.notes.flatMap((note) => noteAt(pond, resource, note))];
  // A run has the positions of the text that ran. The queries of a changed one are checked when it is saved.
  return resource.state === 'committed' ? found : found.filter(({ range }) => range.isEqual(firstLine));
}

/** A note of a run that ends with its position in the document: `… (/KIND/NAME/resource.yaml, line 7)`. */
function noteAt(pond: string, resource: ResourceInfo, note: string): readonly vscode.Diagnostic[] {
  const [, text, path, line] = /^(.*) \((\S+), line (\d+)\)$/s.exec(note) ?? [];
  const document = documentUri(pond, resource);
  if (text === undefined || line === undefined || path !== document.path) return [];
  const range = lineOf(document, Number(line) - 1);
  const diagnostic = new vscode.Diagnostic(range, text, Information);
  diagnostic.source = 'pond run';
  return [diagnostic];
}

/** An error of a run at its position in the document; one about an input is at the start and names the input. */
function problemOf(
  pond: string,
  resources: readonly ResourceInfo[],
  resource: ResourceInfo,
  error: RunErrorInfo,
): vscode.Diagnostic {
  const path = error.path === undefined ? undefined : readablePath(resources, error.path);
  const uri = documentUri(pond, resource);
  const inDocument = path === uri.path;
  const range = inDocument && error.line !== undefined ? wordAt(uri, error.line, error.character ?? 0) : firstLine;
  const diagnostic = new vscode.Diagnostic(range, readableText(resources, withHint(error)), Error);
  diagnostic.source = 'pond run';
  diagnostic.code = error.code;
  if (path !== undefined && !inDocument) {
    const input = new vscode.Location(pondUri(pond, path), new vscode.Position(error.line ?? 0, error.character ?? 0));
    diagnostic.relatedInformation = [new vscode.DiagnosticRelatedInformation(input, `read by ${titleOf(resource)}`)];
  }
  return diagnostic;
}

/** Range of a line without its indentation; of the whole line while its text is not loaded. */
function lineOf(uri: vscode.Uri, line: number): vscode.Range {
  const document = loaded(uri);
  if (document === undefined || line >= document.lineCount)
    return new vscode.Range(line, 0, line, Number.MAX_SAFE_INTEGER);
  const { range, firstNonWhitespaceCharacterIndex } = document.lineAt(line);
  return range.with(range.start.translate(0, firstNonWhitespaceCharacterIndex));
}

/** Problems that the server found when a document was applied; cleared when its text changes. */
export class ApplyProblems implements vscode.Disposable {
  readonly #problems = vscode.languages.createDiagnosticCollection('pond-apply');
  readonly #listener: vscode.Disposable;

  constructor() {
    const clear = (document: vscode.TextDocument): void => this.#problems.delete(document.uri);
    this.#listener = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) clear(document);
      }),
      vscode.workspace.onDidCloseTextDocument(clear),
    );
  }

  /**
   * Marks the problems that are not marked already: as the user types, the server checks what the text alone reveals.
   */
  set(uri: vscode.Uri, problems: readonly ProblemInfo[]): void {
    const keyOf = (code: unknown, line: number): string => JSON.stringify([code, line]);
    const known = new Set(vscode.languages.getDiagnostics(uri).map(({ code, range }) => keyOf(code, range.start.line)));
    const diagnostics = problems
      .filter(({ code, line }) => !known.has(keyOf(code, line)))
      .map((problem) => {
        const severity = problem.severity === 'error' ? Error : Warning;
        const diagnostic = new vscode.Diagnostic(
          wordAt(uri, problem.line, problem.character),
          withHint(problem),
          severity,
        );
        diagnostic.source = 'pond';
        diagnostic.code = problem.code;
        return diagnostic;
      });
    this.#problems.set(uri, diagnostics);
  }

  dispose(): void {
    this.#listener.dispose();
    this.#problems.dispose();
  }
}

const firstLine = new vscode.Range(0, 0, 0, Number.MAX_SAFE_INTEGER);

/**
 * Range of the word or the quoted text at a position; while the text is not loaded, an empty range, at which the editor
 * marks the word.
 */
function wordAt(uri: vscode.Uri, line: number, character: number): vscode.Range {
  const position = new vscode.Position(line, character);
  const document = loaded(uri);
  return (document && rangeAt(document, position)) ?? new vscode.Range(position, position);
}

function loaded(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
}
