import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import * as vscode from 'vscode';
import { api, cli, closeEditors, newPond, until, type TestPond } from './support.ts';

/** Collects the events of a watcher on a pond as `kind path`. Resolves when the watch is active. */
async function watched(t: TestContext, pond: TestPond): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(pond.uri('/'), '**'));
  t.after(() => void watcher.dispose());
  watcher.onDidCreate(({ path }) => seen.add(`created ${path}`));
  watcher.onDidChange(({ path }) => seen.add(`changed ${path}`));
  watcher.onDidDelete(({ path }) => seen.add(`deleted ${path}`));
  // VS Code asks the file system to watch some time later, and does not report when.
  let probes = 0;
  await until('the watch', async () => {
    await pond.write('/probe', String(++probes));
    return seen.size > 0;
  });
  return seen;
}

/** Changes from any source reach the editor. */
export function watchTests(): void {
  test('changes by the editor are reported', async (t) => {
    const pond = await newPond(t);
    const seen = await watched(t, pond);
    await pond.write('/d/a.txt', 'a');
    await until('creation', () => seen.has('created /d/a.txt'));
    await pond.write('/d/a.txt', 'b');
    await until('change', () => seen.has('changed /d/a.txt'));
    await vscode.workspace.fs.delete(pond.uri('/d/a.txt'));
    await until('deletion', () => seen.has('deleted /d/a.txt'));
  });

  test('changes by a terminal are reported', async (t) => {
    const pond = await newPond(t);
    const seen = await watched(t, pond);
    const written = await cli(pond.pond, ['write', '/from-terminal.txt'], 'hello');
    assert.equal(written.status, 0, written.stderr);
    await until('creation', () => seen.has('created /from-terminal.txt'));
    assert.equal(await pond.read('/from-terminal.txt'), 'hello');
    await cli(pond.pond, ['rm', '/from-terminal.txt']);
    await until('deletion', () => seen.has('deleted /from-terminal.txt'));
  });

  test('an open document follows the writes of a terminal', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    await pond.write('/a.txt', 'before');
    const document = await vscode.workspace.openTextDocument(pond.uri('/a.txt'));
    await vscode.window.showTextDocument(document);
    await until('the watch', () => api().isWatched(document.uri));
    await cli(pond.pond, ['write', '/a.txt'], 'after');
    await until('the new text', () => document.getText() === 'after');
  });

  test('a terminal sees the staged changes of the editor', async (t) => {
    const pond = await newPond(t);
    await pond.write('/staged.txt', 'x');
    const { stdout, status, stderr } = await cli(pond.pond, ['status']);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /staged\.txt/);
  });
}
