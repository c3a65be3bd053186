import * as vscode from 'vscode';
import { type ResourceInfo, type RunInfo } from '../../../server/src/protocol/resources.ts';
import { type PondClient } from '../client.ts';
import { pondName, pondUri } from '../pondUri.ts';
import { atPosition, readablePath, readableText } from './treeLocations.ts';
import { recordTime } from '../times.ts';
import { type ResourceStore } from './resourceStore.ts';
import { newDataText, bytesText, durationText } from './strings.ts';
import { countText } from '../numberStrings.ts';

const scheme = 'pond-runs';
const recordsMax = 200;

/** Run records as a document, with links to the locations of errors. New runs appear as they happen. */
export class RunLog implements vscode.TextDocumentContentProvider, vscode.DocumentLinkProvider, vscode.Disposable {
  readonly #client: PondClient;
  readonly #store: ResourceStore;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registered: vscode.Disposable;
  readonly onDidChange = this.#changed.event;

  constructor(client: PondClient, store: ResourceStore) {
    this.#client = client;
    this.#store = store;
    this.#registered = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.languages.registerDocumentLinkProvider({ scheme }, this),
      store.onDidChange((pond) => this.#follow(pond)),
    );
  }

  /** Opens the run records of resources, by title; of all resources when none are given. */
  async show(pond: string, titles: readonly string[]): Promise<void> {
    const name = titles.length === 1 ? titles.join().replace('/', ' ') : pondName(pond);
    const query = JSON.stringify({ pond, titles });
    const uri = vscode.Uri.from({ scheme, path: `/Runs of ${name}`, query });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, 'pond-runs');
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { pond, titles } = parseLogUri(uri);
    const names = titles.length === 0 ? {} : { names: titles };
    const loaded = await this.#client.request('runs', { pond, ...names, limit: recordsMax + 1 });
    const runs = loaded.slice(0, recordsMax);
    const what = titles.length === 0 ? `all resources of ${pondName(pond)}` : titles.join(', ');
    if (runs.length === 0) return `No runs of ${what} yet.\n`;
    const records = runs.map((run) => recordText(run, this.#store.resources(pond)));
    const more =
      loaded.length > runs.length
        ? ['Older runs are not shown. To list them, run "Pond: New Query" with: SELECT * FROM pond.runs']
        : [];
    return [`Runs of ${what}, latest first`, ...records, ...more].join('\n\n') + '\n';
  }

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const { pond } = parseLogUri(document.uri);
    return [...document.getText().matchAll(/^ {4}at (\/.*?)(?::(\d+):(\d+))?$/gm)].map((match) => {
      const [, path = '', line, character] = match;
      const start = match.index + '    at '.length;
      const range = new vscode.Range(document.positionAt(start), document.positionAt(match.index + match[0].length));
      const uri = pondUri(pond, path);
      return new vscode.DocumentLink(
        range,
        line === undefined ? uri : atPosition(uri, Number(line) - 1, Number(character) - 1),
      );
    });
  }

  dispose(): void {
    this.#registered.dispose();
    this.#changed.dispose();
  }

  #follow(pond: string): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme === scheme && parseLogUri(uri).pond === pond) this.#changed.fire(uri);
    }
  }
}

function parseLogUri(uri: vscode.Uri): { readonly pond: string; readonly titles: readonly string[] } {
  return JSON.parse(uri.query) as { readonly pond: string; readonly titles: readonly string[] };
}

/** One run: a line, with its details indented below. */
function recordText(run: RunInfo, resources: readonly ResourceInfo[]): string {
  const facts = run.status === 'skipped' ? [] : [durationText(run.durationMs)];
  if (run.status === 'ok' || run.rows + run.files > 0) facts.push(newDataText(run));
  if (run.rows > 0 && run.files > 0) facts.push(countText(run.files, 'file'));
  if (run.bytes > 0) facts.push(bytesText(run.bytes));
  if (run.commit !== null) facts.push(`commit ${run.commit}`);
  if (run.unrecorded > 0) facts.push(`${countText(run.unrecorded, 'run')} since the latest record`);
  const head = `${recordTime(run.started)}  ${run.status.toUpperCase().padEnd(9)}  ${run.resource}  ${facts.join(' · ')}`;
  const notes = run.notes.flatMap((note) => indented(readableText(resources, note)));
  return [head.trimEnd(), ...errorLines(run, resources), ...notes].join('\n');
}

function errorLines({ error }: RunInfo, resources: readonly ResourceInfo[]): readonly string[] {
  if (error === null) return [];
  const { code, message, hint, path, line, character } = error;
  const position = line === undefined ? '' : `:${line + 1}:${(character ?? 0) + 1}`;
  return [
    ...indented(`${code}: ${readableText(resources, message)}`),
    ...(hint === undefined ? [] : indented(hint)),
    ...(path === undefined ? [] : [`    at ${readablePath(resources, path)}${position}`]),
  ];
}

function indented(text: string): readonly string[] {
  return text.split('\n').map((line) => `    ${line}`);
}
