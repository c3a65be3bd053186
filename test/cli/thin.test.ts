/** The terminal in a thin clone. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type TestContext, test } from 'node:test';
import { openPondDisk } from '../../server/src/storage/hostDisk.ts';
import { writeOrigin } from '../../server/src/replica/originRecord.ts';
import { openPond } from '../support/pond.ts';
import { type Ended, runPond } from '../support/pondCommand.ts';
import { largeContent, newThinFolders, type ThinFolders } from '../support/thinPond.ts';

type Run = (...args: readonly string[]) => Promise<Ended>;

async function newThinPond(t: TestContext): Promise<ThinFolders & { readonly pond: Run }> {
  const folders = await newThinFolders(t);
  const whole = await openPond(folders.whole, { mode: 'read' });
  writeOrigin(openPondDisk(folders.thin), { pond: whole.id, url: pathToFileURL(folders.whole).href, keys: undefined });
  await whole.close();
  return { ...folders, pond: (...args) => runPond(['--pond', folders.thin, ...args], { cwd: folders.thin }) };
}

test('contents come when they are read, once the person allowed the origin', async (t) => {
  const { pond, whole } = await newThinPond(t);
  const listed = await pond('ls', '-l', '/');
  assert.equal(listed.status, 0, listed.stderr);
  const refused = await pond('cat', '/large');
  assert.equal(refused.status, 5, refused.stderr);
  assert.match(refused.stderr, /it reads contents from file:.*\n.*pond allow origin/s);
  const allowed = await pond('allow', 'origin');
  assert.match(allowed.stdout, /^allowed: origin reads contents from file:/);
  const read = await pond('cat', '/large');
  assert.equal(read.stdout, String(largeContent('second ')));
  const queried = await pond('--json', 'query', 'SELECT count(*)::INT AS n FROM "/series"');
  assert.deepEqual(JSON.parse(queried.stdout), [{ n: 3 }], queried.stderr);
  renameSync(whole, `${whole}.away`);
  assert.equal((await pond('cat', '/large')).status, 0);
  const offline = await pond('cat', '--at', '1', '/large');
  assert.match(offline.stderr, /remote-failed|cannot be|not there/);
  assert.notEqual(offline.status, 0);
});

test('permission for a resource is not one for the origin', async (t) => {
  const { pond, thin } = await newThinPond(t);
  const file = join(thin, '../inbox.yaml');
  const spec = `{ pattern: ${join(thin, '../in')}/*.csv }`;
  writeFileSync(file, `apiVersion: duckpond/v1\nkind: Inbox\nname: in\ndesc: Files\nspec: ${spec}\n`);
  const applied = await pond('apply', '-f', file);
  assert.equal(applied.status, 0, applied.stderr);
  assert.match((await pond('allow', 'Inbox/in')).stdout, /^allowed: Inbox\/in reads [^\n]*\n$/);
  assert.equal((await pond('cat', '/large')).status, 5);
  assert.equal((await pond('allow', '--list')).stdout.split('\n').length, 3);
});

test('fetch and evict say what they did, and check says what it could not check', async (t) => {
  const { pond, thin } = await newThinPond(t);
  await pond('allow', 'origin');
  const check = await pond('check');
  assert.match(check.stdout, /^the pond is sound\nnot checked: 4 contents \(\d+\.\d kB\) that only the origin/);
  assert.match((await pond('check', '--at', '1')).stdout, /not checked: 3 contents/);
  assert.match((await pond('fetch', '--since', '30d', '/large')).stdout, /^fetched 1 content \(1\d\d\.\d kB\)\n$/);
  assert.match((await pond('fetch')).stdout, /^fetched 2 contents/);
  assert.match((await pond('fetch', '--since', '0s')).stdout, /^fetched 0 contents/);
  assert.equal((await pond('check', '--at', 'HEAD')).stdout.startsWith('the pond is sound\n'), true);
  const file = join(thin, '../new.bin');
  writeFileSync(file, largeContent('new '));
  assert.equal((await pond('import', file, '/')).status, 0);
  const evicted = await pond('evict');
  assert.match(evicted.stdout, /^evicted 3 contents .*\nkept 1 content .* of staged changes\n$/);
  assert.equal((await pond('evict', '--older', '90d')).stdout, 'evicted 0 contents (0 B)\n');
  assert.match((await pond('evict', '--older', '1 month')).stderr, /--older: expected a length of time/);
  assert.equal((await pond('cat', '/new.bin')).stdout, String(largeContent('new ')));
  const folder = join(thin, '../out');
  assert.equal((await pond('export', '/large', folder)).status, 0);
  assert.deepEqual(readFileSync(join(folder, 'large')), largeContent('second '));
});

test('a pond without an origin is not a thin clone, and a broken record is an error of what needs it', async (t) => {
  const { pond, thin } = await newThinPond(t);
  writeFileSync(join(thin, '_pond/origin.json'), 'broken');
  assert.equal((await pond('ls', '/')).status, 0);
  assert.match((await pond('cat', '/large')).stderr, /the origin of this pond is not well formed/);
  renameSync(join(thin, '_pond/origin.json'), join(thin, 'away'));
  for (const verb of ['fetch', 'evict']) assert.match((await pond(verb)).stderr, /this pond has no origin/);
  assert.equal((await pond('check')).status, 6);
  assert.equal(existsSync(join(thin, '_pond/blobs')), false);
});

test('a thin clone reads from the store that the person named, also after new commits there', async (t) => {
  const { whole } = await newThinFolders(t);
  const cwd = join(whole, '..');
  const cloned = await runPond(['clone', '--thin', whole, 'clone'], { cwd });
  assert.equal(cloned.status, 0, cloned.stderr);
  assert.match(cloned.stdout, /4 contents, \d+\.\d kB, stay at the store/);
  const pond: Run = (...args) => runPond(['--pond', join(cwd, 'clone'), ...args], { cwd });
  assert.equal((await pond('cat', '/large')).stdout, String(largeContent('second ')));
  assert.match((await pond('check')).stdout, /^the pond is sound\nnot checked: 3 contents/);
  const source = await openPond(whole, { mode: 'write' });
  await (await source.fs.root()).writeFile('/large', largeContent('third '));
  await source.commit({ message: 'third', author: 'test' });
  await source.close();
  assert.equal((await runPond(['clone', '--thin', whole, 'clone'], { cwd })).status, 0);
  assert.equal((await pond('cat', '/large')).stdout, String(largeContent('third ')));
});
