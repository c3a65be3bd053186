/** Content that was altered on the disk, as read from the host files of a pond: queries, exports, recipes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { initPond, openPond } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { temporaryFolder } from '../support/folder.ts';
import { bytesOf, parquetOf } from '../support/tree.ts';

const author = 'test';
const large = bytesOf('a,b\n1,2\n'.repeat(20_000));

async function pondWith(t: TestContext, files: Readonly<Record<string, Uint8Array>>): Promise<Pond> {
  const pond = await initPond(join(temporaryFolder(t), 'test.pond'), { author });
  t.after(() => pond.close());
  for (const [path, bytes] of Object.entries(files)) await (await pond.fs.root()).writeFile(path, bytes);
  if (Object.keys(files).length > 0) await pond.commit({ message: 'files', author });
  return pond;
}

async function hostPaths(pond: Pond, path: string): Promise<readonly string[]> {
  const found = await (await pond.fs.root()).get(path);
  return (await pond.hostFiles(found!.node)).map(({ hostPath }) => hostPath);
}

/** Changes one byte in the middle, and keeps the size. */
function alter(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(file, bytes);
}

const damages: Readonly<Record<string, (file: string) => void>> = {
  'cut at the end of a line': (file) => truncateSync(file, 8 * 4000),
  'altered in one byte': alter,
  missing: (file) => rmSync(file),
  'a link to a file of the same content': (file) => {
    renameSync(file, `${file}-moved`);
    symlinkSync(`${file}-moved`, file);
  },
};
for (const [what, damage] of Object.entries(damages)) {
  test(`large content that is ${what} is an error, whether or not it was checked before`, async (t) => {
    const pond = await pondWith(t, { '/large.csv': large });
    const [file] = await hostPaths(pond, '/large.csv');
    assert.deepEqual(await hostPaths(pond, '/large.csv'), [file]);
    damage(file!);
    await assert.rejects(hostPaths(pond, '/large.csv'), { code: 'pond-damaged', path: /_pond\/blobs\// });
    const other = await openPond(pond.directory, { mode: 'read' });
    await assert.rejects(hostPaths(other, '/large.csv'), { code: 'pond-damaged' });
    await other.close();
  });
}

test('small content that was altered in the cache is written again', async (t) => {
  const pond = await pondWith(t, { '/small.csv': bytesOf('a\n100\n') });
  const [file] = await hostPaths(pond, '/small.csv');
  alter(file!);
  assert.equal(readFileSync((await hostPaths(pond, '/small.csv'))[0]!, 'utf8'), 'a\n100\n');
  alter(file!);
  const other = await openPond(pond.directory, { mode: 'read' });
  assert.equal(readFileSync((await hostPaths(other, '/small.csv'))[0]!, 'utf8'), 'a\n100\n');
  await other.close();
});

test('a check of large content ends on its signal', async (t) => {
  const pond = await pondWith(t, { '/large.csv': large });
  const found = await (await pond.fs.root()).get('/large.csv');
  await assert.rejects(pond.hostFiles(found!.node, { signal: AbortSignal.abort() }), { code: 'cancelled' });
});

/** A pond with a series of 300 versions whose first 256 are in the cache. */
async function pondWithSeries(t: TestContext): Promise<Pond> {
  const pond = await pondWith(t, {});
  const transaction = await pond.begin();
  const root = await transaction.fs.root();
  for (let version = 0; version < 300; version++) {
    await root.writeFile('/s', parquetOf(`version ${version}`), { type: 'series' });
  }
  await transaction.commit({ message: 'series', author });
  await hostPaths(pond, '/s');
  return pond;
}

/** Rewrites the block of versions in the cache, with a valid hash, which needs no key. */
function forgeStretch(pond: Pond, change: (json: string) => string): void {
  const folder = join(pond.directory, '_pond/cache/versions');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('-256'));
  assert.equal(files.length, 1);
  const file = join(folder, files[0]!);
  const json = change(readFileSync(file, 'utf8').slice(65));
  writeFileSync(file, `${createHash('sha256').update(json).digest('hex')}\n${json}`);
}

const otherHash = createHash('sha256').update('other').digest('hex');
const forgeries: Readonly<Record<string, (json: string) => string>> = {
  'another hash of content': (json) => json.replace(/"sha256":"\w+"/, `"sha256":"${otherHash}"`),
  'another hash of the chain': (json) => json.replaceAll(/"seriesHash":"\w+"/g, `"seriesHash":"${otherHash}"`),
  'no list': () => '{"a":1}',
  'a hash that is a path': (json) => json.replace(/"sha256":"\w+"/, '"sha256":"../../../etc/passwd"'),
  'fewer versions': (json) => JSON.stringify((JSON.parse(json) as unknown[]).slice(100)),
};
for (const [what, forge] of Object.entries(forgeries)) {
  test(`a cache of versions with ${what} is ignored, and no copy commits its content`, async (t) => {
    const pond = await pondWithSeries(t);
    const expected = await hostPaths(pond, '/s');
    await pond.close();
    forgeStretch(pond, forge);

    const again = await openPond(pond.directory, { mode: 'write' });
    assert.deepEqual(await hostPaths(again, '/s'), expected);
    const root = await again.fs.root();
    await root.copy('/s', '/copy');
    await again.commit({ message: 'copy', author });
    const [original, copy] = [await root.get('/s'), await root.get('/copy')];
    assert.equal(again.contentKey(copy!.node), again.contentKey(original!.node));
    assert.deepEqual(await hostPaths(again, '/copy'), expected);
    assert.deepEqual(await again.check(), []);
    await again.close();
  });
}
