import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { api, newPond, temporaryFolder, until } from './support.ts';

const expected = [
  ...['init', 'open', 'import', 'export', 'commit', 'discard', 'openDiff', 'showLog', 'restoreVersion', 'newQuery'],
  ...['runQuery', 'cancelQuery', 'showServerLog', 'restartServer', 'applyResource', 'newResource', 'runResource'],
  ...['runAllResources', 'cancelRun', 'openRunLog', 'openOutput', 'openResource', 'deleteResource', 'showGraph'],
];

/** Commands of category Pond. */
export function commandTests(): void {
  test('every command of the palette is registered', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      expected.filter((name) => !registered.has(`pond.${name}`)),
      [],
    );
  });

  test('init creates a pond that open finds and the explorer shows', async (t) => {
    const folder = await temporaryFolder(t);
    const directory = vscode.Uri.file(join(folder, '.pond'));
    assert.equal(await vscode.commands.executeCommand('pond.init', directory), directory.fsPath);
    t.after(() => api().request('close', { pond: directory.fsPath }));
    const root = api().pondUri(directory.fsPath);
    await until('the folder in the explorer', () => indexOfFolder(root) >= 0);
    // From a folder below it, as a user would who has the surrounding folder open.
    await mkdir(join(folder, 'below'));
    const found = await vscode.commands.executeCommand('pond.open', vscode.Uri.file(join(folder, 'below')));
    assert.equal(found, directory.fsPath);
    await removeFolder(root);
    await until('the pond closed', () => !api().ponds().includes(directory.fsPath));
  });

  test('a pond in a folder of the workspace is opened automatically', async (t) => {
    const folder = await temporaryFolder(t);
    const { pond } = await api().request('init', { directory: join(folder, '.pond') });
    t.after(() => api().request('close', { pond }));
    const uri = vscode.Uri.file(folder);
    const end = (): number => vscode.workspace.workspaceFolders?.length ?? 0;
    await until('the folder taken', () => vscode.workspace.updateWorkspaceFolders(end(), 0, { uri }));
    await until('the pond', () => api().ponds().includes(pond));
    await removeFolder(uri);
  });

  test('ponds are listed as in the explorer, whichever was opened first', async (t) => {
    const [first, second] = [await newPond(t), await newPond(t)];
    const folders = [second, first].map(({ uri }) => ({ uri: uri('/') }));
    const end = (): number => vscode.workspace.workspaceFolders?.length ?? 0;
    await until('the folders taken', () => vscode.workspace.updateWorkspaceFolders(end(), 0, ...folders));
    await until('the folders in the explorer', () => folders.every(({ uri }) => indexOfFolder(uri) >= 0));
    const listed = api()
      .ponds()
      .filter((pond) => [first.pond, second.pond].includes(pond));
    assert.deepEqual(listed, [second.pond, first.pond]);
    for (const { uri } of folders) await removeFolder(uri);
  });

  test('import copies a folder into the pond and export copies it out', async (t) => {
    const pond = await newPond(t);
    const folder = await temporaryFolder(t);
    await mkdir(join(folder, 'in', 'sub'), { recursive: true });
    await writeFile(join(folder, 'in', 'a.csv'), 'x\n1\n');
    await writeFile(join(folder, 'in', 'sub', 'b.csv'), 'x\n2\n');
    await vscode.commands.executeCommand('pond.import', pond.uri('/'), [vscode.Uri.file(join(folder, 'in'))]);
    assert.equal(await pond.read('/in/sub/b.csv'), 'x\n2\n');
    const out = vscode.Uri.file(join(folder, 'out'));
    await vscode.commands.executeCommand('pond.export', pond.uri('/in'), out);
    assert.equal(await readFile(join(folder, 'out', 'in', 'sub', 'b.csv'), 'utf8'), 'x\n2\n');
  });
}

/** Index of a folder in the workspace; -1 when it is missing. */
function indexOfFolder(folder: vscode.Uri): number {
  return vscode.workspace.workspaceFolders?.findIndex(({ uri }) => uri.toString() === folder.toString()) ?? -1;
}

/**
 * Removes a folder from the workspace: VS Code accepts no change of the folders before it has reported the previous
 * one.
 */
async function removeFolder(folder: vscode.Uri): Promise<void> {
  await until('the removal taken', () => {
    const index = indexOfFolder(folder);
    return index >= 0 && vscode.workspace.updateWorkspaceFolders(index, 1);
  });
}
