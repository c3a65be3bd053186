import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { derive, document, pondWith, resourceRows, rowCount } from './resourcePond.ts';
import { api, closeEditors, fileSystemError, until } from './support.ts';

const { fs } = vscode.workspace;

const series = derive('series', "SELECT t AS Timestamp, x FROM read_csv('$1')");
const pages = document(
  'Template',
  'pages',
  '  collections:',
  '    - name: texts',
  '      in_pattern: /Derive/series/all/*',
  '      out_pattern: $0.md',
  '      template: "# Page of {{ args[0] }}"',
);

const activeTab = (): unknown => vscode.window.tabGroups.activeTabGroup.activeTab?.input;

/** Derived files as files of the editor. */
export function derivedTests(): void {
  test('derived files appear and disappear with their inputs in open folders', async (t) => {
    const pond = await pondWith(t, series);
    const seen = new Set<string>();
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(pond.uri('/'), '**'));
    t.after(() => void watcher.dispose());
    watcher.onDidCreate(({ path }) => seen.add(`created ${path}`));
    watcher.onDidDelete(({ path }) => seen.add(`deleted ${path}`));
    const names = async (): Promise<string> =>
      (await fs.readDirectory(pond.uri('/Derive/series/all'))).map(([name]) => name).join(' ');
    assert.equal(await names(), 'a.csv');
    // VS Code starts to watch some time after the request.
    let files = 0;
    await until('what is derived of a new file', async () => {
      await pond.write(`/in/b${++files}.csv`, 't,x\n5,6\n');
      return [...seen].some((event) => event.startsWith('created /Derive/series/all/b'));
    });
    assert.match(await names(), /^a\.csv b1\.csv/);
    await fs.delete(pond.uri('/in/a.csv'));
    await until('deletion', () => seen.has('deleted /Derive/series/all/a.csv'));
  });

  test('a derived text opens completely, is read-only, and follows its template', async (t) => {
    const pond = await pondWith(t, series, pages);
    const uri = pond.uri('/Template/pages/texts/a.csv.md');
    const { permissions, size } = await fs.stat(uri);
    assert.deepEqual({ permissions, size }, { permissions: vscode.FilePermission.Readonly, size: 0 });
    const page = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(page);
    assert.equal(page.getText(), '# Page of a.csv');
    await assert.rejects(async () => fs.writeFile(uri, Buffer.from('x')), fileSystemError('NoPermissions'));
    await until('the watch', () => api().isWatched(uri));
    const text = await pond.read('/Template/pages/resource.yaml');
    await pond.write('/Template/pages/resource.yaml', text.replace('# Page of', '# About'));
    await until('the new text', () => page.getText() === '# About a.csv');
    // The committed text differs from the staged one.
    await vscode.commands.executeCommand('pond.openDiff', uri);
    await until('both sides', () => activeTab() instanceof vscode.TabInputTextDiff);
    assert.equal(await pond.read('/Template/pages/texts/a.csv.md', 'HEAD'), '# Page of a.csv');
  });

  test('a series opens as rows that follow its inputs, whatever its name', async (t) => {
    const pond = await pondWith(t, series);
    await vscode.commands.executeCommand('vscode.open', pond.uri('/Derive/series/all/a.csv'));
    await until('the rows', () => rowCount() === 3);
    const tab = activeTab();
    assert.equal(tab instanceof vscode.TabInputCustom && tab.viewType, 'pond.table');
    await pond.write('/in/a.csv', 't,x\n0,1\n');
    await until('the new rows', () => rowCount() === 1);
    await vscode.commands.executeCommand('vscode.open', pond.uri('/Derive/series/all/a.csv', 'HEAD'));
    await until('the rows of what is committed', () => rowCount() === 3);
    await vscode.commands.executeCommand('vscode.open', pond.uri('/Derive/series/resource.yaml'));
    await until('the document as text', () => activeTab() instanceof vscode.TabInputText);
  });

  test('the explorer shows resources by name only, and keeps its other exclusions', () => {
    const excluded = Object.keys(vscode.workspace.getConfiguration('files').get<object>('exclude', {}));
    assert.ok(excluded.includes('**/.git'), excluded.join(' '));
    assert.ok(
      excluded.some((glob) => glob.includes('Derive,')),
      excluded.join(' '),
    );
  });

  test('a pattern links to the documents of the resources that it names, and completes their names', async (t) => {
    t.after(closeEditors);
    const pond = await pondWith(t, series, pages);
    const uri = pond.uri('/Template/pages/resource.yaml');
    const text = await vscode.workspace.openTextDocument(uri);
    const at = text.positionAt(text.getText().indexOf('/Derive/series') + '/Derive/'.length);
    const found = await vscode.commands.executeCommand<vscode.LocationLink[]>(
      'vscode.executeDefinitionProvider',
      uri,
      at,
    );
    assert.deepEqual(
      found.map(({ targetUri }) => targetUri.path),
      ['/Derive/series/resource.yaml'],
    );
    const offered = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      uri,
      at,
    );
    assert.ok(offered.items.some(({ label }) => label === 'series'));
  });

  test('in a query of a document, columns of the matched file are completed and explained, and others are marked', async (t) => {
    const pond = await pondWith(t, series);
    const document = await vscode.workspace.openTextDocument(pond.uri('/Derive/series/resource.yaml'));
    const at = document.positionAt(document.getText().indexOf('SELECT') + 'SELECT '.length);
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      at,
    );
    const columns = items.flatMap(({ kind, label }) => (kind === vscode.CompletionItemKind.Field ? [label] : []));
    assert.deepEqual(columns.sort(), ['t', 'x']);
    const [hover] = await vscode.commands.executeCommand<readonly vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      document.positionAt(document.getText().indexOf("'$1'") + 1),
    );
    const texts = hover?.contents.map((content) => (typeof content === 'string' ? content : content.value));
    assert.match(texts?.join('\n') ?? '', /in\/a\\.csv/);
    const change = new vscode.WorkspaceEdit();
    const column = document.positionAt(document.getText().indexOf(', x FROM') + 2);
    change.insert(document.uri, column, 'no_');
    await vscode.workspace.applyEdit(change);
    await document.save();
    const [problem] = await until('the error of the query', () => {
      const all = vscode.languages.getDiagnostics(document.uri);
      return all.length > 0 && all;
    });
    assert.equal(document.getText(problem?.range), 'no_x');
    const fixes = await vscode.commands.executeCommand<readonly vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      problem?.range,
    );
    assert.ok(fixes.some(({ title }) => title === 'Replace with t'));
    await pond.commit('A mistake');
    // Until then, a run would ask about the change.
    await until('the change committed', async () =>
      (await resourceRows(pond)).every(({ description }) => !description.includes('changed')),
    );
    await vscode.commands.executeCommand('pond.runAllResources', { type: 'pond', pond: pond.pond });
    // The run marks the same.
    const sources = (): readonly unknown[] => vscode.languages.getDiagnostics(document.uri).map((one) => one.source);
    await until('the mark of the run alone', () => sources().join() === 'pond run');
  });

  test('a pattern that matched nothing in the last run is marked as information', async (t) => {
    const pond = await pondWith(t, series.replace('/in/*.csv', '/elsewhere/*.csv'));
    const [ran] = (await api().request('run', { pond: pond.pond })).runs;
    assert.equal(ran?.status, 'ok', JSON.stringify(ran));
    const [problem] = await until('the mark', () => {
      const all = vscode.languages.getDiagnostics(pond.uri('/Derive/series/resource.yaml'));
      return all.length > 0 && all;
    });
    assert.equal(problem?.severity, vscode.DiagnosticSeverity.Information);
    assert.match(problem.message, /\/elsewhere\/\*\.csv/);
    const text = await vscode.workspace.openTextDocument(pond.uri('/Derive/series/resource.yaml'));
    assert.match(text.getText(problem.range), /elsewhere/);
  });
}
