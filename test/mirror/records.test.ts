import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { textFile } from '../support/commandHost.ts';
import { put } from '../support/mirror.ts';
import { newPipelineHost } from '../support/pipelineHost.ts';

test('a round after a change, as a watch makes it, adds no record that says nothing new', async (t) => {
  const host = await newPipelineHost(t);
  const folder = join(host.folder, 'mirrored');
  mkdirSync(folder);
  const text = `apiVersion: duckpond/v1\nkind: Mirror\nname: both\ndesc: A mirror\nspec: { folder: "${folder}", path: /m }\n`;
  await host.apply(text);
  const messages = async (): Promise<readonly string[]> =>
    (await host.run('log', {})).map(({ message }) => message).reverse();
  /** Rounds until one adds no commit: each commit is an event that a watch answers with another round. */
  const untilQuiet = async (): Promise<readonly string[]> => {
    const before = await messages();
    for (let count = before.length, rounds = 1; ; rounds++) {
      await host.run('run', { names: ['Mirror/both'] });
      const now = await messages();
      if (now.length === count) return now.slice(before.length);
      count = now.length;
      assert.ok(rounds < 5, now.join());
    }
  };
  await host.run('makeDirectory', { path: '/m' });
  await host.run('write', textFile('/m/pond.txt', 'p'));
  await host.run('commit', { message: 'of the pond' });
  assert.deepEqual(await untilQuiet(), ['run Mirror/both: 1 ok']);
  put(folder, 'folder.txt', 'f');
  assert.deepEqual(await untilQuiet(), ['mirror both: +1']);
  await host.run('write', textFile('/m/pond.txt', 'p2'));
  await host.run('commit', { message: 'of the pond' });
  assert.deepEqual(await untilQuiet(), ['run Mirror/both: 1 ok']);
  // A conflict, which both sides keep until it is decided.
  await host.run('write', textFile('/m/folder.txt', 'pond'));
  await host.run('commit', { message: 'of the pond' });
  put(folder, 'folder.txt', 'folder');
  assert.deepEqual(await untilQuiet(), ['run Mirror/both: 1 ok']);
  assert.deepEqual((await host.run('status', {})).conflicts, ['/m/folder.txt']);
  // The decision is carried out, and recorded once.
  await host.run('discard', { paths: ['/m/folder.txt'] });
  assert.deepEqual(await untilQuiet(), ['run Mirror/both: 1 ok']);
});
