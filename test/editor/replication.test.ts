/**
 * Copies of a pond in a real VS Code, as a user meets them: a mirror and its conflict, backups, a copy of another pond,
 * clones. Saves screenshots in out/screenshots/. Needs the output of `npm run build`.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, realpath, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Locator, type Page } from 'playwright-core';
import { runPond } from '../support/pondCommand.ts';
import { type Window } from '../support/workbench.ts';
import { flows, flowTimeoutMs as timeout, type FlowFiles } from '../support/workbenchFlows.ts';
import {
  explorerRow,
  inEveryTheme,
  isShown,
  listRow,
  notified,
  openInExplorer,
  pick,
  repeatUntil,
  runCommand,
} from '../support/workbenchPerson.ts';
import { pondFolder } from '../support/workspaceFile.ts';

/** A pond with a Backup, a Mirror and a Copy of another pond, none of which has run. */
interface Fixture extends FlowFiles {
  readonly pond: string;
  /** Id of the pond. */
  readonly id: string;
  readonly store: string;
  /** The mirrored folder. */
  readonly folder: string;
  run(...args: readonly string[]): Promise<string>;
}

async function makeFixture(): Promise<Fixture> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'pond-replication-test-')));
  const [pond, other, store] = [join(home, 'demo.pond'), join(home, 'other.pond'), join(home, 'store')];
  const [folder, elsewhere] = [join(home, 'harbor'), join(home, 'elsewhere')];
  for (const made of [store, elsewhere, folder]) await mkdir(made);
  const cli = async (args: readonly string[], input = ''): Promise<string> => {
    const { status, stdout, stderr } = await runPond(args, { cwd: home, input });
    assert.equal(status, 0, `pond ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const document = (kind: string, name: string, spec: string): string =>
    `apiVersion: duckpond/v1\nkind: ${kind}\nname: ${name}\ndesc: For the test\nspec: ${spec}\n`;
  const at = (directory: string): string => `endpoint: "${pathToFileURL(directory).href}"`;
  await cli(['init', other]);
  await cli(['--pond', other, 'write', '/readings.csv'], 'time,level\n2026-01-01T00:00:00Z,1\n');
  await cli(['--pond', other, 'apply', '-f', '-'], document('Backup', 'nas', `{ ${at(elsewhere)} }`));
  await cli(['--pond', other, 'commit', '-m', 'readings']);
  await cli(['--pond', other, 'backup']);
  await cli(['init', pond]);
  const run: Fixture['run'] = (...args) => cli(['--pond', pond, ...args]);
  await run('mkdir', '/harbor');
  await cli(['--pond', pond, 'write', '/harbor/notes.txt'], 'first\n');
  await cli(['--pond', pond, 'write', '/large.txt'], 'large '.repeat(20_000));
  for (const text of [
    document('Backup', 'nas', `{ ${at(store)} }`),
    document('Copy', 'other', `{ ${at(elsewhere)} }`),
    document('Mirror', 'harbor', `{ folder: "${folder}", path: /harbor }`),
  ]) {
    await cli(['--pond', pond, 'apply', '-f', '-'], text);
  }
  await run('commit', '-m', 'Notes, and where they go');
  // As if somebody else had committed it here, and as damage leaves the folder.
  await run('allow', '--revoke', 'Copy/other');
  await mkdir(join(pond, '_pond/quarantine'), { recursive: true });
  await writeFile(join(pond, '_pond/quarantine/journal-1-0'), 'the end of a journal');
  const { id } = JSON.parse(await run('status', '--json')) as { id: string };
  return { home, folders: [pondFolder(pond, 'demo')], pond, id, store, folder, run };
}

/** The row of a resource in the Resources view, once it contains `what`. */
function resourceRow(page: Page, title: string, what: string): Locator {
  return page.locator(`.monaco-list-row[aria-label^="${title}, "][aria-label*="${what}"]`);
}

async function clear(page: Page): Promise<void> {
  await runCommand(page, 'Notifications: Clear All Notifications');
}

async function answer(page: Page, text: string): Promise<void> {
  const input = page.locator('.quick-input-widget input[type=text]');
  await input.waitFor();
  await input.fill(text);
  await page.keyboard.press('Enter');
}

test('a pond is mirrored, backed up, verified, copied from and cloned', { timeout }, async (t) => {
  await flows.through(t, 'replication', makeFixture, async (window, fixture) => {
    await openMirrored(window, fixture);
    await seeQuarantine(window);
    await backUp(window, fixture);
    await copy(window, fixture);
    await decide(window, fixture);
    await clone(window, fixture);
  });
});

/** The first run of a mirror offers its folder, which opens in a window of its own. */
async function openMirrored({ page, screenshot }: Window, { folder }: Fixture): Promise<void> {
  const offer = await notified(page, `Mirror/harbor keeps ${folder} equal`);
  assert.equal(await readFile(join(folder, 'notes.txt'), 'utf8'), 'first\n');
  await screenshot('replication-mirrored');
  const opened = page.context().waitForEvent('page');
  await offer.getByRole('button', { name: 'Open Folder' }).click();
  const other = await opened;
  await other.waitForURL((url) => url.searchParams.get('folder')?.endsWith('/harbor') === true);
  await other.close();
}

/** The status bar warns of a file in quarantine; what it says, and reads aloud, names the file and what to do. */
async function seeQuarantine({ page }: Window): Promise<void> {
  const warned = page.locator('.statusbar-item.warning-kind [aria-label*="_pond/quarantine/journal-1-0: "]');
  await warned.and(page.locator('[aria-label*="Remove this file"]')).waitFor();
}

/** Backups run and are verified from the palette; the view shows how far they are. */
async function backUp({ page, screenshot }: Window, { store }: Fixture): Promise<void> {
  await runCommand(page, 'View: Show Pond');
  await resourceRow(page, 'Backup/nas', 'not backed up from this computer yet').waitFor();
  await resourceRow(page, 'Mirror/harbor', 'ok').waitFor();
  await resourceRow(page, 'Copy/other', 'never run').waitFor();
  await screenshot('replication-new');
  await runCommand(page, 'Pond: Back Up Now');
  await resourceRow(page, 'Backup/nas', 'backed up, last just now').waitFor();
  const verify = async (): Promise<void> => {
    await runCommand(page, 'Pond: Verify Backup…');
    await pick(page, 'All Contents');
  };
  await verify();
  await notified(page, 'Backup/nas is sound');
  await clear(page);
  await alterContent(store);
  await verify();
  const damaged = await notified(page, 'Backup/nas has 1 problem');
  await screenshot('replication-damaged');
  await damaged.getByRole('button', { name: 'Show Problems' }).click();
  await page.locator('.monaco-editor .view-line').filter({ hasText: 'is altered' }).waitFor();
  await clear(page);
  await verify();
  await (await notified(page, 'Backup/nas has 1 problem')).getByRole('button', { name: 'Repair' }).click();
  await notified(page, 'Backup/nas is sound, 1 object sent again');
}

/** Changes one byte of the content in a store, as a failing disk does. */
async function alterContent(store: string): Promise<void> {
  const names = await readdir(store, { recursive: true });
  const blob = join(
    store,
    names.find((name) => /blobs\/..\/[0-9a-f]{64}$/.test(name))!,
  );
  const bytes = await readFile(blob);
  bytes[1]! ^= 1;
  await writeFile(blob, bytes);
}

/** A Copy that the person did not allow asks first, and does nothing without. Then the other tree is below its name. */
async function copy({ page, screenshot }: Window, { run }: Fixture): Promise<void> {
  const row = resourceRow(page, 'Copy/other', 'never run');
  const question = page
    .locator('.monaco-dialog-box')
    .filter({ hasText: 'Copy/other of demo may do more than change the pond' });
  const clickRun = async (): Promise<void> => {
    await page.keyboard.press('Escape');
    await row.hover();
    await row.getByRole('button', { name: 'Run Resource' }).click();
  };
  // The view is drawn again each minute. In that moment a button has lost its row, and the command offers all resources.
  const isAsked = (): Promise<boolean> => isShown(question.filter({ hasText: 'Copy/other copies a pond from file:' }));
  const ask = (): Promise<void> => repeatUntil(clickRun, isAsked, 'the resource asks before it runs');
  await ask();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  await row.waitFor();
  await ask();
  await screenshot('replication-allow');
  await question.getByRole('button', { name: 'Allow and Run' }).click();
  await resourceRow(page, 'Copy/other', 'ok').waitFor();
  assert.match(await run('cat', '/Copy/other/readings.csv'), /^time,level\n/);
  await screenshot('replication-copied');
}

/** A file that changed on both sides is a conflict in Source Control, decided there. */
async function decide(window: Window, { folder, run }: Fixture): Promise<void> {
  const { page, screenshot } = window;
  await openInExplorer(page, 'harbor', 'notes.txt');
  const line = page.locator('.monaco-editor .view-line').filter({ hasText: 'first' });
  await line.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('of the pond\n');
  await page.keyboard.press('Control+S');
  await page.locator('.statusbar-item').filter({ hasText: '1 staged' }).waitFor();
  const file = join(folder, 'notes.txt');
  await writeFile(file, 'of the folder\n');
  await run('commit', '-m', 'of the pond');
  // As old as files are that no program is writing.
  const past = new Date(Date.now() - 60_000);
  await utimes(file, past, past);
  await page.locator('.statusbar-item').filter({ hasText: '1 in conflict' }).waitFor();
  await page.keyboard.press('Control+Shift+G');
  const conflict = page.locator('.scm-view .monaco-list-row').filter({ hasText: 'notes.txt' });
  await conflict.waitFor();
  await conflict.click();
  await page.locator('.monaco-diff-editor').first().waitFor();
  await inEveryTheme(window, (kind) => screenshot(`replication-conflict-${kind}`));
  await conflict.hover();
  await conflict.getByRole('button', { name: 'Keep Staged Change' }).click();
  await page.locator('.statusbar-item').filter({ hasText: '1 staged' }).filter({ hasNotText: 'conflict' }).waitFor();
  await run('commit', '-m', 'decided');
  await page.locator('.statusbar-item').filter({ hasText: 'nothing staged' }).waitFor();
  assert.equal(await run('cat', '/harbor/notes.txt'), 'of the folder\n');
}

/** Each form of a clone, from the address of the backup into a folder. */
async function clone({ page, screenshot }: Window, { home, store, id }: Fixture): Promise<void> {
  await runCommand(page, 'Explorer: Focus on Folders View');
  for (const [name, form, expected] of [
    ['whole', /^Everything/, [false, null]],
    ['thin', /^Thin/, [true, null]],
    ['look', /^To Look At/, [true, 'HEAD']],
  ] as const) {
    const parent = join(home, name);
    // By what is in it, the dialog shows that it has arrived there.
    await mkdir(join(parent, 'arrived'), { recursive: true });
    await clear(page);
    await runCommand(page, 'Pond: Clone…');
    await answer(page, `${pathToFileURL(store).href}/${id}`);
    await pick(page, form);
    const dialog = page.locator('.quick-input-widget').filter({ hasText: 'Folder for the clone' });
    await dialog.waitFor();
    const arrived = listRow(page, 'arrived');
    const isClosed = (): Promise<boolean> =>
      dialog.waitFor({ state: 'hidden', timeout: 10_000 }).then(
        () => true,
        () => false,
      );
    // While it still lists another folder, the dialog puts that one's path back, also when the button was clicked.
    const choose = async (): Promise<void> => {
      const input = dialog.locator('input[type=text]');
      await repeatUntil(
        () => input.fill(`${parent}/`),
        () => isShown(arrived),
        `the dialog lists ${parent}`,
      );
      await dialog.getByRole('button', { name: 'Clone Here' }).click();
    };
    await repeatUntil(choose, isClosed, 'the dialog is closed by its button');
    await notified(page, 'Cloned and verified');
    await explorerRow(page, name).waitFor();
    const { stdout } = await runPond(['--pond', join(parent, '.pond'), 'status', '--json'], { cwd: home });
    const { replica } = JSON.parse(stdout) as { replica: { thin: boolean; at: unknown } };
    assert.deepEqual([replica.thin, replica.at === null ? null : 'HEAD'], expected);
  }
  await screenshot('replication-cloned');
}
