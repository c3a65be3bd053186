/** Runs the program of docs/backup.md that recovers a copy without DuckPond. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findPython, pythonMissing } from '../../scripts/pythonLibraries.mjs';
import { openObjectStore } from '../../server/src/remote/openStore.ts';
import { pushTo } from '../support/backup.ts';
import { temporaryFolder } from '../support/folder.ts';
import { initPond } from '../support/pond.ts';
import { smallParquet } from '../support/smallParquet.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';

const python = findPython();
/** In CI no such test is skipped: without the libraries it fails. */
const needsPython = { skip: python === undefined ? pythonMissing : false };

const page = readFileSync(new URL('../../docs/backup.md', import.meta.url), 'utf8');

test('a copy is recovered without DuckPond, by the program of the page', needsPython, async (t) => {
  const folder = temporaryFolder(t);
  const pond = await initPond(join(folder, 'pond'));
  const root = await pond.fs.root();
  const commit = (message: string) => pond.commit({ message, author: 'test' });
  await root.createDirectory('/sensors');
  await root.createFile('/sensors/harbor', smallParquet('level'), { type: 'series' });
  await root.createFile('/sensors/places', smallParquet('place'), { type: 'table' });
  await root.createSymlink('/sensors/link', 'places');
  await root.writeFile('/large', Buffer.from('large '.repeat(15_000)));
  await root.writeFile('/notes.txt', Buffer.from('first'));
  await commit('one');
  await root.writeFile('/sensors/harbor', smallParquet('level', 'temperature'));
  await root.writeFile('/notes.txt', Buffer.from('second'));
  await root.backend.batch(async () => {
    const wide = await root.createDirectory('/wide');
    for (let i = 0; i < 300; i++) await wide.writeFile(`é ${i}`, Buffer.from(String(i)));
  });
  await commit('two');
  mkdirSync(join(folder, 'copy'));
  const store = await openObjectStore({ kind: 'folder', folder: join(folder, 'copy'), prefix: '' });
  await pushTo({ pond, cache: createMemoryDisk() }, store);
  await pond.close();

  const program = /^```python recover\n([^]*?)^```$/m.exec(page)?.[1] ?? '';
  writeFileSync(join(folder, 'recover.py'), program);
  const { status, stderr } = spawnSync(python!.program, ['-B', 'recover.py', 'copy', 'out'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: python!.libraries },
  });
  assert.equal(status, 0, stderr);
  const out = (path: string): Buffer => readFileSync(join(folder, 'out', path));
  assert.deepEqual(readdirSync(join(folder, 'out')).sort(), ['large', 'notes.txt', 'sensors', 'wide']);
  assert.equal(out('notes.txt').toString(), 'second');
  assert.equal(out('large').length, 90_000);
  assert.deepEqual(readdirSync(join(folder, 'out/sensors')).sort(), ['harbor', 'places.parquet']);
  assert.deepEqual(out('sensors/places.parquet'), Buffer.from(smallParquet('place')));
  assert.deepEqual(out('sensors/harbor/1.parquet'), Buffer.from(smallParquet('level')));
  assert.deepEqual(out('sensors/harbor/2.parquet'), Buffer.from(smallParquet('level', 'temperature')));
  assert.equal(readdirSync(join(folder, 'out/wide')).length, 300);
  assert.equal(out('wide/é 299').toString(), '299');
});
