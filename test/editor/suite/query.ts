import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import * as vscode from 'vscode';
import { api, checkoutFile, closeEditors, newPond, until, type TestPond } from './support.ts';

type State = Extract<NonNullable<NonNullable<ReturnType<ReturnType<typeof api>['grid']>>['state']>, { type: string }>;

/** Opens a query document for a pond with this text, and the cursor at its start. */
/** A query with more pairs than can be counted during a test. */
const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1';

async function openQuery(t: TestContext, pond: TestPond, text: string): Promise<vscode.TextEditor> {
  t.after(closeEditors);
  await vscode.commands.executeCommand('pond.newQuery', pond.uri('/'));
  const editor = await until('a query document', () => {
    const active = vscode.window.activeTextEditor;
    return active?.document.languageId === 'pond-sql' ? active : undefined;
  });
  const all = new vscode.Range(0, 0, editor.document.lineCount, 0);
  await editor.edit((edit) => edit.replace(all, text));
  editor.selection = new vscode.Selection(0, 0, 0, 0);
  return editor;
}

async function run(): Promise<State> {
  await vscode.commands.executeCommand('pond.runQuery');
  return await until('the result and its number of rows', () => {
    const state = api().grid()?.state;
    return state?.type === 'result' && state.info.rowCount === null ? undefined : state;
  });
}

function result(state: State): Extract<State, { type: 'result' }> {
  assert.ok(state.type === 'result', JSON.stringify(state));
  return state;
}

/** Queries and their grid. */
export function queryTests(): void {
  test('a query reads staged files by path and by glob, with types and NULL', async (t) => {
    const pond = await newPond(t);
    await pond.write('/w/a.csv', 'day,mm,note\n2024-01-01,1.5,\n2024-01-02,2,"wet"\n');
    await pond.write('/w/b.csv', 'day,mm,note\n2024-01-03,0,dry\n');
    await openQuery(t, pond, 'SELECT day, mm, note FROM "/w/*.csv" ORDER BY day');
    const { info } = result(await run());
    assert.deepEqual(
      info.columns.map(({ type }) => type),
      ['DATE', 'DOUBLE', 'VARCHAR'],
    );
    assert.equal(info.rowCount, 3);
    const rows = await api().grid()!.rows(0, 10);
    assert.deepEqual(rows.columns[0], ['2024-01-01', '2024-01-02', '2024-01-03']);
    assert.deepEqual(rows.columns[2], [null, 'wet', 'dry']);
  });

  test('results are shown in one column, also those of a query that is opened from a result', async (t) => {
    const pond = await newPond(t);
    const columns = (): number => vscode.window.tabGroups.all.length;
    await openQuery(t, pond, 'SELECT 1');
    await run();
    await until('a column of results', () => columns() === 2);
    await vscode.commands.executeCommand('workbench.action.focusSecondEditorGroup');
    await until('the result has the focus', () => vscode.window.activeTextEditor === undefined);
    const { viewColumn } = await openQuery(t, pond, 'SELECT 2');
    assert.equal(viewColumn, vscode.ViewColumn.One);
    await run();
    await until('two results in the second column', () => vscode.window.tabGroups.all[1]?.tabs.length === 2);
    assert.equal(columns(), 2);
  });

  test('a query runs while its result has the focus, and without its document', async (t) => {
    const pond = await newPond(t);
    await pond.write('/note.txt', 'A note\n');
    const { document } = await openQuery(t, pond, 'SELECT 1 AS one');
    const names = async (): Promise<string[]> => result(await run()).info.columns.map(({ name }) => name);
    await names();
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 13), 'x');
    await vscode.commands.executeCommand('workbench.action.focusSecondEditorGroup');
    await until('the result has the focus', () => vscode.window.activeTextEditor === undefined);
    await vscode.workspace.applyEdit(edit);
    assert.deepEqual(await names(), ['oxne']);
    const [queries] = vscode.window.tabGroups.all;
    await vscode.window.showTextDocument(pond.uri('/note.txt'), { viewColumn: vscode.ViewColumn.One });
    assert.equal(queries?.tabs.length, 2);
    await vscode.commands.executeCommand('workbench.action.focusSecondEditorGroup');
    await until('the result has the focus', () => vscode.window.activeTextEditor === undefined);
    const before = api().grid()?.state;
    assert.deepEqual(await names(), ['oxne']);
    assert.notEqual(api().grid()?.state, before);
  });

  test('paths and columns are completed', async (t) => {
    const { Field, File } = vscode.CompletionItemKind;
    const pond = await newPond(t);
    await pond.write('/wells/a.csv', 'day,level m\n2024-01-01,1.5\n');
    const { document } = await openQuery(t, pond, 'SELECT lev FROM "/wells/a.csv", "/wells/"');
    const offered = async (character: number): Promise<readonly (readonly unknown[])[]> => {
      const at = new vscode.Position(0, character);
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        at,
      );
      const ofPond = items.filter(({ kind }) => kind === Field || kind === File);
      // VS Code returns them in an order of its own.
      ofPond.sort((a, b) => ((a.sortText ?? '') < (b.sortText ?? '') ? -1 : 1));
      return ofPond.map(({ label, insertText, range }) => [
        label,
        insertText,
        document.getText(range instanceof vscode.Range ? range : undefined),
      ]);
    };
    assert.deepEqual(await offered(10), [
      ['"level m"', '"level m"', 'lev'],
      ['day', 'day', 'lev'],
    ]);
    assert.deepEqual(await offered(40), [['a.csv', '/wells/a.csv', '/wells/']]);
  });

  test('the selection, or else the statement at the cursor, runs', async (t) => {
    const pond = await newPond(t);
    const editor = await openQuery(t, pond, "SELECT 1 AS one;\nSELECT ';' AS two;\nSELECT 3 AS three;\n");
    const names = async (): Promise<string[]> => result(await run()).info.columns.map(({ name }) => name);
    editor.selection = new vscode.Selection(1, 3, 1, 3);
    assert.deepEqual(await names(), ['two']);
    editor.selection = new vscode.Selection(2, 0, 2, 17);
    assert.deepEqual(await names(), ['three']);
  });

  test('three million rows are fetched by window', async (t) => {
    const pond = await newPond(t);
    const parquet = vscode.Uri.file(checkoutFile('node_modules', 'vega-datasets', 'data', 'flights-3m.parquet'));
    await vscode.commands.executeCommand('pond.import', pond.uri('/'), [parquet]);
    await openQuery(t, pond, 'SELECT * FROM "/flights-3m.parquet"');
    const { info } = result(await run());
    assert.equal(info.rowCount, 3_000_000);
    const rows = await api().grid()!.rows(2_999_990, 200);
    assert.equal(rows.start, 2_999_990);
    assert.equal(rows.columns[0]?.length, 10);
    assert.equal(rows.columns.length, info.columns.length);
  });

  test('an error in a statement is shown and marked in the text', async (t) => {
    const pond = await newPond(t);
    const editor = await openQuery(t, pond, 'SELECT 1;\nSELECT wrong_name FROM (SELECT 1 AS x);');
    editor.selection = new vscode.Selection(1, 0, 1, 0);
    const state = await run();
    assert.equal(state.type, 'failed');
    const [problem] = vscode.languages.getDiagnostics(editor.document.uri);
    assert.equal(problem?.range.start.line, 1);
    assert.equal(editor.document.getText(problem.range), 'wrong_name');
    const other = await openQuery(t, pond, 'SELECT 1 AS "one", * FROM "/none.csv";');
    await run();
    const [missing] = vscode.languages.getDiagnostics(other.document.uri);
    assert.equal(missing && other.document.getText(missing.range), '"/none.csv"');
  });

  test('a query that reads the host or writes is refused', async (t) => {
    const pond = await newPond(t);
    for (const sql of ["SELECT * FROM '/etc/passwd'", "COPY (SELECT 1) TO '/tmp/x'", 'CREATE TABLE t (x INT)']) {
      await openQuery(t, pond, sql);
      assert.equal((await run()).type, 'failed', sql);
    }
  });

  test('a running query is cancelled', async (t) => {
    const pond = await newPond(t);
    await openQuery(t, pond, endless);
    const running = vscode.commands.executeCommand('pond.runQuery');
    await until('the query running', () => api().grid()?.state?.type === 'running');
    await vscode.commands.executeCommand('pond.cancelQuery');
    await running;
    assert.equal(api().grid()?.state?.type, 'cancelled');
  });

  test('a query that a killed server did not finish is run again, and its text has no mark', async (t) => {
    const pond = await newPond(t);
    const { document } = await openQuery(t, pond, endless);
    const running = vscode.commands.executeCommand('pond.runQuery');
    await until('the query running', () => api().grid()?.state?.type === 'running');
    const other = api().request('query', { pond: pond.pond, sql: endless });
    const pid = api().serverPid();
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    await assert.rejects(other, /^Error: the pond server stopped before it finished this/);
    await running;
    await until('another server', () => api().serverState() === 'running' && api().serverPid() !== pid);
    await until('the query running again', () => api().grid()?.state?.type === 'running');
    assert.deepEqual(vscode.languages.getDiagnostics(document.uri), []);
    // Cancelled before the request is sent: the pond is not open yet.
    await vscode.commands.executeCommand('pond.cancelQuery');
    await until('the end of the query', () => api().grid()?.state?.type !== 'running');
    assert.equal(api().grid()?.state?.type, 'cancelled');
    // What its user cancelled is not run again.
    await vscode.commands.executeCommand('pond.restartServer');
    assert.equal(api().grid()?.state?.type, 'cancelled');
  });
}
