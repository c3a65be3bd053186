/**
 * The editor that `npm start` serves: it requires a token, and a workspace is untrusted until the user trusts it. Needs the
 * output of `npm run build`.
 */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ensureCodeServer } from '../../scripts/codeServer.mjs';
import { editorFolders, serveEditor, type Editor } from '../../scripts/serveEditor.mjs';
import { answerToToken, pageStatus } from '../support/editorHandshake.ts';
import { runPond } from '../support/pondCommand.ts';
import { root, startBrowser } from '../support/workbench.ts';
import { explorerRow, paletteTitles } from '../support/workbenchPerson.ts';
import { pondFolder, writeWorkspace } from '../support/workspaceFile.ts';

const timeout = 300_000;

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly contributes: { readonly commands: readonly { readonly title: string; readonly enablement?: string }[] };
};

/**
 * Titles of the commands that the manifest keeps for trusted workspaces: those that write, query, or run what a pond
 * says.
 */
const trustedTitles = manifest.contributes.commands
  .filter(({ enablement }) => enablement?.includes('isWorkspaceTrusted') === true)
  .map(({ title }) => `Pond: ${title}`);

let home: string;
let editor: Editor;
let other: Editor;

/** Serves a workspace as `npm start` does, with the extension of this checkout. */
async function serve(directory: string): Promise<Editor> {
  const codeServer = await ensureCodeServer((line) => process.stderr.write(`${line}\n`));
  const { extensionsDirectory } = editorFolders(directory);
  await mkdir(extensionsDirectory, { recursive: true });
  await symlink(root, join(extensionsDirectory, 'duckpond.duckpond'), 'junction');
  const workspace = join(directory, 'demo.code-workspace');
  await writeWorkspace(workspace, { folders: [pondFolder(join(directory, '.pond'), 'Demo pond')] });
  return serveEditor(codeServer, { port: 0, home: directory, workspace });
}

/** Makes the pond of a served workspace, with one file. */
async function makePond(directory: string): Promise<void> {
  await writeFile(join(directory, 'wells.csv'), 'time,level\n2024-01-01T00:00:00Z,1.5\n');
  for (const args of [['init'], ['import', 'wells.csv', '/'], ['commit', '-m', 'Levels']]) {
    const { status, stderr } = await runPond(args, { cwd: directory });
    assert.equal(status, 0, stderr);
  }
}

before(
  async () => {
    home = await mkdtemp(join(tmpdir(), 'pond-served-test-'));
    editor = await serve(join(home, 'one'));
    await makePond(join(home, 'one'));
    other = await serve(join(home, 'other'));
  },
  { timeout },
);

after(async () => {
  // Undefined if they failed to start.
  for (const started of [editor, other] as readonly (Editor | undefined)[]) await started?.stop();
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

test('the served editor responds only to its token', { timeout }, async () => {
  const { port, token, address } = editor;
  assert.match(token, /^[0-9a-f]{48}$/);
  assert.ok(address.startsWith(`http://127.0.0.1:${port}/?tkn=${token}&workspace=`), address);
  const tokenFile = join(editorFolders(join(home, 'one')).dataDirectory, 'connection-token');
  if (process.platform !== 'win32') assert.equal(statSync(tokenFile).mode & 0o777, 0o600);

  assert.equal(await answerToToken({ port, token }), 'sign');
  const foreign = { origin: 'http://evil.example', host: 'evil.example' };
  for (const wrong of ['', '00000000000000000000', token.slice(1), `${token}0`]) {
    for (const headers of [{}, foreign]) {
      const answer = await answerToToken({ port, token: wrong, headers });
      assert.notEqual(answer, 'sign', JSON.stringify([wrong, headers]));
    }
  }
  for (const headers of [{}, foreign]) {
    assert.equal(await pageStatus(port, '/', headers), 403);
    assert.equal(await pageStatus(port, '/?tkn=00000000000000000000', headers), 403);
  }
  assert.equal(await pageStatus(port, new URL(address).pathname + new URL(address).search), 302);
});

test('the token is new at each start', { timeout }, async () => {
  assert.notEqual(editor.token, other.token);
  assert.equal(await answerToToken({ port: other.port, token: editor.token }), 'error');
});

test('the served editor shows the pond and runs nothing until its user trusts it', { timeout }, async (t) => {
  const { address } = editor;
  const browser = await startBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(address);
  const restricted = page.locator('.statusbar-item').filter({ hasText: 'Restricted Mode' });
  await restricted.waitFor();
  // The address in the browser's history does not contain the token.
  assert.ok(!page.url().includes('tkn='), page.url());
  await explorerRow(page, 'wells.csv').waitFor();
  const titles = await paletteTitles(page, 'Pond: ');
  assert.ok(titles.includes('Pond: Show Log…'));
  for (const title of ['Pond: Import…', 'Pond: Commit', 'Pond: Run All'])
    assert.ok(trustedTitles.includes(title), title);
  for (const title of trustedTitles) assert.ok(!titles.includes(title), title);
  await page.screenshot({ path: join(root, 'out', 'screenshots', 'restricted.png') });
  await page.locator('.part.banner').getByText('Manage').click();
  await page.getByRole('button', { name: 'Trust', exact: true }).click();
  await restricted.waitFor({ state: 'detached' });
  // The answer is stored.
  await page.goto(address);
  await explorerRow(page, 'wells.csv').waitFor();
  assert.equal(await restricted.count(), 0);
  assert.ok((await paletteTitles(page, 'Pond: New Query')).includes('Pond: New Query'));
});
