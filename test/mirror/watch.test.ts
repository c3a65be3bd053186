import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { FolderEvents } from '../../server/src/mirror/folderEvents.ts';
import { watchFolder } from '../../server/src/storage/watchFolder.ts';
import { temporaryFolder } from '../support/folder.ts';
import { put } from '../support/mirror.ts';
import { runPond, startPond } from '../support/pondCommand.ts';

const never = new AbortController().signal;

describe('the events of a folder', () => {
  it('are counted for changes at any depth, and end with the watch', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'd'));
    writeFileSync(join(folder, 'd/old'), '1');
    const events = new FolderEvents(watchFolder);
    t.after(() => events.close());
    // The watch keeps no process alive.
    const alive = setInterval(() => undefined, 1_000);
    t.after(() => clearInterval(alive));
    assert.equal(await events.watch([folder]), true);
    const after = async (change: () => void): Promise<void> => {
      const before = events.count;
      change();
      await events.after(before, never);
      assert.ok(events.count > before);
    };
    await after(() => writeFileSync(join(folder, 'd/old'), '2'));
    await after(() => mkdirSync(join(folder, 'new/deep'), { recursive: true }));
    await after(() => writeFileSync(join(folder, 'new/deep/file'), '1'));
    await after(() => renameSync(join(folder, 'd/old'), join(folder, 'moved')));
    await after(() => rmSync(join(folder, 'new'), { recursive: true }));
    await events.close();
    const { count } = events;
    writeFileSync(join(folder, 'later'), '1');
    assert.equal(events.count, count);
  });

  it('end a wait that is aborted, and report a system without watches', async () => {
    let change = (): void => undefined;
    const events = new FolderEvents((_path, onChange) => {
      change = onChange;
      return Promise.resolve({ isWatching: false, close: () => Promise.resolve() });
    });
    assert.equal(await events.watch(['/folder']), false);
    const ended = new AbortController();
    const waiting = events.after(0, ended.signal);
    ended.abort();
    await waiting;
    const changed = events.after(0, never);
    change();
    await changed;
    await events.close();
  });
});

it('pond mirror --watch carries changes of both sides until Ctrl+C', async (t) => {
  const cwd = temporaryFolder(t);
  const folder = join(cwd, 'folder');
  mkdirSync(folder);
  const options = { cwd, env: { POND_DATA_DIR: join(cwd, 'data') } };
  const spec = `spec:\n  folder: ${folder}\n  path: /m\n`;
  writeFileSync(join(cwd, 'mirror.yaml'), `apiVersion: duckpond/v1\nkind: Mirror\nname: both\ndesc: A mirror\n${spec}`);
  for (const args of [['init'], ['apply', 'mirror.yaml'], ['commit', '-m', 'mirror']]) await runPond(args, options);
  const watching = startPond(['mirror', '--watch'], options);
  t.after(() => watching.process.kill('SIGKILL'));
  const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await condition())) await delay(100);
  };
  await until(() => existsSync(join(folder, '.pond-mirror.json')));
  put(folder, 'from-folder', 'f');
  await until(async () => (await runPond(['ls', '/m'], options)).stdout.includes('from-folder'));
  writeFileSync(join(cwd, 'from-pond'), 'p');
  await until(async () => (await runPond(['import', 'from-pond', '/m'], options)).status === 0);
  await until(async () => (await runPond(['commit', '-m', 'p'], options)).status === 0);
  await until(() => existsSync(join(folder, 'from-pond')));
  assert.equal(readFileSync(join(folder, 'from-pond'), 'utf8'), 'p');
  watching.process.kill('SIGINT');
  const { stdout } = await watching.ended;
  assert.match(stdout, /Mirror\/both +ok/);
});
