import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { connectLocal } from '../../server/src/main.ts';
import { newPondHost, textFile } from '../support/commandHost.ts';

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => (isPondError(error) ? error.code : String(error)),
  );
}

test('a proof is of the path at the version after it, and verified without a pond', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', 'first'));
  const first = await host.run('commit', { message: 'first' });
  await host.run('write', textFile('/a.csv', 'second'));
  await host.run('write', textFile('/b@1', 'its name'));
  const second = await host.run('commit', { message: 'second' });
  const verifier = connectLocal();
  t.after(() => verifier.close());
  const proven = async (path: string, params: { readonly to?: string; readonly root: string | null }) => {
    const { text } = await host.run('prove', { path, ...(params.to === undefined ? {} : { to: params.to }) });
    const { path: real, commit, latest } = await verifier.call('checkProof', { text, root: params.root ?? '' });
    return [real, commit?.number, latest?.number];
  };
  assert.deepEqual(await proven('/a.csv@1', { root: first.hash }), ['/a.csv', 1, 2]);
  assert.deepEqual(await proven('/a.csv@HEAD~1', { root: second.hash }), ['/a.csv', 1, 2]);
  assert.deepEqual(await proven('/a.csv@1', { to: '1', root: first.rootHash }), ['/a.csv', 1, 1]);
  assert.deepEqual(await proven('/b@1', { root: second.hash }), ['/b@1', 2, 2]);
  const code = async (path: string, to = 'HEAD'): Promise<string> => await codeOf(host.run('prove', { path, to }));
  assert.equal(await code('/a.csv@2', '1'), 'version-not-found');
  assert.equal(await code('/a.csv@9'), 'version-not-found');
  assert.equal(await code('/none'), 'not-found');
  assert.equal(await codeOf(verifier.call('checkProof', { text: '{}' })), 'proof-invalid');
});

test('a link proves what it leads to at that version, or itself', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a', 'a'));
  await host.run('link', { path: '/l', target: '/a' });
  await host.run('commit', { message: 'link' });
  await host.run('remove', { paths: ['/l'], recursive: false });
  await host.run('link', { path: '/l', target: '/none' });
  await host.run('commit', { message: 'dangling' });
  const pathOf = async (path: string, followLinks: boolean): Promise<string> => {
    const { text } = await host.run('prove', { path, followLinks });
    return (await host.run('checkProof', { text })).path;
  };
  assert.equal(await pathOf('/l@1', true), '/a');
  assert.equal(await pathOf('/l@1', false), '/l');
  assert.equal(await pathOf('/l', false), '/l');
  assert.equal(await codeOf(pathOf('/l', true)), 'not-found');
});

test('what is derived or only staged is not in the history, and proves nothing', async (t) => {
  const host = await newPondHost(t);
  const text = `apiVersion: v1
kind: Derive
name: all
desc: d
spec: { collections: [{ name: c, pattern: '/*.csv', query: SELECT * FROM read_csv('$1') }] }
`;
  await host.run('apply', { sources: [{ text, origin: 'f' }], directory: host.folder });
  await host.run('write', textFile('/a.csv', 'v\n1\n'));
  await host.run('commit', { message: 'document' });
  await host.run('write', textFile('/staged', 'x'));
  const hintOf = async (path: string): Promise<string | undefined> =>
    await host.run('prove', { path }).then(
      () => 'proven',
      (error: unknown) => (isPondError(error, 'not-found') ? error.hint : String(error)),
    );
  const [derived] = await host.run('list', { path: '/Derive/all/c' });
  assert.match((await hintOf(derived!.path)) ?? '', /derived files are computed/i);
  assert.equal(await hintOf('/staged'), 'Only what is committed can be proven.');
});
