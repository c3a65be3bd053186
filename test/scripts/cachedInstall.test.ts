import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fillOnce } from '../../scripts/cachedInstall.mjs';

async function newCache(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pond-cache-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const fill =
  (text: string) =>
  (partial: string): Promise<void> =>
    writeFile(join(partial, 'file'), text);

test('a program is installed once', async (t) => {
  const cache = await newCache(t);
  const folder = join(cache, 'sub', 'program-1');
  await fillOnce(folder, fill('first'));
  await fillOnce(folder, fill('second'));
  assert.equal(await readFile(join(folder, 'file'), 'utf8'), 'first');
  assert.deepEqual(await readdir(join(cache, 'sub')), ['program-1']);
});

test('a failed install leaves nothing, and the next call repeats it', async (t) => {
  const cache = await newCache(t);
  const folder = join(cache, 'program-1');
  const interrupted = async (partial: string): Promise<void> => {
    await fill('half')(partial);
    throw new Error('the network ended');
  };
  await assert.rejects(fillOnce(folder, interrupted), /the network ended/);
  assert.deepEqual(await readdir(cache), []);
  await fillOnce(folder, fill('whole'));
  assert.equal(await readFile(join(folder, 'file'), 'utf8'), 'whole');
});

test('two simultaneous calls share one install', async (t) => {
  const cache = await newCache(t);
  const folder = join(cache, 'program-1');
  await Promise.all([fillOnce(folder, fill('one')), fillOnce(folder, fill('one'))]);
  assert.equal(await readFile(join(folder, 'file'), 'utf8'), 'one');
  assert.deepEqual(await readdir(cache), ['program-1']);
});
