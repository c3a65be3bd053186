/** Two edits of one table in the editor are merged, and two versions of a table are compared by queries. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runPond } from '../support/pondCommand.ts';
import { type Window } from '../support/workbench.ts';
import { type FlowFiles } from '../support/workbenchFlows.ts';
import {
  acceptChecked,
  chooseInMenu,
  listRow,
  notified,
  pick,
  query,
  runCommand,
  webview,
} from '../support/workbenchPerson.ts';

/** Host files of a flow, and the pond that its window shows. */
export interface PondFiles extends Pick<FlowFiles, 'home'> {
  readonly pond: string;
}

async function run({ home, pond }: PondFiles, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runPond(['--pond', pond, ...args], { cwd: home });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Adds to a pond a table without edits, and one in conflict, which an Inbox collected again after it was edited. */
export async function addConflict(files: PondFiles): Promise<void> {
  const { home } = files;
  const inbox = join(home, 'in');
  await mkdir(inbox);
  const spec = `spec:\n  pattern: ${inbox}/*\n`;
  await writeFile(join(home, 'inbox.yaml'), `apiVersion: duckpond/v1\nkind: Inbox\nname: box\ndesc: Files\n${spec}`);
  await writeFile(join(inbox, 'gauge.csv'), 'id,level,note\n1,1.5,a\n2,2.5,b\n3,3.5,c\n');
  await writeFile(join(home, 'depths.csv'), 'id,depth\n1,1.5\n2,2.5\n');
  await run(files, 'apply', '-f', 'inbox.yaml');
  await run(files, 'import', join(home, 'depths.csv'), '/');
  await run(files, 'commit', '-m', 'Inbox');
  await run(files, 'run');
  await writeFile(join(home, 'gauge.csv'), 'id,level,note\n1,9.5,a\n2,9.5,b\n3,3.5,c\n');
  await run(files, 'import', 'gauge.csv', '/Inbox/box/');
  await writeFile(join(inbox, 'gauge.csv'), 'id,level,note\n1,8.5,t\n2,8.5,t\n4,4.5,d\n');
  await run(files, 'run');
}

/** A conflict is merged: the cells of the other commit that are checked are taken, and the rest is ours. */
export async function mergeConflict({ page, screenshot }: Window, files: PondFiles): Promise<void> {
  await page.keyboard.press('Control+Shift+G');
  const row = page.locator('.scm-view .monaco-list-row').filter({ hasText: 'gauge.csv' }).first();
  await row.waitFor();
  await chooseInMenu(page, row, 'Merge Rows…');
  const item = (text: string) => listRow(page, text);
  const check = (text: string) => item(text).locator('.monaco-checkbox[aria-checked="true"], input:checked').first();
  // Only the other commit changed it.
  await check('1 · note').waitFor();
  assert.equal(await check('1 · level').isVisible(), false, 'both sides changed it');
  await item('2 · level').click();
  await check('2 · level').waitFor();
  await screenshot('merge-rows');
  // By mouse: the page of a table may take the focus late, and Enter with it.
  await acceptChecked(page);
  await notified(page, 'gauge.csv is merged: +1 −1 ~2 rows come from the other commit.');
  assert.equal(await run(files, 'cat', '/Inbox/box/gauge.csv'), 'id,level,note\n1,9.5,t\n2,8.5,t\n4,4.5,d\n');
  assert.doesNotMatch(await run(files, 'status'), /conflict/);
}

/** Two statements of a document are compared: the upper one is before. */
export async function compareStatements({ page, screenshot }: Window, files: PondFiles): Promise<void> {
  await writeFile(join(files.home, 'depths.csv'), 'id,depth\n0,0.5\n1,1.5\n2,2.5\n');
  await run(files, 'import', 'depths.csv', '/');
  const upper = 'SELECT * FROM "/depths.csv@HEAD"';
  await query(page, `${upper};\nSELECT * FROM "/depths.csv"`);
  await runCommand(page, 'Pond: Compare Query Results…');
  await pick(page, 'in this document');
  const grid = webview(page);
  const bar = grid.getByRole('toolbar', { name: 'Differences' });
  await bar.getByText('of 2 and 3 rows').waitFor();
  await bar.getByText(`${upper} ↔ SELECT * FROM "/depths.csv"`).waitFor();
  await bar.getByRole('button', { name: '1 row added' }).waitFor();
  await screenshot('compare-queries');
}
