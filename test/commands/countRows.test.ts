/** Numbers of rows in what lists changes: counted once for two contents, and never when there is too much to read. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newPondHost, textFile } from '../support/commandHost.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runPond } from '../support/pondCommand.ts';

const before = 'time,level\n2026-02-01,1.5\n2026-02-02,1.6\n2026-02-03,1.7\n';
const after = 'time,level\n2026-02-01,1.5\n2026-02-02,9.6\n2026-02-04,1.8\n2026-02-05,1.9\n';

test('rows of changed tables are counted, known afterwards by their contents and format, and not read beyond a limit', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', before));
  await host.run('write', textFile('/b.csv', 'a,a\n"x'));
  await host.run('write', textFile('/c.txt', 'text'));
  await host.run('write', textFile('/gone.csv', before));
  await host.run('commit', { message: 'before' });
  await host.run('write', textFile('/a.csv', after));
  await host.run('write', textFile('/b.csv', 'a,a\n"xy'));
  await host.run('write', textFile('/c.txt', 'more text'));
  await host.run('write', textFile('/new.csv', after));
  await host.run('remove', { paths: ['/gone.csv'], recursive: false });
  const counted = { path: '/a.csv', rows: { added: 2, removed: 1, changed: 1 } };
  const paths = ['/a.csv'];
  assert.deepEqual(await host.run('countRows', { paths, bytesMax: 10 }), [{ path: '/a.csv', unknown: 'large' }]);
  const found = await host.run('countRows', { bytesMax: 1e6 });
  assert.deepEqual(
    found.filter(({ path }) => path !== '/c.txt'),
    [counted, { path: '/b.csv', unknown: 'unreadable' }],
  );
  assert.deepEqual(await host.run('countRows', { paths, bytesMax: 0 }), [counted], 'known');
  await host.run('write', textFile('/a.csv', before));
  await host.run('write', textFile('/a.csv', after));
  assert.deepEqual(await host.run('countRows', { paths, bytesMax: 0 }), [counted], 'the same contents');
  await host.run('setFormat', { path: '/a.csv', options: { decimal: ',' } });
  assert.deepEqual(await host.run('countRows', { paths, bytesMax: 0 }), [{ path: '/a.csv', unknown: 'large' }]);
});

test('diff, show and log print the rows by which tables differ', async (t) => {
  const cwd = temporaryFolder(t);
  const run = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await runPond(['--pond', join(cwd, 'p'), ...args], { cwd });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  await run('init', join(cwd, 'p'));
  writeFileSync(join(cwd, 'levels.csv'), before);
  await run('import', 'levels.csv', '/');
  await run('commit', '-m', 'first');
  writeFileSync(join(cwd, 'levels.csv'), after);
  await run('import', 'levels.csv', '/');
  assert.match(await run('diff'), /levels\.csv .*\+2 -1 ~1 rows\n/);
  await run('commit', '-m', 'second');
  // Until a commit is shown, the log does not know its rows.
  assert.doesNotMatch(await run('log'), /rows/);
  assert.match(await run('show', 'HEAD'), /levels\.csv .*\+2 -1 ~1 rows\n/);
  const [latest, first] = (await run('log')).split('\n');
  assert.match(latest ?? '', /second .*\+2 -1 ~1 rows$/);
  assert.doesNotMatch(first ?? '', /rows/);
});
