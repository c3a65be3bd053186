import * as vscode from 'vscode';
import { activeUri } from '../activeFile.ts';
import { type Context } from '../context.ts';
import { comparisonTitle } from '../openFile.ts';
import { parsePondUri } from '../pondUri.ts';
import { comparedFiles, comparedInTab, type ComparedFiles } from '../tables/tableDiff.ts';

/**
 * Compares tables by their rows: two selected files; the two sides of the active text diff; else the selected file, or
 * that of the active editor, with its latest committed version.
 */
export async function openTableDiff({ tableDiffs }: Context, target?: unknown, selection?: unknown): Promise<void> {
  const compared =
    selectedTwo(selection) ?? comparedInTab(vscode.window.tabGroups.activeTabGroup.activeTab) ?? withHead(target);
  if (compared === undefined) {
    void vscode.window.showInformationMessage('Select two files of a pond, or open one, to compare their rows.');
    return;
  }
  await tableDiffs.open(compared, comparisonTitle(compared.before, compared.after));
}

function selectedTwo(selection: unknown): ComparedFiles | undefined {
  const selected: readonly unknown[] = Array.isArray(selection) ? selection : [];
  const [before, after] = selected.length === 2 ? selected : [];
  return before instanceof vscode.Uri && after instanceof vscode.Uri ? comparedFiles(before, after) : undefined;
}

function withHead(target: unknown): ComparedFiles | undefined {
  const uri = target instanceof vscode.Uri ? target : activeUri();
  const location = uri && parsePondUri(uri);
  if (location === undefined) return undefined;
  const { pond, path, at } = location;
  return { pond, before: { path, at: 'HEAD' }, after: { path, at } };
}
