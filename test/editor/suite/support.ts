import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext } from 'node:test';
import * as vscode from 'vscode';
import { type Api } from '../../../client/vscode/api.ts';

/** A busy machine is slow; a passing test waits no longer than necessary. */
const patienceMs = 60_000;
const lookEveryMs = 25;

/** The value that the extension returned when it was activated. */
export function api(): Api {
  return extension().exports;
}

/** A host file of this checkout. */
export function checkoutFile(...parts: readonly string[]): string {
  return join(extension().extensionPath, ...parts);
}

/** A folder of the host that is removed after the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'pond-editor-')));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** A new pond: its host directory, and the URI of a path in it. */
export interface TestPond {
  readonly pond: string;
  uri(path: string, at?: string): vscode.Uri;
  write(path: string, text: string): Promise<void>;
  read(path: string, at?: string): Promise<string>;
  commit(message: string): Promise<number>;
}

/** Creates a pond that is closed and removed after the test. */
export async function newPond(t: TestContext): Promise<TestPond> {
  const folder = await temporaryFolder(t);
  const { pond } = await api().request('init', { directory: join(folder, 'test.pond') });
  t.after(() => api().request('close', { pond }));
  const uri = (path: string, at?: string): vscode.Uri => api().pondUri(pond, path, at);
  // The first request opens the pond in the window too.
  await vscode.workspace.fs.stat(uri('/'));
  return {
    pond,
    uri,
    write: async (path, text) => vscode.workspace.fs.writeFile(uri(path), Buffer.from(text)),
    read: async (path, at) => Buffer.from(await vscode.workspace.fs.readFile(uri(path, at))).toString(),
    commit: async (message) => (await api().request('commit', { pond, message })).number,
  };
}

/** Runs the `pond` command on a pond, as in a terminal. Returns its exit status and output. */
export function cli(
  pond: string,
  args: readonly string[],
  input = '',
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    const command = [checkoutFile('out', 'pond.mjs'), '--pond', pond, ...args];
    const child = execFile(process.execPath, command, { env, timeout: patienceMs }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** Repeats a request until it returns anything but undefined and false, and returns that. Throws after a timeout. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | PromiseLike<T | undefined | false>,
): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > end) throw new Error(`waited ${patienceMs / 1000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** A predicate for assert.rejects: a file system error of VS Code with this code. */
export function fileSystemError(code: string): (error: unknown) => boolean {
  return (error) => error instanceof vscode.FileSystemError && error.code === code;
}

/** Closes all editors and drops unsaved changes. */
export async function closeEditors(): Promise<void> {
  for (const editor of vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ isDirty }) => isDirty)) {
    const { input } = editor;
    if (!(input instanceof vscode.TabInputText)) continue;
    await vscode.window.showTextDocument(input.uri);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

function extension(): vscode.Extension<Api> {
  const found = vscode.extensions.getExtension<Api>('duckpond.duckpond');
  if (found === undefined) throw new Error('the extension is not installed');
  return found;
}
