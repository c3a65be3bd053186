import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { initPond, openPond } from '../support/pond.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { userTemporaryFolder } from '../../server/src/storage/userFolder.ts';
import { type FileSystem } from '../../server/src/tinyfs/fs.ts';
import { temporaryFolder } from '../support/folder.ts';
import { newUserCache } from '../support/userCache.ts';
import { deriveDocument } from '../support/pipelineHost.ts';
import { derivedLayer, stageResource } from '../support/resourcePond.ts';
import { rowsOf } from '../support/seriesPond.ts';

const [one, two] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const home = `/Derive/${one}`;
const all = `${home}/all`;

const builder = createBuilder();
after(() => builder.close());

/** A pond with two tables and a resource that derives a series of each; nothing is committed. */
async function pondWithSeries(t: TestContext, folder = temporaryFolder(t)): Promise<ResourcePond> {
  const pond = await initPond(folder, { layer: derivedLayer(() => builder) });
  t.after(() => pond.close());
  await write(pond, '/in/a.csv', 'n\n1\n');
  await write(pond, '/in/b.csv', 'n\n2\n');
  await stageResource(pond, one, deriveDocument('made', '/in/*.csv'));
  return pond;
}

async function write(pond: ResourcePond, path: string, text: string): Promise<void> {
  const root = await pond.fs.root();
  await root.createDirectory(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true });
  await root.writeFile(path, Buffer.from(text));
}

async function names(fs: FileSystem, path: string): Promise<readonly string[]> {
  return (await (await fs.root()).list(path)).map(({ basename }) => basename);
}

async function rows(pond: ResourcePond, path: string, fs = pond.fs): Promise<readonly (readonly unknown[])[]> {
  const at = await (await fs.root()).get(path);
  assert.ok(at !== undefined, path);
  const [file] = await pond.hostFiles(at.node);
  return rowsOf(`FROM read_parquet('${file!.hostPath}')`);
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (isPondError(error) ? error.code : String(error)),
  );

async function everything(fs: FileSystem): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const { path } of (await fs.root()).walk('/')) paths.push(path);
  return paths;
}

test('a reader derives from what the writer stages, after a refresh, and derives again only after a change', async (t) => {
  const writer = await pondWithSeries(t);
  const reader = await openPond(writer.directory, { mode: 'read', layer: derivedLayer(() => builder) });
  t.after(() => reader.close());
  assert.deepEqual(await names(reader.fs, all), ['a.csv', 'b.csv']);
  const tree = reader.layer.inputs(reader.fs);
  const before = await tree.match('/in/*');
  await reader.refresh();
  assert.equal(await tree.match('/in/*'), before);
  await write(writer, '/in/c.csv', 'n\n3\n');
  await reader.refresh();
  assert.deepEqual(await names(reader.fs, all), ['a.csv', 'b.csv', 'c.csv']);
  assert.notEqual(await tree.match('/in/*'), before);
});

test('derived files are listed, walked and matched, and their sizes are known once they are computed', async (t) => {
  const pond = await pondWithSeries(t);
  const found = ['/Derive', home, all, `${all}/a.csv`, `${all}/b.csv`];
  assert.deepEqual(
    (await everything(pond.fs)).filter((path) => found.includes(path)),
    found,
  );
  const root = await pond.fs.root();
  const globbed: string[] = [];
  for await (const { node } of root.visit('/**')) globbed.push(node.path);
  assert.ok(globbed.includes(`${all}/b.csv`));
  assert.equal((await root.get(home))?.node.sizeBytes, 2);
  assert.equal((await root.get(all))?.node.sizeBytes, 2);
  assert.equal((await root.get(`${all}/a.csv`))?.node.sizeBytes, 0);
  const bytes = await root.readFile(`${all}/a.csv`);
  assert.equal((await root.get(`${all}/a.csv`))?.node.sizeBytes, bytes.length);
  assert.equal(Buffer.from(bytes.subarray(0, 4)).toString(), 'PAR1');
});

test('an old version derives from its own document and inputs; staged documents are a preview', async (t) => {
  const pond = await pondWithSeries(t);
  const first = await pond.commit({ message: 'first', author: 'test' });
  await write(pond, '/in/a.csv', 'n\n10\n');
  await write(pond, '/in/c.csv', 'n\n3\n');
  await stageResource(pond, one, deriveDocument('made', '/in/*.csv', "SELECT n + 1 AS n FROM read_csv('$1')"));
  const old = await pond.at(String(first.number));
  assert.deepEqual(await names(old, all), ['a.csv', 'b.csv']);
  assert.deepEqual(await rows(pond, `${all}/a.csv`, old), [[1n]]);
  assert.deepEqual(await names(pond.fs, all), ['a.csv', 'b.csv', 'c.csv']);
  assert.deepEqual(await rows(pond, `${all}/a.csv`), [[11n]]);
  assert.deepEqual(await names(await pond.at('HEAD'), all), ['a.csv', 'b.csv']);
});

test('files that a document no longer defines disappear, and so do all files of a removed resource', async (t) => {
  const pond = await pondWithSeries(t);
  await stageResource(pond, one, deriveDocument('made', '/in/*.csv').replace('name: all', 'name: other'));
  assert.deepEqual(await names(pond.fs, home), ['other', 'resource.yaml']);
  const root = await pond.fs.root();
  await root.remove(home, { recursive: true });
  assert.equal(await root.exists('/Derive/made').catch(() => false), false);
  assert.ok((await everything(pond.fs)).every((path) => !path.startsWith(home)));
});

test('derived files cannot be written, removed or moved, and the error says why', async (t) => {
  const pond = await pondWithSeries(t);
  const root = await pond.fs.root();
  const file = Buffer.from('x');
  for (const work of [
    () => root.writeFile(`${all}/a.csv`, file),
    () => root.writeFile(`${all}/new.csv`, file),
    () => root.createDirectory(`${all}/folder`),
    () => root.remove(`${all}/a.csv`),
    () => root.remove(all, { recursive: true }),
    () => root.rename(`${all}/a.csv`, '/away.csv'),
    () => root.rename('/in/a.csv', `${all}/a.csv`),
    () => root.rename(all, '/away'),
    () => root.setAttributes(`${all}/a.csv`, { a: 'b' }),
    () => root.createSymlink(`${all}/link`, '/in'),
  ]) {
    await assert.rejects(Promise.resolve().then<unknown>(work), (error: unknown) => {
      assert.ok(
        isPondError(error, 'read-only') || isPondError(error, 'already-exists'),
        `${String(work)}: ${String(error)}`,
      );
      return true;
    });
  }
  assert.deepEqual(await names(pond.fs, all), ['a.csv', 'b.csv']);
  assert.deepEqual(await names(pond.fs, '/in'), ['a.csv', 'b.csv']);
});

test('a folder that cannot be listed is read-only as well', async (t) => {
  const pond = await pondWithSeries(t);
  await stageResource(pond, one, deriveDocument('made', '/Derive/made/all/*'));
  const root = await pond.fs.root();
  assert.equal(await codeOf(root.list(all)), 'resource-cycle');
  assert.notEqual(await codeOf(root.writeFile(`${all}/x`, Buffer.from('x'))), 'none');
  assert.deepEqual(
    (await pond.status()).staged.map(({ path }) => path).filter((path) => path.endsWith('/x')),
    [],
  );
});

test('a whole collection can be copied out, with its content', async (t) => {
  const pond = await pondWithSeries(t);
  const root = await pond.fs.root();
  await root.copy(all, '/out', { recursive: true });
  assert.deepEqual(await names(pond.fs, '/out'), ['a.csv', 'b.csv']);
  await pond.commit({ message: 'out', author: 'test' });
  assert.deepEqual(await rows(pond, '/out/b.csv'), [[2n]]);
  await pond.fs.backend.batch(async () => void (await root.copy(`${all}/a.csv`, '/a.parquet')));
  assert.deepEqual(await rows(pond, '/a.parquet'), [[1n]]);
});

test('a stored file with the name of a collection hides it, and can be removed', async (t) => {
  const pond = await pondWithSeries(t);
  await stageResource(pond, one, deriveDocument('made', '/in/*.csv').replace('name: all', 'name: first'));
  await write(pond, all, 'in the way');
  await stageResource(pond, one, deriveDocument('made', '/in/*.csv'));
  const root = await pond.fs.root();
  assert.deepEqual(await names(pond.fs, home), ['all', 'resource.yaml']);
  assert.equal((await root.get(home))?.node.sizeBytes, 2);
  assert.equal((await root.get(all))?.node.type, 'file');
  await root.remove(all);
  assert.deepEqual(await names(pond.fs, all), ['a.csv', 'b.csv']);
});

test('a resource directory whose document has errors shows its stored files, and other resources derive', async (t) => {
  const pond = await pondWithSeries(t);
  await stageResource(pond, two, deriveDocument('broken', '/in/*.csv').replace('pattern:', 'patern:'));
  assert.deepEqual(await names(pond.fs, `/Derive/${two}`), ['resource.yaml']);
  assert.equal(await codeOf((await pond.fs.root()).list(`/Derive/${two}/all`)), 'resource-invalid');
  assert.equal(await (await pond.fs.root()).exists(`/Derive/${two}/runs.jsonl`), false);
  assert.ok((await everything(pond.fs)).includes(`${all}/a.csv`));
  await stageResource(pond, two, deriveDocument('broken', '/in/*.csv'));
  assert.deepEqual(await names(pond.fs, `/Derive/${two}/all`), ['a.csv', 'b.csv']);
});

test('changes are visible within a batch, and a failed batch leaves nothing', async (t) => {
  const pond = await pondWithSeries(t);
  assert.deepEqual(await names(pond.fs, home), ['all', 'resource.yaml']);
  const failing = pond.fs.backend.batch(async () => {
    await stageResource(pond, one, deriveDocument('made', '/in/*.csv').replace('name: all', 'name: other'));
    await write(pond, '/in/c.csv', 'n\n3\n');
    assert.deepEqual(await names(pond.fs, home), ['other', 'resource.yaml']);
    assert.deepEqual(await names(pond.fs, `${home}/other`), ['a.csv', 'b.csv', 'c.csv']);
    throw new Error('no');
  });
  await assert.rejects(failing, /no/);
  assert.deepEqual(await names(pond.fs, home), ['all', 'resource.yaml']);
  assert.deepEqual(await names(pond.fs, all), ['a.csv', 'b.csv']);
});

test('a listing that is in progress while the tree changes is not taken for the new one', async (t) => {
  const pond = await pondWithSeries(t);
  const root = await pond.fs.root();
  const before = (await root.get(all))!;
  await stageResource(pond, one, deriveDocument('made', '/in/a*.csv'));
  // A reader that opened the directory with the old document can still list it.
  await pond.fs.backend.list(before.node);
  assert.deepEqual(await names(pond.fs, all), ['a.csv']);
  const listing = names(pond.fs, home);
  const staging = stageResource(pond, one, deriveDocument('made', '/in/*.csv').replace('name: all', 'name: other'));
  await Promise.all([listing, staging]);
  assert.deepEqual(await names(pond.fs, home), ['other', 'resource.yaml']);
});

function cachedFiles(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)).map((file) => join(folder, name, file)));
}

for (const [name, damage] of Object.entries({
  'was emptied': (folder: string) => rmSync(folder, { recursive: true }),
  'lost the ends of its files': (_: string, files: readonly string[]) =>
    files.forEach((file) => truncateSync(file, readFileSync(file).length - 5)),
  'has nothing in its files': (_: string, files: readonly string[]) => files.forEach((file) => truncateSync(file, 0)),
  'has manifests of something else': (_: string, files: readonly string[]) =>
    files.filter((file) => !isParquet(file)).forEach((file) => writeFileSync(file, '[{}, 5, "../../x"]')),
  'has manifests of nothing': (_: string, files: readonly string[]) =>
    files.filter((file) => !isParquet(file)).forEach((file) => writeFileSync(file, '[]')),
  'has manifests that are not lists': (_: string, files: readonly string[]) =>
    files.filter((file) => !isParquet(file)).forEach((file) => writeFileSync(file, '{"a":1}')),
})) {
  test(`a cache that ${name} is filled again`, async (t) => {
    const cache = newUserCache(t);
    const pond = await pondWithSeries(t, temporaryFolder(t));
    assert.deepEqual(await rows(pond, `${all}/a.csv`), [[1n]]);
    const node = (await (await pond.fs.root()).get(`${all}/a.csv`))!.node;
    await pond.layer.materializer.inspect(await pond.hostFiles(node), {});
    damage(cache, cachedFiles(cache));
    const again = await openPond(pond.directory, { mode: 'read', layer: derivedLayer(() => builder) });
    t.after(() => again.close());
    assert.deepEqual(await rows(again, `${all}/a.csv`), [[1n]]);
    assert.equal((await again.layer.materializer.inspect(await again.hostFiles(node), {})).rowCount, 1);
    // The process that filled the cache detects it as well.
    assert.deepEqual(await rows(pond, `${all}/a.csv`), [[1n]]);
  });
}

const isParquet = (file: string): boolean => readFileSync(file).subarray(0, 4).toString() === 'PAR1';

test('a pond opened for reading derives; without a writable cache, in a private temporary folder of the user', async (t) => {
  const cache = newUserCache(t);
  const folder = temporaryFolder(t);
  const first = await pondWithSeries(t, folder);
  await first.commit({ message: 'first', author: 'test' });
  await first.close();
  const reader = await openPond(folder, { mode: 'read', layer: derivedLayer(() => builder) });
  t.after(() => reader.close());
  rmSync(cache, { recursive: true, force: true });
  writeFileSync(cache, 'a file');
  assert.deepEqual(await names(reader.fs, all), ['a.csv', 'b.csv']);
  assert.deepEqual(await rows(reader, `${all}/b.csv`), [[2n]]);
  assert.ok(existsSync(join(userTemporaryFolder(), 'cache')));
  if (process.platform !== 'win32') assert.equal(statSync(userTemporaryFolder()).mode & 0o777, 0o700);
  assert.equal(await codeOf((await reader.fs.root()).writeFile(`${all}/x`, Buffer.from('x'))), 'read-only');
});
