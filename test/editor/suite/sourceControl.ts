import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { document, pondWith } from './resourcePond.ts';
import { api, cli, closeEditors, newPond, temporaryFolder, until, type TestPond } from './support.ts';

/** Waits until source control shows exactly these staged changes, as `kind path`. */
async function staged({ pond }: TestPond, ...expected: readonly string[]): Promise<void> {
  const shown = (): string[] | undefined =>
    api()
      .staged(pond)
      ?.map(({ kind, path }) => `${kind} ${path}`)
      .sort();
  await until(
    `staged: ${expected.join(', ') || 'nothing'}`,
    () => JSON.stringify(shown()) === JSON.stringify([...expected].sort()),
  );
}

/** Staged changes, commits, diffs and versions. */
export function sourceControlTests(): void {
  test('source control shows staged changes with their kinds', async (t) => {
    const pond = await newPond(t);
    await pond.write('/kept.txt', 'a');
    await pond.write('/gone.txt', 'b');
    await pond.write('/old.txt', 'something to recognize');
    await pond.commit('first');
    await staged(pond);
    await pond.write('/kept.txt', 'changed');
    await vscode.workspace.fs.delete(pond.uri('/gone.txt'));
    await pond.write('/new.txt', 'new');
    await staged(pond, 'modified /kept.txt', 'removed /gone.txt', 'added /new.txt');
  });

  test('the commit command commits with the message of the box and empties it', async (t) => {
    const pond = await newPond(t);
    await pond.write('/a.txt', 'a');
    await staged(pond, 'added /a.txt');
    api().setMessage(pond.pond, 'what the box says');
    await vscode.commands.executeCommand('pond.commit', pond.uri('/'));
    await staged(pond);
    const [head] = await api().request('log', { pond: pond.pond, limit: 1 });
    assert.equal(head?.message, 'what the box says');
    assert.equal(head.added, 1);
  });

  test('a path that a run has committed in the meantime is a conflict, which blocks commits until it is resolved', async (t) => {
    const inbox = await temporaryFolder(t);
    await writeFile(join(inbox, 'a.csv'), 'a,b\n1,2\n');
    const pond = await pondWith(t, document('Inbox', 'files', `  pattern: "${inbox}/*.csv"`));
    const [files] = await api().request('resources', { pond: pond.pond });
    const path = `${files?.directory}/a.csv`;
    await pond.write(path, 'my own');
    await staged(pond, `added ${path}`);
    await api().request('run', { pond: pond.pond });
    await until('the conflict received', () => api().statusText()?.includes('1 in conflict'));
    const head = async (): Promise<number | undefined> =>
      (await api().request('log', { pond: pond.pond, limit: 1 }))[0]?.number;
    const before = await head();
    api().setMessage(pond.pond, 'mine');
    await vscode.commands.executeCommand('pond.commit', pond.uri('/'));
    assert.equal(await head(), before);
    await vscode.commands.executeCommand('pond.keepStaged', { resourceUri: pond.uri(path) });
    await until('no conflict', () => api().statusText()?.endsWith('1 staged'));
    await vscode.commands.executeCommand('pond.commit', pond.uri('/'));
    await staged(pond);
    assert.equal(await pond.read(path, 'HEAD'), 'my own');
  });

  test('a commit from a terminal empties the staged changes', async (t) => {
    const pond = await newPond(t);
    await pond.write('/a.txt', 'a');
    await staged(pond, 'added /a.txt');
    const { status, stderr } = await cli(pond.pond, ['commit', '-m', 'by terminal']);
    assert.equal(status, 0, stderr);
    await staged(pond);
  });

  test('a click on a changed file opens a diff of the committed and the working text', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    await pond.write('/a.txt', 'old');
    await pond.commit('first');
    await pond.write('/a.txt', 'new');
    await vscode.commands.executeCommand('pond.openDiff', pond.uri('/a.txt'));
    const input = await until('a diff', () => {
      const shown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return shown instanceof vscode.TabInputTextDiff ? shown : undefined;
    });
    assert.equal(input.original.toString(), pond.uri('/a.txt', 'HEAD').toString());
    assert.equal(input.modified.toString(), pond.uri('/a.txt').toString());
    const original = await vscode.workspace.openTextDocument(input.original);
    assert.equal(original.getText(), 'old');
    await pond.commit('second');
    await until('the committed side to follow the commit', () => original.getText() === 'new');
  });

  test('the diff of an added file opens the file', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    await pond.write('/a.txt', 'a');
    await vscode.commands.executeCommand('pond.openDiff', pond.uri('/a.txt'));
    await until(
      'the file',
      () => vscode.window.activeTextEditor?.document.uri.toString() === pond.uri('/a.txt').toString(),
    );
  });

  test('the restore command stages a file as of a version', async (t) => {
    const pond = await newPond(t);
    await pond.write('/a.txt', 'old');
    const version = String(await pond.commit('first'));
    await pond.write('/a.txt', 'new');
    await pond.commit('second');
    await vscode.commands.executeCommand('pond.restoreVersion', pond.uri('/a.txt'), version);
    assert.equal(await pond.read('/a.txt'), 'old');
    await staged(pond, 'modified /a.txt');
  });

  test('the status bar shows the name of the pond and the number of staged changes', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    await pond.write('/a.txt', 'a');
    await vscode.window.showTextDocument(pond.uri('/a.txt'));
    await until('one staged', () => api().statusText()?.endsWith('test · 1 staged'));
    await pond.commit('first');
    await until('nothing staged', () => api().statusText()?.endsWith('test · nothing staged'));
  });
}
