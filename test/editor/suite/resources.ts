import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as vscode from 'vscode';
import { type RunInfo } from '../../../server/src/protocol/resources.ts';
import { type ShownRow } from '../../../client/vscode/resources/shownRows.ts';
import { apply, derive, document, pondWith, resourceRows, rowCount } from './resourcePond.ts';
import { api, closeEditors, newPond, temporaryFolder, until, type TestPond } from './support.ts';

const series = derive('series', "SELECT t AS Timestamp, x FROM read_csv('$1')");
const wrong = derive('wrong', "SELECT t AS Timestamp, no_such FROM read_csv('$1')");
const endless = derive(
  'endless',
  "SELECT count(*) AS Timestamp FROM read_csv('$1'), range(1000000) a, range(1000000) b",
);
const reduced = document(
  'Reduce',
  'reduced',
  '  collections:',
  '    - name: by-day',
  '      resolutions: [1d]',
  '      datasets:',
  '        - in_pattern: /Derive/series/all/*',
  '          out_pattern: days',
);

async function rowOf(pond: TestPond, label: string): Promise<ShownRow> {
  return until(`the row ${label}`, async () => (await resourceRows(pond)).find((row) => row.label === label));
}

async function run(pond: TestPond, label: string): Promise<readonly RunInfo[]> {
  const { node } = await rowOf(pond, label);
  return vscode.commands.executeCommand<readonly RunInfo[]>('pond.runResource', node);
}

function runAll({ pond }: TestPond): Thenable<readonly RunInfo[]> {
  return vscode.commands.executeCommand<readonly RunInfo[]>('pond.runAllResources', { type: 'pond', pond });
}

/** Resources: the view, runs, their problems and records, and the graph. */
export function resourceTests(): void {
  test('an applied resource is in the view, staged and then committed', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    const applied = await apply(pond, `${series}---\n${reduced}`);
    assert.deepEqual(applied?.map(({ kind, name, outcome }) => `${kind} ${name} ${outcome}`).sort(), [
      'Derive series created',
      'Reduce reduced created',
    ]);
    assert.equal((await rowOf(pond, 'series')).description, 'staged');
    assert.deepEqual(
      (await api().resources(pond.pond)).map(({ label, description }) => `${label} ${description}`).sort(),
      ['Derive 1', 'Reduce 1'],
    );
    await pond.commit('resources');
    await until('never run', async () => (await rowOf(pond, 'series')).description === 'never run');
  });

  test('problems of an applied document are marked in it, and nothing is staged', async (t) => {
    t.after(closeEditors);
    const pond = await newPond(t);
    const applied = await apply(pond, document('Inbox', 'twice', '  pattern: relative/*.csv'));
    assert.deepEqual(applied, []);
    const found = await until('a problem', () => {
      const all = vscode.languages.getDiagnostics(pond.uri('/drafts/new.yaml'));
      return all.length > 0 && all;
    });
    assert.deepEqual([...new Set(found.map(({ range }) => range.start.line))], [5]);
    assert.deepEqual(await resourceRows(pond), []);
  });

  test('a run shows its new data, and its outputs open as rows and as text', async (t) => {
    const pond = await pondWith(t, series);
    const [ran] = await run(pond, 'series');
    assert.equal(ran?.status, 'ok', JSON.stringify(ran));
    assert.equal(ran.rows, 3);
    const row = await rowOf(pond, 'series');
    assert.equal(row.description, 'just now · 3 rows');
    const [output] = row.children;
    assert.equal(output?.label, 'all');
    assert.equal(output.context, 'output.directory');
    const list = await api().request('list', { pond: pond.pond, path: '/Derive/series/all' });
    const [file] = list;
    assert.ok(file);
    await vscode.commands.executeCommand('pond.openOutput', {
      type: 'output',
      pond: pond.pond,
      output: { path: file.path, type: file.type },
      parent: row.node,
    });
    await until('the rows', () => rowCount() === 3);
  });

  test('a run collects the files of an inbox, which open as text', async (t) => {
    const folder = await temporaryFolder(t);
    await mkdir(join(folder, 'in'));
    await writeFile(join(folder, 'in', 'b.csv'), 't,x\n1,2\n');
    const pond = await pondWith(t, document('Inbox', 'files', `  pattern: ${vscode.Uri.file(folder).path}/in/*.csv`));
    await runAll(pond);
    const row = await rowOf(pond, 'files');
    assert.equal(row.description, 'just now · 1 file');
    await vscode.commands.executeCommand('pond.openOutput', row.children[0]?.node);
    await until('the text', () => vscode.window.activeTextEditor?.document.getText() === 't,x\n1,2\n');
  });

  test('a failed resource is marked at the position of the error, and the others run', async (t) => {
    const pond = await pondWith(t, series, wrong, reduced);
    const runs = await runAll(pond);
    assert.deepEqual(runs.map(({ resource, status }) => `${resource} ${status}`).sort(), [
      'Derive/series ok',
      'Derive/wrong failed',
      'Reduce/reduced ok',
    ]);
    const place = pond.uri('/Derive/wrong/resource.yaml');
    const [problem] = await until('a problem', () => {
      const all = vscode.languages.getDiagnostics(place);
      return all.length > 0 && all;
    });
    assert.equal(problem?.source, 'pond run');
    const text = await vscode.workspace.openTextDocument(place);
    const word = text.getWordRangeAtPosition(problem.range.start);
    assert.equal(word === undefined ? undefined : text.getText(word), 'no_such');
    assert.match((await rowOf(pond, 'wrong')).description, /^failed just now/);

    const good = (await pond.read('/Derive/wrong/resource.yaml')).replace('no_such', 'x');
    await pond.write('/Derive/wrong/resource.yaml', good);
    // The run is not about this text.
    await until('no problem of the changed text', () => vscode.languages.getDiagnostics(place).length === 0);
    await pond.commit('mended');
    await until('the change committed', async () => !(await rowOf(pond, 'wrong')).description.includes('changed'));
    assert.equal((await run(pond, 'wrong'))[0]?.status, 'ok');
    await until('no problem', () => vscode.languages.getDiagnostics(place).length === 0);
  });

  test('a row shows a failure with names of resources, and its state once', async (t) => {
    const inbox = await temporaryFolder(t);
    await writeFile(join(inbox, 'a.csv'), 't,x\n1,2\n');
    const files = document('Inbox', 'files', `  pattern: "${inbox}/*.csv"`);
    const bad = derive('bad', "SELECT no_such FROM read_csv('$1')").replace('/in/', '/Inbox/files/');
    const pond = await pondWith(t, files, bad);
    await runAll(pond);
    const row = await rowOf(pond, 'bad');
    assert.match(row.spoken ?? '', /^Derive\/bad, failed \w+/);
    // The text of a tooltip is escaped for Markdown.
    const tooltip = row.tooltip.replaceAll('\\', '');
    assert.ok(tooltip.includes('/Inbox/files/a.csv'), tooltip);
    assert.match((await rowOf(pond, 'files')).spoken ?? '', /^Inbox\/files, ok, just now/);
  });

  test('a run shows its progress, and can be cancelled', async (t) => {
    const pond = await pondWith(t, endless);
    const running = run(pond, 'endless');
    await until('the resource running', async () => (await rowOf(pond, 'endless')).context === 'resource.running');
    await vscode.window.showTextDocument(pond.uri('/Derive/endless/resource.yaml'));
    await vscode.commands.executeCommand('pond.cancelRun', (await rowOf(pond, 'endless')).node);
    assert.equal((await running)[0]?.status, 'cancelled');
    const { description, context } = await rowOf(pond, 'endless');
    assert.equal(context, 'resource.idle');
    assert.equal(description, 'cancelled just now');
  });

  test('the run log lists every run, with links to the positions of errors', async (t) => {
    const pond = await pondWith(t, series, wrong);
    await runAll(pond);
    await vscode.commands.executeCommand('pond.openRunLog', { type: 'pond', pond: pond.pond });
    const log = vscode.window.activeTextEditor?.document;
    assert.equal(log?.uri.scheme, 'pond-runs');
    await until(
      'both runs',
      () => /OK +Derive\/series/.test(log.getText()) && /FAILED +Derive\/wrong/.test(log.getText()),
    );
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', log.uri);
    const [link] = links;
    assert.equal(link?.target?.path, '/Derive/wrong/resource.yaml');
    assert.match(link.target.fragment, /^L\d+,\d+$/);
    assert.match(log.getText(link.range), /^\/Derive\/wrong\/resource\.yaml:\d+:\d+$/);
    const before = log.getText().split('Derive/series').length;
    await run(pond, 'series');
    await until('the new run', () => log.getText().split('Derive/series').length === before + 1);
  });

  test('a document of a resource shows its last run above the text', async (t) => {
    const pond = await pondWith(t, series);
    const uri = pond.uri('/Derive/series/resource.yaml');
    const titles = async (): Promise<string> => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
      return lenses.map(({ command }) => command?.title).join(' | ');
    };
    await vscode.window.showTextDocument(uri);
    await until('lenses', async () => (await titles()).startsWith('$(play) Run | Never run'));
    await run(pond, 'series');
    await until('the last run', async () => (await titles()).includes('Last run: just now · 3 rows | Outputs'));
  });

  test('the graph shows resources, their inputs and their states', async (t) => {
    const pond = await pondWith(t, series, reduced);
    await run(pond, 'series');
    await vscode.commands.executeCommand('pond.showGraph', { type: 'pond', pond: pond.pond });
    const graph = api().graph(pond.pond);
    assert.deepEqual(graph?.nodes.map(({ kind, name, state }) => `${kind}/${name} ${state}`).sort(), [
      'Derive/series ok',
      'Reduce/reduced new',
    ]);
    const nameOf = (id: string): string | undefined => graph.nodes.find((node) => node.id === id)?.name;
    assert.deepEqual(
      graph.edges.map(({ from, to }) => `${nameOf(from)} > ${nameOf(to)}`),
      ['series > reduced'],
    );
  });

  test('a new resource starts as the example of its kind, with its name selected', async (t) => {
    t.after(closeEditors);
    await vscode.commands.executeCommand('pond.newResource', 'Inbox');
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.languageId, 'yaml');
    assert.match(editor.document.getText(), /^kind: Inbox$/m);
    const { selection } = editor;
    assert.equal(editor.document.lineAt(selection.start).text, `name: ${editor.document.getText(selection)}`);
  });
}
