import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { lazyAsync } from '../../server/src/base/lazy.ts';
import { migrate } from '../../server/src/migrate/migrate.ts';
import { openSource } from '../../server/src/migrate/openSource.ts';
import { type SourceHistory } from '../../server/src/migrate/source.ts';
import { watertownEntries } from '../../server/src/migrate/watertownDirectory.ts';
import { WatertownTree } from '../../server/src/migrate/watertownTree.ts';
import { arrowParquet } from '../support/arrowParquet.ts';
import { temporaryFolder } from '../support/folder.ts';
import { writePocBackup } from '../support/pocBackup.ts';
import { writePocHarbor } from '../support/pocHarbor.ts';
import { directoryColumns, PocPond } from '../support/pocPond.ts';
import { initPond } from '../support/pond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { smallParquet } from '../support/smallParquet.ts';
import { WatertownPond } from '../support/watertownPond.ts';

const parent = mkdtempSync(join(tmpdir(), 'pond-test-'));
after(() => rmSync(parent, { recursive: true, force: true }));

/** A source of each system, and the hashes of all contents that a migration of it may write. */
const sources = lazyAsync(async () => {
  writePocBackup(writePocHarbor(join(parent, 'poc')), join(parent, 'bucket'), 'backup');
  const watertown = await WatertownPond.create(join(parent, 'watertown'));
  watertown.transaction(['write'], () => {
    watertown.mkdir('/a');
    watertown.write('/a/file', 'file:physical:version', 'content');
    watertown.write(
      '/a/large',
      'file:physical:version',
      Uint8Array.from({ length: 90_000 }, (_, i) => (i * i) % 251),
    );
    watertown.write('/a/series', 'table:physical:series', smallParquet('a'));
  });
  watertown.transaction(['move'], () => {
    watertown.rename('/a', '/b');
    watertown.write('/b/series', 'table:physical:series', smallParquet('b'));
  });
  const folders = ['poc', 'bucket', 'watertown'].map((name) => join(parent, name));
  return await Promise.all(
    folders.map(async (folder) => ({ folder, allowed: await contentsOf(await openSource(folder, {})) })),
  );
});

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Hashes of the contents of all versions. */
async function contentsOf({ commits }: SourceHistory): Promise<ReadonlySet<string>> {
  const hashes = new Set<string>();
  for (const change of commits.flatMap(({ changes }) => changes)) {
    if (change.kind !== 'version') continue;
    const parts: Uint8Array[] = [];
    const content = await change.open();
    for await (const part of content instanceof Uint8Array ? [content] : content) parts.push(part);
    hashes.add(hashOf(Buffer.concat(parts)));
  }
  return hashes;
}

type Random = (count: number) => number;

/** Changes of a file, as a disk or a stranger makes them; undefined removes it. */
const mutations: readonly ((bytes: Buffer, random: Random) => Buffer | undefined)[] = [
  () => undefined,
  (bytes, random) => bytes.subarray(0, random(bytes.length + 1)),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(1 + random(40), random(256))]),
  (bytes, random) => Buffer.from(bytes.map((byte) => (random(200) === 0 ? random(256) : byte))),
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let i = 0; i < 1 + random(3) && copy.length > 0; i++) copy[random(copy.length)] = random(256);
    return copy;
  },
  (_, random) => Buffer.from(Array.from({ length: random(300) }, () => random(256))),
];

function mutate(folder: string, random: Random): string {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const { name, parentPath } = names.sort((a, b) => (join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1))[
    random(names.length)
  ]!;
  const path = join(parentPath, name);
  const bytes = mutations[random(mutations.length)]!(readFileSync(path), random);
  if (bytes === undefined) rmSync(path);
  else writeFileSync(path, bytes);
  return path;
}

/** Files that a migration makes itself. */
const isMade = (path: string): boolean => /\/(resource\.yaml|temporal)$|^\/migrated/.test(path);

async function migrateMutated(t: TestContext, seed: number): Promise<void> {
  const random = randomOf(seed);
  const all = await sources();
  const { folder: sound, allowed } = all[random(all.length)]!;
  const folder = join(temporaryFolder(t), 'source');
  cpSync(sound, folder, { recursive: true, preserveTimestamps: true });
  const changed = mutate(folder, random);
  const pond = await initPond(join(temporaryFolder(t), 'pond'), { timeUs: 1 });
  try {
    await migrate(pond, await openSource(folder, {}), { history: 'none', base: '/', job: {} });
  } catch (error) {
    // The log of a table and the directory of a source have nothing that could replace them.
    assert.ok(isPondError(error, 'pond-damaged') || isPondError(error, 'not-found'), `${changed}: ${String(error)}`);
  }
  const root = await pond.fs.root();
  for await (const { path, node } of root.walk()) {
    if (['file', 'table', 'series'].includes(node.type) && !isMade(path))
      assert.ok(allowed.has(node.sha256), `${changed}: ${path}`);
  }
  await pond.close();
}

for (const seed of seeds(12)) {
  test(`seed ${seed}: a changed file of a source gives an error or is left out, and no other content`, async (t) => {
    await migrateMutated(t, seed);
  });
}

test('names and targets that lead out of a pond are not followed', async (t) => {
  const folder = temporaryFolder(t);
  const row = { number: 1, size: 0n, sha256: new Uint8Array(32), contents: null };
  const names = ['..', '.', 'a/b', '../x', 'nul\0', 'x'.repeat(300)];
  const link = { ...row, prefix: 'link', number: 0, ftype: 6, contents: Buffer.from('a\0b') };
  const rows = [...names.map((prefix) => ({ ...row, prefix, ftype: 4 })), { ...row, prefix: '..', ftype: 1 }, link];
  writeFileSync(join(folder, 'dir.1.parquet'), arrowParquet(directoryColumns, rows));
  const { damage, commits } = await openSource(folder, {});
  assert.equal(damage.length, rows.length);
  assert.deepEqual(commits[0]?.changes, []);
});

test('a table of resources that names another place, and a table that cannot be decoded, are reported', async (t) => {
  const folder = join(temporaryFolder(t), 'old');
  const pond = new PocPond(folder);
  pond.apply({ kind: '..', name: 'x', uuid: 'u', columns: {}, spec: {} });
  pond.command((root) => root.directory('Inbox').write('Inbox', 'table', Buffer.from('PAR1 is not enough PAR1')));
  const { damage, left, commits } = await openSource(folder, {});
  assert.equal(left.filter(({ path }) => path === '/../u').length, 1);
  assert.ok(damage.some(({ path, problem }) => /Inbox\.1\.parquet$/.test(path) && /cannot be read/.test(problem)));
  assert.ok(commits.flatMap(({ changes }) => changes).every(({ path }) => !path.includes('..')));
});

test('a name that is a file and a directory, and what is below it, are listed with the reason', async (t) => {
  const folder = join(temporaryFolder(t), 'old');
  const pond = new PocPond(folder);
  pond.command((root) => root.write('a', 'data', Buffer.from('file')));
  pond.command((root) => root.directory('a').write('b', 'data', Buffer.from('below')));
  const { damage, left, commits } = await openSource(folder, {});
  assert.deepEqual(damage, []);
  assert.deepEqual(
    left.map(({ reason }) => reason),
    ['its name is also that of a file', 'it is below /a, which is also a file'],
  );
  assert.deepEqual(
    commits.flatMap(({ changes }) => changes.map(({ kind, path }) => `${kind} ${path}`)),
    ['version /a'],
  );
});

test('directories in themselves, twice listed nodes and claims of rows end', () => {
  const id = (number: number): string => `0190a000-0000-7100-8000-${String(number).padStart(12, '0')}`;
  const root = '00000000-0000-7100-8000-000000000000';
  const entry = (name: string, nodeId: string) => ({ name, nodeId, type: 'dir:physical', pondId: undefined });
  const tree = new WatertownTree('pond');
  const changes = tree.apply(
    new Map([
      [root, [entry('a', id(1)), entry('again', id(1)), entry('..', id(4)), entry('root', root)]],
      [id(1), [entry('b', id(2))]],
      [id(2), [entry('a', id(1)), entry('c', id(2))]],
      [id(5), [entry('d', id(6))]],
      [id(6), [entry('e', id(5))]],
    ]),
  );
  assert.deepEqual(
    changes.placed.map(({ path }) => path),
    ['/a', '/a/b'],
  );
  assert.equal(tree.node(id(5)), undefined);
  assert.equal(tree.below().length, 2);
  for (const bytes of [Buffer.from('x'), Buffer.alloc(64), Buffer.alloc(1000, 255)]) {
    assert.throws(() => watertownEntries(bytes, 'here'), { code: 'pond-damaged' });
  }
});
