import * as vscode from 'vscode';
import { type OpenPonds } from '../ponds.ts';
import { parsePondUri } from '../pondUri.ts';
import { type SourceControls } from './sourceControl.ts';

const decorations = {
  added: new vscode.FileDecoration('A', 'Added', new vscode.ThemeColor('pond.addedForeground')),
  modified: new vscode.FileDecoration('M', 'Modified', new vscode.ThemeColor('pond.modifiedForeground')),
  removed: new vscode.FileDecoration('D', 'Removed', new vscode.ThemeColor('pond.removedForeground')),
  renamed: new vscode.FileDecoration('R', 'Renamed', new vscode.ThemeColor('pond.renamedForeground')),
} as const;

const conflict = new vscode.FileDecoration(
  '!',
  'Conflict: another commit changed this path too',
  new vscode.ThemeColor('pond.conflictForeground'),
);

const readOnly = new vscode.FileDecoration('RO', 'Read-only pond', new vscode.ThemeColor('disabledForeground'));

/** Letters of staged changes, in the explorer and in source control; and the mark of a pond that can only be read. */
export class ChangeDecorations implements vscode.FileDecorationProvider, vscode.Disposable {
  readonly #sourceControls: SourceControls;
  readonly #ponds: OpenPonds;
  readonly #emitter = new vscode.EventEmitter<undefined>();
  readonly #listener: vscode.Disposable;
  readonly onDidChangeFileDecorations = this.#emitter.event;

  constructor(sourceControls: SourceControls, ponds: OpenPonds) {
    this.#sourceControls = sourceControls;
    this.#ponds = ponds;
    const changed = (): void => this.#emitter.fire(undefined);
    this.#listener = vscode.Disposable.from(sourceControls.onDidChange(changed), ponds.onDidChangeMode(changed));
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const location = parsePondUri(uri);
    if (location === undefined || location.at !== undefined) return undefined;
    if (location.path === '/' && this.#ponds.isReadOnly(location.pond)) return readOnly;
    const change = this.#sourceControls.change(location.pond, location.path);
    if (change === undefined) return undefined;
    const isConflict = this.#sourceControls.status(location.pond)?.conflicts.includes(change.path);
    const known = isConflict ? conflict : decorations[change.kind];
    const rows = this.#sourceControls.rowsText(location.pond, change.path);
    const decoration =
      rows === undefined
        ? known
        : new vscode.FileDecoration(known.badge, `${known.tooltip ?? ''}, ${rows}`, known.color);
    // A directory takes the color of the changes in it; a removed file has no row to color.
    return change.kind === 'removed' ? decoration : { ...decoration, propagate: true };
  }

  dispose(): void {
    this.#listener.dispose();
    this.#emitter.dispose();
  }
}
