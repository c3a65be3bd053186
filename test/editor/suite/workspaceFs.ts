import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import * as vscode from 'vscode';
import { closeEditors, fileSystemError, newPond, until } from './support.ts';

const { fs } = vscode.workspace;
const { File, Directory } = vscode.FileType;

/** The operations of files that VS Code reports to extensions, as `will rename /a → /b`, in the order of their events. */
function operations(t: TestContext): readonly string[] {
  const seen: string[] = [];
  const paths = (uris: readonly vscode.Uri[]): string => uris.map(({ path }) => path).join(' ');
  const moves = (files: vscode.FileRenameEvent['files']): string =>
    files.map(({ oldUri, newUri }) => `${oldUri.path} → ${newUri.path}`).join(' ');
  const listeners = vscode.Disposable.from(
    vscode.workspace.onWillCreateFiles(({ files }) => seen.push(`will create ${paths(files)}`)),
    vscode.workspace.onDidCreateFiles(({ files }) => seen.push(`did create ${paths(files)}`)),
    vscode.workspace.onWillRenameFiles(({ files }) => seen.push(`will rename ${moves(files)}`)),
    vscode.workspace.onDidRenameFiles(({ files }) => seen.push(`did rename ${moves(files)}`)),
    vscode.workspace.onWillDeleteFiles(({ files }) => seen.push(`will delete ${paths(files)}`)),
    vscode.workspace.onDidDeleteFiles(({ files }) => seen.push(`did delete ${paths(files)}`)),
  );
  t.after(() => void listeners.dispose());
  return seen;
}

/** Makes one edit of files and texts; true when VS Code carried it out. */
async function apply(change: (edit: vscode.WorkspaceEdit) => void): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  change(edit);
  return await vscode.workspace.applyEdit(edit);
}

/** `workspace.fs` and the events of files, as VS Code promises them for every scheme, for `pond:`. */
export function workspaceFsTests(): void {
  test('stat of a folder and of a file has a type, times, and the size of the file', async (t) => {
    const pond = await newPond(t);
    await pond.write('/d/a.txt', 'abc');
    const folder = await fs.stat(pond.uri('/d'));
    assert.equal(folder.type, Directory);
    const file = await fs.stat(pond.uri('/d/a.txt'));
    assert.deepEqual([file.type, file.size], [File, 3]);
    for (const { mtime } of [folder, file]) assert.ok(mtime > 0);
  });

  test('a URI that is not of a pond is refused, and names no hexadecimal digits', async (t) => {
    const pond = await newPond(t);
    await assert.rejects(async () => fs.stat(vscode.Uri.parse('pond:/no/authority')));
    await assert.rejects(async () => fs.stat(vscode.Uri.parse('pond://xyz/a')));
    const missing = await Promise.resolve(fs.readFile(pond.uri('/missing'))).then(String, String);
    assert.match(missing, /\/missing in test/);
    assert.doesNotMatch(missing, /[0-9a-f]{24}/);
  });

  test('a file is written, found, read and deleted', async (t) => {
    const pond = await newPond(t);
    const uri = pond.uri('/new.txt');
    await fs.writeFile(uri, Buffer.from('new'));
    assert.equal((await fs.stat(uri)).type, File);
    assert.equal(Buffer.from(await fs.readFile(uri)).toString(), 'new');
    await fs.delete(uri);
    await assert.rejects(async () => fs.stat(uri), fileSystemError('FileNotFound'));
  });

  test('a write and a folder create the folders above them, and a folder that exists is fine', async (t) => {
    const pond = await newPond(t);
    await fs.writeFile(pond.uri('/a/b/c/d.txt'), Buffer.from('x'));
    await fs.createDirectory(pond.uri('/e/f/g'));
    await fs.createDirectory(pond.uri('/e/f/g'));
    assert.deepEqual(await fs.readDirectory(pond.uri('/a/b')), [['c', Directory]]);
    assert.deepEqual(await fs.readDirectory(pond.uri('/e/f')), [['g', Directory]]);
    await assert.rejects(async () => fs.createDirectory(pond.uri('/a/b/c/d.txt')));
    await assert.rejects(async () => fs.writeFile(pond.uri('/a/b/c/d.txt/e'), Buffer.from('x')));
    assert.equal(await pond.read('/a/b/c/d.txt'), 'x');
  });

  test('an empty folder is deleted without asking for its content, a full one and its content with it', async (t) => {
    const pond = await newPond(t);
    await fs.createDirectory(pond.uri('/empty'));
    await fs.delete(pond.uri('/empty'), { recursive: false, useTrash: false });
    await pond.write('/full/sub/a.txt', 'a');
    await fs.delete(pond.uri('/full'), { recursive: true, useTrash: false });
    assert.deepEqual(await fs.readDirectory(pond.uri('/')), []);
    await assert.rejects(async () => fs.delete(pond.uri('/full')), fileSystemError('FileNotFound'));
  });

  test('a copy and a move onto something that exists need overwrite, and then replace it whole', async (t) => {
    const pond = await newPond(t);
    await pond.write('/from/a.txt', 'from');
    await pond.write('/to/b.txt', 'to');
    for (const move of [fs.copy, fs.rename]) {
      await assert.rejects(
        async () => move.call(fs, pond.uri('/from'), pond.uri('/to')),
        fileSystemError('FileExists'),
      );
      await assert.rejects(
        async () => move.call(fs, pond.uri('/from'), pond.uri('/to'), { overwrite: false }),
        fileSystemError('FileExists'),
      );
    }
    await fs.copy(pond.uri('/from/a.txt'), pond.uri('/deep/er/a.txt'));
    assert.equal(await pond.read('/deep/er/a.txt'), 'from');
    await fs.rename(pond.uri('/from'), pond.uri('/to'), { overwrite: true });
    assert.deepEqual(await fs.readDirectory(pond.uri('/to')), [['a.txt', File]]);
    await assert.rejects(async () => fs.stat(pond.uri('/from')), fileSystemError('FileNotFound'));
  });

  test('a rename changes the case of a name', async (t) => {
    const pond = await newPond(t);
    await pond.write('/Name.txt', 'x');
    await fs.rename(pond.uri('/Name.txt'), pond.uri('/name.txt'));
    assert.deepEqual(await fs.readDirectory(pond.uri('/')), [['name.txt', File]]);
  });

  test('many files are written, listed and read at the same time', async (t) => {
    const pond = await newPond(t);
    const names = Array.from({ length: 100 }, (_, index) => `${index}.txt`);
    await Promise.all(names.map((name) => pond.write(`/many/${name}`, name)));
    const listed = await fs.readDirectory(pond.uri('/many'));
    assert.deepEqual(listed.map(([name]) => name).sort(), [...names].sort());
    assert.deepEqual(await Promise.all(names.map((name) => pond.read(`/many/${name}`))), names);
  });

  test('an edit creates, renames and deletes files, and the events come in pairs', async (t) => {
    const pond = await newPond(t);
    const seen = operations(t);
    assert.ok(await apply((edit) => edit.createFile(pond.uri('/a.txt'), { contents: Buffer.from('a') })));
    assert.ok(await apply((edit) => edit.renameFile(pond.uri('/a.txt'), pond.uri('/b.txt'))));
    assert.equal(await pond.read('/b.txt'), 'a');
    assert.ok(await apply((edit) => edit.deleteFile(pond.uri('/b.txt'))));
    await until('the last event', () => seen.includes('did delete /b.txt'));
    assert.deepEqual(seen, [
      ...['will create /a.txt', 'did create /a.txt', 'will rename /a.txt → /b.txt', 'did rename /a.txt → /b.txt'],
      ...['will delete /b.txt', 'did delete /b.txt'],
    ]);
  });

  test('an edit that would overwrite fails, unless it says so', async (t) => {
    const pond = await newPond(t);
    await pond.write('/a.txt', 'a');
    await pond.write('/b.txt', 'b');
    assert.equal(await apply((edit) => edit.renameFile(pond.uri('/a.txt'), pond.uri('/b.txt'))), false);
    assert.equal(await pond.read('/b.txt'), 'b');
    assert.ok(await apply((edit) => edit.renameFile(pond.uri('/a.txt'), pond.uri('/b.txt'), { overwrite: true })));
    assert.equal(await pond.read('/b.txt'), 'a');
    assert.ok(await apply((edit) => edit.deleteFile(pond.uri('/missing'), { ignoreIfNotExists: true })));
  });

  test('an edit that an extension adds to a rename is made before it', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    await pond.write('/a.txt', 'names a');
    const adding = vscode.workspace.onWillRenameFiles((event) => {
      const edit = new vscode.WorkspaceEdit();
      edit.replace(pond.uri('/a.txt'), new vscode.Range(0, 6, 0, 7), 'b');
      event.waitUntil(Promise.resolve(edit));
    });
    t.after(() => void adding.dispose());
    assert.ok(await apply((edit) => edit.renameFile(pond.uri('/a.txt'), pond.uri('/b.txt'))));
    const document = await vscode.workspace.openTextDocument(pond.uri('/b.txt'));
    assert.equal(document.getText(), 'names b');
  });

  test('an open document follows its file to a new name', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    await pond.write('/old.txt', 'text');
    await vscode.window.showTextDocument(pond.uri('/old.txt'));
    assert.ok(await apply((edit) => edit.renameFile(pond.uri('/old.txt'), pond.uri('/new.txt'))));
    await until('the renamed document', () => vscode.window.activeTextEditor?.document.uri.path === '/new.txt');
    assert.equal(vscode.window.activeTextEditor?.document.getText(), 'text');
  });

  test('watchers report each change once, below their folder alone', async (t) => {
    const pond = await newPond(t);
    await fs.createDirectory(pond.uri('/in'));
    const seen: string[] = [];
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(pond.uri('/in'), '*.txt'));
    t.after(() => void watcher.dispose());
    watcher.onDidCreate(({ path }) => seen.push(`created ${path}`));
    watcher.onDidDelete(({ path }) => seen.push(`deleted ${path}`));
    let probes = 0;
    await until('the watch', async () => {
      await pond.write(`/in/probe${++probes}.txt`, 'x');
      return seen.length > 0;
    });
    await pond.write('/out.txt', 'x');
    await pond.write('/in/a.csv', 'x');
    await pond.write('/in/a.txt', 'x');
    await fs.delete(pond.uri('/in/a.txt'));
    await until('the deletion', () => seen.includes('deleted /in/a.txt'));
    assert.deepEqual(
      seen.filter((event) => !event.includes('probe')),
      ['created /in/a.txt', 'deleted /in/a.txt'],
    );
  });
}
