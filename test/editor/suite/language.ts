import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { closeEditors, newPond, temporaryFolder, until } from './support.ts';

const misspelled = [
  'apiVersion: www.hydrovu.com/v1',
  'kind: Inbox',
  'nam: x',
  'spec:',
  '  pattern: "/in/*.csv"',
  '',
].join('\n');

async function problemsOf(uri: vscode.Uri): Promise<readonly vscode.Diagnostic[]> {
  return until('problems', () => {
    const found = vscode.languages.getDiagnostics(uri);
    return found.length > 0 && found;
  });
}

/** Checks of resource documents while the user types. */
export function languageTests(): void {
  test('a misspelled key of a resource in the pond is marked at its position', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    await pond.write('/resource.yaml', misspelled);
    const document = await vscode.workspace.openTextDocument(pond.uri('/resource.yaml'));
    await vscode.window.showTextDocument(document);
    const problems = await problemsOf(document.uri);
    const marked = problems.map(({ range }) => document.getText(range));
    assert.ok(marked.includes('nam'), JSON.stringify(problems));
    assert.match(problems.map(({ message }) => message).join('\n'), /name/);
  });

  test('a resource in a host folder is checked too, and problems disappear when the text is corrected', async (t) => {
    t.after(closeEditors);
    const file = join(await temporaryFolder(t), 'resource.yaml');
    await writeFile(file, misspelled);
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
    const before = await problemsOf(editor.document.uri);
    await editor.edit((edit) => edit.replace(new vscode.Range(2, 0, 2, 3), 'name'));
    await until('fewer problems', () => vscode.languages.getDiagnostics(editor.document.uri).length < before.length);
  });

  test('a misspelled key is corrected by the quick fix', async (t) => {
    t.after(closeEditors);
    const file = join(await temporaryFolder(t), 'resource.yaml');
    await writeFile(file, misspelled);
    const { document } = await vscode.window.showTextDocument(vscode.Uri.file(file));
    await problemsOf(document.uri);
    const fixes = await vscode.commands.executeCommand<readonly vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(2, 1, 2, 1),
    );
    const fix = fixes.find(({ title }) => title === 'Change to "name"');
    assert.ok(fix?.edit, JSON.stringify(fixes));
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(document.lineAt(2).text, 'name: x');
  });

  test('a YAML document that is not a resource is ignored', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    await pond.write('/other.yaml', 'a: 1\nnam: 2\n');
    await pond.write('/resource.yaml', misspelled);
    const other = await vscode.workspace.openTextDocument(pond.uri('/other.yaml'));
    // Documents are checked in the order in which they are opened.
    const resource = await vscode.workspace.openTextDocument(pond.uri('/resource.yaml'));
    await problemsOf(resource.uri);
    assert.deepEqual(vscode.languages.getDiagnostics(other.uri), []);
  });

  test('a new, unsaved resource has problems, completion, hover and fixes', async (t) => {
    t.after(closeEditors);
    const editor = await vscode.commands.executeCommand<vscode.TextEditor>('pond.newResource', 'Inbox');
    const { document } = editor;
    assert.equal(document.uri.scheme, 'untitled');
    const line = document
      .getText()
      .split('\n')
      .findIndex((text) => text.startsWith('name:'));
    await editor.edit((edit) => edit.replace(new vscode.Range(line, 0, line, 4), 'nam'));
    await problemsOf(document.uri);
    const at = new vscode.Position(line, 1);
    const fixes = await vscode.commands.executeCommand<readonly vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(at, at),
    );
    const fix = fixes.find(({ title }) => title === 'Change to "name"');
    assert.ok(fix?.edit, JSON.stringify(fixes));
    await vscode.workspace.applyEdit(fix.edit);
    await until('no problems', () => vscode.languages.getDiagnostics(document.uri).length === 0);
    const hovers = await vscode.commands.executeCommand<readonly vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      at,
    );
    assert.ok(hovers.length > 0);
    const end = document.lineAt(document.lineCount - 1).range.end;
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      end,
    );
    assert.ok(items.length > 0);
  });
}
