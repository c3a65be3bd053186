import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { api, closeEditors, fileSystemError, newPond, until } from './support.ts';

const { fs } = vscode.workspace;
const { File, Directory, SymbolicLink } = vscode.FileType;

/** The contract of a file system provider, fulfilled by `pond:`. */
export function fileSystemTests(): void {
  test('bytes are read as they were written', async (t) => {
    const pond = await newPond(t);
    for (const size of [0, 1, 256, 65_536, 65_537, 3_000_000]) {
      const content = Uint8Array.from({ length: size }, (_, index) => (index * 31) % 256);
      await fs.writeFile(pond.uri('/bytes'), content);
      const back = await fs.readFile(pond.uri('/bytes'));
      assert.equal(Buffer.compare(back, content), 0, `${size} bytes`);
      assert.equal((await fs.stat(pond.uri('/bytes'))).size, size);
    }
  });

  test('names can contain any character but a slash', async (t) => {
    const pond = await newPond(t);
    for (const name of ['ä ö.txt', '100%.csv', 'a?b#c.txt', 'x+y&z=1', '日本', '{a,b}']) {
      await pond.write(`/names/${name}`, name);
      assert.equal(await pond.read(`/names/${name}`), name);
    }
    assert.equal((await fs.readDirectory(pond.uri('/names'))).length, 6);
  });

  test('a directory lists names and types', async (t) => {
    const pond = await newPond(t);
    await pond.write('/d/a.txt', 'a');
    await fs.createDirectory(pond.uri('/d/sub/deep'));
    await api().request('link', { pond: pond.pond, target: 'a.txt', path: '/d/to-file' });
    await api().request('link', { pond: pond.pond, target: 'sub', path: '/d/to-directory' });
    await api().request('link', { pond: pond.pond, target: 'nowhere', path: '/d/dangling' });
    assert.deepEqual(Object.fromEntries(await fs.readDirectory(pond.uri('/d'))), {
      'a.txt': File,
      sub: Directory,
      'to-file': File | SymbolicLink,
      'to-directory': Directory | SymbolicLink,
      dangling: SymbolicLink,
    });
    assert.deepEqual(await fs.readDirectory(pond.uri('/d/sub/deep')), []);
  });

  test('a link has the type and the size of its target', async (t) => {
    const pond = await newPond(t);
    await pond.write('/end.txt', 'twelve bytes');
    await api().request('link', { pond: pond.pond, target: 'end.txt', path: '/link' });
    const { type, size } = await fs.stat(pond.uri('/link'));
    assert.deepEqual({ type, size }, { type: File | SymbolicLink, size: 12 });
    assert.equal(await pond.read('/link'), 'twelve bytes');
  });

  test('the modification time or the size changes when the content does', async (t) => {
    const pond = await newPond(t);
    await pond.write('/a.txt', 'one');
    const before = await fs.stat(pond.uri('/a.txt'));
    // Modification times are reported in milliseconds.
    await until('the next one', () => Date.now() > before.mtime);
    await pond.write('/a.txt', 'two');
    const after = await fs.stat(pond.uri('/a.txt'));
    assert.ok(after.mtime > before.mtime, `${after.mtime} > ${before.mtime}`);
  });

  test('a missing path is FileNotFound', async (t) => {
    const pond = await newPond(t);
    const missing = pond.uri('/no/such/file');
    await assert.rejects(async () => fs.stat(missing), fileSystemError('FileNotFound'));
    await assert.rejects(async () => fs.readFile(missing), fileSystemError('FileNotFound'));
    await assert.rejects(async () => fs.readDirectory(missing), fileSystemError('FileNotFound'));
    // A name with wildcards is a plain name.
    await assert.rejects(async () => fs.readDirectory(pond.uri('/*')), fileSystemError('FileNotFound'));
    await assert.rejects(async () => fs.delete(missing), fileSystemError('FileNotFound'));
    await assert.rejects(async () => fs.rename(missing, pond.uri('/b')), fileSystemError('FileNotFound'));
    await assert.rejects(async () => fs.copy(missing, pond.uri('/b')), fileSystemError('FileNotFound'));
    await assert.rejects(async () => fs.stat(pond.uri('/', '99')), fileSystemError('FileNotFound'));
  });

  test('a file is not a directory, and a directory is not a file', async (t) => {
    const pond = await newPond(t);
    await pond.write('/d/file', 'x');
    await assert.rejects(async () => fs.readDirectory(pond.uri('/d/file')), fileSystemError('FileNotADirectory'));
    await assert.rejects(async () => fs.readFile(pond.uri('/d')), fileSystemError('FileIsADirectory'));
    await assert.rejects(async () => pond.write('/d', 'x'), fileSystemError('FileIsADirectory'));
  });

  test('a folder that is not a pond is Unavailable, with a reason', async () => {
    const nowhere = api().pondUri('/no/such/pond', '/a');
    await assert.rejects(async () => fs.stat(nowhere), fileSystemError('Unavailable'));
    // A new pond there would stand in for one whose disk is missing.
    await assert.rejects(async () => fs.stat(nowhere), /there is no pond at \S+\. Bring its folder back/);
  });

  test('a directory with entries is deleted only recursively', async (t) => {
    const pond = await newPond(t);
    await pond.write('/d/file', 'x');
    await assert.rejects(async () => fs.delete(pond.uri('/d'), { recursive: false }), fileSystemError('NoPermissions'));
    await fs.delete(pond.uri('/d'), { recursive: true });
    await assert.rejects(async () => fs.stat(pond.uri('/d')), fileSystemError('FileNotFound'));
  });

  test('a rename moves a file or a tree, and overwrites only on request', async (t) => {
    const pond = await newPond(t);
    await pond.write('/d/a', 'a');
    await pond.write('/b', 'b');
    await assert.rejects(async () => fs.rename(pond.uri('/d/a'), pond.uri('/b')), fileSystemError('FileExists'));
    await fs.rename(pond.uri('/d'), pond.uri('/e'));
    await fs.rename(pond.uri('/e/a'), pond.uri('/b'), { overwrite: true });
    assert.equal(await pond.read('/b'), 'a');
    assert.deepEqual(await fs.readDirectory(pond.uri('/e')), []);
  });

  test('a copy copies a file or a tree, and overwrites only on request', async (t) => {
    const pond = await newPond(t);
    await pond.write('/d/sub/a', 'a');
    await pond.write('/b', 'b');
    await fs.copy(pond.uri('/d'), pond.uri('/e'));
    assert.equal(await pond.read('/e/sub/a'), 'a');
    await assert.rejects(async () => fs.copy(pond.uri('/d/sub/a'), pond.uri('/b')), fileSystemError('FileExists'));
    await fs.copy(pond.uri('/d/sub/a'), pond.uri('/b'), { overwrite: true });
    assert.equal(await pond.read('/b'), 'a');
  });

  test('a tree is copied from one pond to another', async (t) => {
    const [from, to] = [await newPond(t), await newPond(t)];
    await from.write('/d/a', 'a');
    await fs.copy(from.uri('/d'), to.uri('/d'));
    assert.equal(await to.read('/d/a'), 'a');
  });

  test('an old version is read unchanged and cannot be written', async (t) => {
    const pond = await newPond(t);
    await pond.write('/a.txt', 'old');
    const version = String(await pond.commit('first'));
    await pond.write('/a.txt', 'new');
    assert.equal(await pond.read('/a.txt', version), 'old');
    assert.equal(await pond.read('/a.txt', 'HEAD'), 'old');
    assert.equal(await pond.read('/a.txt'), 'new');
    assert.deepEqual(await fs.readDirectory(pond.uri('/', version)), [['a.txt', File]]);
    assert.equal((await fs.stat(pond.uri('/a.txt', version))).permissions, vscode.FilePermission.Readonly);
    assert.equal((await fs.stat(pond.uri('/a.txt'))).permissions, undefined);
    const old = pond.uri('/a.txt', version);
    await assert.rejects(async () => fs.writeFile(old, Buffer.from('x')), fileSystemError('NoPermissions'));
    await assert.rejects(async () => fs.delete(old), fileSystemError('NoPermissions'));
  });

  test('a document of the pond is edited and saved', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    await pond.write('/note.md', 'one\n');
    const editor = await vscode.window.showTextDocument(pond.uri('/note.md'));
    // The event of the write above may reload the document between the edit and the save.
    await until('the save', async () => {
      await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, 9, 0), 'one\ntwo\n'));
      return editor.document.save();
    });
    assert.equal(await pond.read('/note.md'), 'one\ntwo\n');
  });

  test('the scheme is writable', () => {
    assert.equal(fs.isWritableFileSystem('pond'), true);
  });
}
