/** Discarding exactly what was listed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';

/** Changes that may come between a list of what is staged and the answer to the question whether to discard it. */
const between: Readonly<Record<string, (host: PondHost) => Promise<unknown>>> = {
  'another file is staged': (host) => host.run('write', textFile('/other', 'new')),
  'a staged file has other content of the same size': (host) => host.run('write', textFile('/new.csv', 'two')),
  'a staged file moves': (host) => host.run('rename', { from: '/new.csv', to: '/moved', overwrite: false }),
  'a staged file is removed': (host) => host.run('remove', { paths: ['/new.csv'], recursive: false }),
  'a format is stated for a staged file': (host) =>
    host.run('setFormat', { path: '/new.csv', options: { delimiter: ';' } }),
};

for (const [what, change] of Object.entries(between)) {
  test(`nothing is discarded when ${what} after the list was read`, async (t) => {
    const host = await newPondHost(t);
    for (const path of ['/new.csv', '/kept']) await host.run('write', textFile(path, 'one'));
    const { stagedHash } = await host.run('status', {});
    await change(host);
    const { staged, stagedHash: later } = await host.run('status', {});
    for (const request of [{ stagedHash }, { stagedHash, paths: ['/kept'] }]) {
      await assert.rejects(host.run('discard', request), { code: 'conflict' });
    }
    assert.deepEqual((await host.run('status', {})).staged, staged);
    await host.run('discard', { stagedHash: later });
    assert.deepEqual((await host.run('status', {})).staged, []);
  });
}

test('a list that was read again is discarded, though a change came and went', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/new.csv', 'one'));
  const { stagedHash } = await host.run('status', {});
  await host.run('write', textFile('/new.csv', 'two'));
  await host.run('write', textFile('/new.csv', 'one'));
  assert.deepEqual(await host.run('discard', { stagedHash }), { discarded: 1 });
  await assert.rejects(host.run('discard', { stagedHash }), { code: 'nothing-staged' });
});
