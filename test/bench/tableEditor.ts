/**
 * The table editor in a real VS Code: from the click on a file of three million rows to its first cell, from the key of a
 * query to its result, and the memory of the processes through many actions. The floor of each is measured in the same
 * run. Not among the benchmarks of `npm run bench`, since it starts VS Code: `node --import tsx test/bench/tableEditor.ts`,
 * after `npm run build`. Linux.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FrameLocator, type Page } from 'playwright-core';
import { runPond } from '../support/pondCommand.ts';
import { root, startWorkbench } from '../support/workbench.ts';
import { explorerRow, openInExplorer, runCommand, webview } from '../support/workbenchPerson.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { printRatio } from './support/report.ts';

const { rounds, warmUp, actions } = parametersOf(
  { rounds: 9, warmUp: 2, actions: 1000 },
  { rounds: 1, warmUp: 1, actions: 8 },
);
const flights = 'flights-3m.parquet';
const few = 'few.parquet';

async function makeHome(): Promise<{ readonly home: string; readonly workspace: string }> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'pond-bench-editor-')));
  const pond = join(home, 'bench.pond');
  const run = async (...args: readonly string[]): Promise<void> => {
    const { status, stderr } = await runPond(['--pond', pond, ...args], { cwd: home });
    assert.equal(status, 0, stderr);
  };
  await run('init', pond);
  await run('import', join(root, 'node_modules', 'vega-datasets', 'data', flights), '/');
  await run('query', '-o', join(home, few), `FROM "/${flights}" LIMIT 200`);
  await run('import', join(home, few), '/');
  await run('commit', '-m', 'Tables');
  const workspace = join(home, 'bench.code-workspace');
  const uri = `pond://${Buffer.from(pond).toString('hex')}/`;
  await writeFile(workspace, JSON.stringify({ folders: [{ uri, name: 'bench' }] }));
  return { home, workspace };
}

const cell = (grid: FrameLocator, text: string | RegExp) => grid.locator('#c0-0').filter({ hasText: text });

/** Milliseconds from a click in the explorer to the first cell, with no other editor open. */
async function clickToCell(page: Page, name: string): Promise<number> {
  await runCommand(page, 'View: Close All Editors');
  const row = explorerRow(page, name);
  await row.waitFor();
  const start = performance.now();
  await row.click();
  await cell(webview(page), /\d/).waitFor();
  return performance.now() - start;
}

/** Milliseconds from the key to the result of a statement whose first value is new each time. */
async function keyToResult(page: Page, sql: (value: number) => string): Promise<number> {
  const value = (lastValue += 1);
  await page.locator('.editor-group-container').first().locator('.view-lines').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(sql(value));
  await page
    .locator('.monaco-editor .view-line')
    .filter({ hasText: String(value) })
    .waitFor();
  const start = performance.now();
  await page.keyboard.press('Control+Enter');
  await cell(webview(page), String(value)).waitFor();
  return performance.now() - start;
}
let lastValue = 1000;

/** Resident memory of the processes below this one, MiB: the extension host, and the process that queries run in. */
async function memory(): Promise<Readonly<Record<'host' | 'worker', number>>> {
  const parents = new Map<number, number>();
  const found = { host: 0, worker: 0 };
  const commands = new Map<number, readonly [command: string, mib: number]>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const read = (file: string): Promise<string> => readFile(join('/proc', name, file), 'utf8').catch(() => '');
    const status = await read('status');
    parents.set(Number(name), Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0));
    commands.set(Number(name), [await read('cmdline'), Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0) / 1024]);
  }
  const isOurs = (pid: number): boolean => pid === process.pid || (pid > 1 && isOurs(parents.get(pid) ?? 0));
  for (const [pid, [command, mib]] of commands) {
    if (!isOurs(pid)) continue;
    if (command.includes('type=extensionHost')) found.host = Math.max(found.host, mib);
    if (command.includes('worker.mjs')) found.worker = Math.max(found.worker, mib);
  }
  return found;
}

/** One of the actions of a person who looks through a table. */
async function act(page: Page, step: number): Promise<void> {
  const grid = webview(page);
  const delay = grid.getByRole('columnheader', { name: /^delay/ });
  const [table, query] = [flights, 'Result: '].map((name) => page.locator('.tab').filter({ hasText: name }).first());
  if (step % 4 === 0) await delay.click();
  else if (step % 4 === 1) await page.keyboard.press(step % 8 === 1 ? 'Control+End' : 'Control+Home');
  else if (step % 4 === 2) await page.keyboard.press('PageDown');
  else {
    await query?.click();
    await table?.click();
  }
  await webview(page).locator('.cell').first().filter({ hasText: /./ }).waitFor();
}

async function throughActions(page: Page): Promise<void> {
  await openInExplorer(page, flights);
  await cell(webview(page), /\d/).waitFor();
  await runCommand(page, 'View: Keep Editor');
  // The first tenth fills caches.
  const early = Math.max(1, Math.floor(actions / 10));
  for (let step = 0; step < early; step += 1) await act(page, step);
  const before = await memory();
  for (let step = early; step < actions; step += 1) await act(page, step);
  const after = await memory();
  for (const name of ['host', 'worker'] as const) {
    const what = `${name === 'host' ? 'extension host' : 'query process'} after ${actions} actions`;
    printRatio({ what, ours: after[name], peer: `after ${early}`, theirs: before[name], unit: 'MiB', most: 1.2 });
  }
}

printMachine();
const { home, workspace } = await makeHome();
const workbench = await startWorkbench({ trusted: true });
try {
  const { page } = await workbench.open({ workspace });
  const clicks = await interleaved(
    { floor: () => clickToCell(page, few), ours: () => clickToCell(page, flights) },
    { rounds, warmUp },
  );
  const first = { what: 'click to first cell, three million rows', peer: 'the same, 200 rows', most: 1.2 };
  printRatio({ ...first, ours: clicks.ours, theirs: clicks.floor });
  await runCommand(page, 'Pond: New Query');
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'Pond' }).first().waitFor();
  const aggregate = (value: number): string =>
    `SELECT ${value} AS round, origin, avg(delay) FROM "/${flights}" GROUP BY ALL ORDER BY origin`;
  const results = await interleaved(
    {
      floor: () => keyToResult(page, (value) => `SELECT ${value} AS round`),
      ours: () => keyToResult(page, aggregate),
    },
    { rounds, warmUp },
  );
  const key = {
    what: 'key to result, aggregate of three million rows',
    peer: 'a statement without a table',
    most: 1.5,
  };
  printRatio({ ...key, ours: results.ours, theirs: results.floor });
  await throughActions(page);
} finally {
  await workbench.close();
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
}
