import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isPondError, type PondError } from '../../server/src/base/error.ts';
import { initPond } from '../support/pond.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { defaultLimits } from '../../server/src/sandbox/buildLimits.ts';
import { type Cache, createPondCache } from '../../server/src/storage/cache.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { temporaryFolder } from '../support/folder.ts';
import { derivedLayer, stageResource } from '../support/resourcePond.ts';
import { rowsOf } from '../support/seriesPond.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';

const id = '11111111-1111-4111-8111-111111111111';
const inboxId = '22222222-2222-4222-8222-222222222222';
const home = `/Derive/${id}`;

const builder = createBuilder();
after(() => builder.close());

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Pond with files and a Derive resource of one collection, `c`. */
async function pondWith(
  t: TestContext,
  files: Files,
  pattern: string,
  query: string,
  withCache = (cache: Cache): Cache => cache,
): Promise<ResourcePond> {
  const layer = derivedLayer(
    () => builder,
    (stored) => withCache(createPondCache(stored, openHostDisk)),
  );
  const pond = await initPond(temporaryFolder(t), { layer });
  t.after(() => pond.close());
  await write(pond, files);
  await derive(pond, pattern, query);
  return pond;
}

async function write(pond: ResourcePond, files: Files): Promise<void> {
  const root = await pond.fs.root();
  for (const [path, content] of Object.entries(files)) {
    await root.createDirectory(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true });
    await root.writeFile(path, Buffer.from(content));
  }
}

async function derive(pond: ResourcePond, pattern: string, query: string): Promise<void> {
  await stageResource(pond, id, documentOf(pattern, query));
}

/** The query is a literal block that starts at line 9, indented by eight characters. */
function documentOf(pattern: string, query: string): string {
  return `apiVersion: duckpond/v1
kind: Derive
name: made
desc: Made of files
spec:
  collections:
    - name: c
      pattern: "${pattern}"
      query: |
        ${query.replaceAll('\n', '\n        ')}
`;
}

async function names(pond: ResourcePond): Promise<readonly string[]> {
  const root = await pond.fs.root();
  return (await root.list(`${home}/c`)).map(({ basename }) => basename);
}

async function fileAt(pond: ResourcePond, path: string) {
  const at = await (await pond.fs.root()).get(path);
  assert.ok(at !== undefined, path);
  return at.node;
}

async function keyAt(pond: ResourcePond, path: string): Promise<string> {
  return pond.contentKey(await fileAt(pond, path));
}

async function rows(pond: ResourcePond, path: string): Promise<readonly (readonly unknown[])[]> {
  const [file, ...more] = await pond.hostFiles(await fileAt(pond, path));
  assert.ok(file !== undefined && more.length === 0);
  return rowsOf(`FROM read_parquet('${file.hostPath}')`);
}

async function failure(pond: ResourcePond, path: string): Promise<PondError> {
  const error: unknown = await rows(pond, path).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  assert.ok(isPondError(error), String(error));
  assert.ok(!error.message.includes(pond.directory), error.message);
  return error;
}

const a = 'n,v\n1,x\n2,y\n';
const readAll = "SELECT * FROM read_csv('$1') ORDER BY n";

test('each file that matches is a series under its own name, computed when it is read', async (t) => {
  const pond = await pondWith(t, { '/in/a.csv': a, '/in/b.csv': 'n,v\n3,z\n', '/in/b.txt': '' }, '/in/*.csv', readAll);
  assert.deepEqual(await names(pond), ['a.csv', 'b.csv']);
  const node = await fileAt(pond, `${home}/c/a.csv`);
  assert.equal(node.type, 'series');
  assert.equal(pond.layer.materializer.known(pond.contentKey(node)), undefined);
  assert.deepEqual(await rows(pond, `${home}/c/a.csv`), [
    [1n, 'x'],
    [2n, 'y'],
  ]);
  assert.deepEqual(await rows(pond, '/Derive/made/c/b.csv'), [[3n, 'z']]);
});

test('a committed tree derives from its own document and inputs', async (t) => {
  const pond = await pondWith(t, { '/in/a.csv': a }, '/in/*.csv', 'SELECT count(*) FROM "$1"');
  await pond.commit({ message: 'first', author: 'test' });
  await write(pond, { '/in/a.csv': 'n\n1\n' });
  const old = await (await pond.at('HEAD')).root();
  const at = await old.get(`${home}/c/a.csv`);
  assert.ok(at !== undefined);
  const [file] = await pond.hostFiles(at.node);
  assert.deepEqual(await rowsOf(`FROM read_parquet('${file?.hostPath}')`), [[2n]]);
  assert.deepEqual(await rows(pond, `${home}/c/a.csv`), [[1n]]);
});

for (const [title, pattern, paths, expected] of [
  ['one wildcard for directories', '/in/*/d.csv', ['/in/n/d.csv', '/in/s/d.csv'], ['n-d.csv', 's-d.csv']],
  [
    'only those of one name',
    '/in/*/*.csv',
    ['/in/n/d.csv', '/in/s/d.csv', '/in/s/e.csv'],
    ['e.csv', 'n-d.csv', 's-d.csv'],
  ],
  ['any depth', '/in/**/*.csv', ['/in/d.csv', '/in/a/b/d.csv', '/in/a/c/d.csv'], ['a-b-d.csv', 'a-c-d.csv', 'd.csv']],
  ['any depth at the end', '/in/**', ['/in/d.csv', '/in/a/b/d.csv'], ['a-b-d.csv', 'd.csv']],
  ['alternatives', '/in/{a,b}/d.csv', ['/in/a/d.csv', '/in/b/d.csv'], ['a-d.csv', 'b-d.csv']],
] as const) {
  test(`files of one name in several directories have several names: ${title}`, async (t) => {
    const files = Object.fromEntries(paths.map((path) => [path, `path\n${path}\n`]));
    const pond = await pondWith(t, files, pattern, "SELECT * FROM read_csv('$1')");
    assert.deepEqual(await names(pond), expected);
    const found = await Promise.all(expected.map((name) => rows(pond, `${home}/c/${name}`)));
    assert.deepEqual(found.flat(2).sort(), [...paths].sort());
  });
}

test('files that wildcards do not distinguish have their paths as names', async (t) => {
  const files = { '/in/a-b/c/d.csv': a, '/in/a/b-c/d.csv': a, '/in/x/y/d.csv': a };
  const pond = await pondWith(t, files, '/in/*/*/d.csv', readAll);
  const found = await names(pond);
  assert.equal(found.filter((name) => /^[0-9a-f]{12}-d\.csv$/.test(name)).length, 2, found.join());
  assert.ok(found.includes('x-y-d.csv'));
});

test('links are followed, and resource directories have the names of their resources', async (t) => {
  const pond = await pondWith(t, { '/data/a.csv': a }, '/in/*/*.csv', readAll);
  const root = await pond.fs.root();
  await root.createDirectory('/in');
  await root.createSymlink('/in/linked', '/data');
  assert.deepEqual(await names(pond), ['a.csv']);
  await write(pond, { [`/Inbox/${inboxId}/a.csv`]: a });
  await root.createSymlink('/Inbox/box', inboxId);
  await derive(pond, '/Inbox/box/*.csv', "SELECT '$1' AS path, count(*) FROM read_csv('$1')");
  assert.deepEqual(await rows(pond, `${home}/c/a.csv`), [[`/Inbox/${inboxId}/a.csv`, 2n]]);
});

test('a derived file can be an input of another', async (t) => {
  const pond = await pondWith(t, { '/in/a.csv': a }, '/in/*.csv', readAll);
  const other = '33333333-3333-4333-8333-333333333333';
  const second = documentOf('/Derive/made/c/*', `SELECT sum(n)::BIGINT AS s FROM '$1'`).replace(
    'name: made',
    'name: next',
  );
  await stageResource(pond, other, second);
  assert.deepEqual(await rows(pond, `/Derive/next/c/a.csv`), [[3n]]);
});

test('a series in several versions is one input', async (t) => {
  const pond = await pondWith(t, { '/in/a.csv': a, '/in/b.csv': 'n,w\n9,1\n' }, '/in/*.csv', readAll);
  const root = await pond.fs.root();
  const parts = [await root.readFile(`${home}/c/a.csv`), await root.readFile(`${home}/c/b.csv`)];
  await root.createDirectory('/s');
  await root.createFile('/s/data', parts[0]!, { type: 'series' });
  await pond.commit({ message: 'one', author: 'test' });
  await root.writeFile('/s/data', parts[1]!);
  for (const query of ["FROM read_parquet('$1')", "FROM '$1'"]) {
    await derive(pond, '/s/*', query);
    assert.deepEqual(await rows(pond, `${home}/c/data`), [
      [1n, 'x', null],
      [2n, 'y', null],
      [9n, null, 1n],
    ]);
  }
});

test('other files of the pond are tables, by path and by pattern', async (t) => {
  const files = { '/in/a.csv': a, '/units/1.csv': 'v,u\nx,C\n', '/units/2.csv': 'v,u\ny,m\n' };
  const pond = await pondWith(t, files, '/in/*.csv', `SELECT n, u FROM '$1' JOIN "/units/*.csv" USING (v) ORDER BY n`);
  const path = `${home}/c/a.csv`;
  assert.deepEqual(await rows(pond, path), [
    [1n, 'C'],
    [2n, 'm'],
  ]);
  const key = await keyAt(pond, path);
  await write(pond, { '/units/2.csv': 'v,u\ny,ft\n' });
  assert.notEqual(await keyAt(pond, path), key);
  assert.deepEqual((await rows(pond, path)).at(1), [2n, 'ft']);
});

test('a compressed file is read like an uncompressed one', async (t) => {
  const pond = await pondWith(t, { '/in/a.csv.gz': gzipSync(a) }, '/in/*', readAll);
  assert.equal((await rows(pond, `${home}/c/a.csv.gz`)).length, 2);
});

test('an empty result has its columns', async (t) => {
  const pond = await pondWith(t, { '/in/a.csv': a }, '/in/*', "SELECT n FROM '$1' WHERE n > 2");
  const files = await pond.hostFiles(await fileAt(pond, `${home}/c/a.csv`));
  const { rowCount, columns } = await pond.layer.materializer.inspect(files, {});
  assert.deepEqual([rowCount, columns], [0, [{ name: 'n', type: 'BIGINT' }]]);
});

test('a key covers the query and the content, and the path if the query uses it', async (t) => {
  const pond = await pondWith(t, { '/in/a.csv': a, '/in/b.csv': a }, '/in/*.csv', readAll);
  const keys = async (): Promise<readonly string[]> => [
    await keyAt(pond, `${home}/c/a.csv`),
    await keyAt(pond, `${home}/c/b.csv`),
  ];
  const [first, second] = await keys();
  assert.equal(first, second);
  await derive(pond, '/in/*.csv', `${readAll} DESC`);
  assert.notEqual((await keys())[0], first);
  for (const query of ["SELECT '$1' FROM '$1'", "SELECT filename FROM read_csv('$1')", "FROM read_text('$1')"]) {
    await derive(pond, '/in/*.csv', query);
    const [one, other] = await keys();
    assert.notEqual(one, other, query);
  }
  await derive(pond, '/in/*.csv', readAll);
  await write(pond, { '/in/b.csv': `${a}3,z\n` });
  assert.deepEqual((await keys())[0], first);
  assert.notEqual((await keys())[1], first);
});

test('files of equal content are computed once when the query reads only content', async (t) => {
  const pond = await pondWith(t, { '/in/a.csv': a, '/in/b.csv': a }, '/in/*.csv', readAll);
  const [one] = await pond.hostFiles(await fileAt(pond, `${home}/c/a.csv`));
  const [other] = await pond.hostFiles(await fileAt(pond, `${home}/c/b.csv`));
  assert.deepEqual(one, other);
});

for (const [query, code, line, character] of [
  ["SELECT *\nFROM read_csv('$1')\nWHERE nothing = 1", 'query-invalid', 2, 6],
  ["SELECT n n n FROM '$1'", 'query-invalid', 0, 11],
  ["SELECT v::INT FROM '$1'", 'query-failed', 0, 8],
  ['FROM \'$1\' JOIN "/no/such.csv" USING (n)', 'not-found', 0, 15],
  ["FROM read_csv('/etc/passwd')", 'query-forbidden', 0, 5],
  ["COPY (SELECT 1) TO '/tmp/x'", 'query-forbidden', 0, 0],
  ["ATTACH '$1'", 'query-forbidden', 0, 0],
  ['FROM pond.commits', 'query-forbidden', 0, 5],
] as const) {
  test(`the error of a query has its position in the document: ${query}`, async (t) => {
    const pond = await pondWith(t, { '/in/a.csv': a }, '/in/*', query);
    const error = await failure(pond, `${home}/c/a.csv`);
    assert.equal(error.code, code, error.message);
    assert.equal(error.path, `${home}/resource.yaml`);
    assert.deepEqual(error.position, { line: 9 + line, character: 8 + character }, error.message);
    assert.match(error.message, /Derive\/made cannot make c\/a\.csv of \/in\/a\.csv/);
  });
}

test('files of the pond cannot be read by their host paths', async (t) => {
  const pond = await pondWith(t, { '/in/a.csv': a, '/in/b.csv': 'n\n7\n' }, '/in/a.csv', readAll);
  const [secret] = await pond.hostFiles(await fileAt(pond, '/in/b.csv'));
  assert.ok(secret !== undefined);
  for (const query of [
    `FROM read_csv('${secret.hostPath}')`,
    `FROM '${secret.hostPath}'`,
    `FROM glob('${pond.directory}/**')`,
    `FROM query('FROM read_csv(''${secret.hostPath}'')')`,
    `PIVOT (FROM read_csv('${secret.hostPath}')) ON n`,
  ]) {
    await derive(pond, '/in/a.csv', query);
    const error: unknown = await rows(pond, `${home}/c/a.csv`).catch((caught: unknown) => caught);
    assert.ok(isPondError(error), query);
    assert.match(error.code, /^(query-forbidden|not-found|query-invalid)$/, error.message);
  }
});

test('the error of an input that cannot be parsed names it, with its line', async (t) => {
  const bad = `n,v\n${'1,x\n'.repeat(30_000)}1,2,3,4\n`;
  const pond = await pondWith(t, { '/in/bad.csv': bad }, '/in/*', readAll);
  const error = await failure(pond, `${home}/c/bad.csv`);
  assert.equal(error.code, 'invalid-content');
  assert.equal(error.path, '/in/bad.csv');
  assert.deepEqual(error.position, { line: 30_001, character: 0 });
});

test('a cancelled computation ends soon and leaves nothing', async (t) => {
  const query = "SELECT a.range * b.range AS x FROM '$1', range(1000000) a, range(1000000) b ORDER BY x";
  const pond = await pondWith(t, { '/in/a.csv': a }, '/in/*', query);
  const node = await fileAt(pond, `${home}/c/a.csv`);
  const controller = new AbortController();
  const ended = assert.rejects(pond.hostFiles(node, { signal: controller.signal }), { code: 'cancelled' });
  await pond.layer.materializer.builder.run({ statements: ['SELECT 1'] });
  controller.abort();
  await ended;
  assert.equal(pond.layer.materializer.known(pond.contentKey(node)), undefined);
});

test('a file that another process evicts from the cache while it is used is computed again', async (t) => {
  let dropped = 0;
  const dropping = (cache: Cache): Cache => ({
    ...cache,
    find: (key) => {
      const file = cache.find(key);
      // Between the check and the use.
      if (file !== undefined && dropped > 0) {
        dropped -= 1;
        rmSync(file.hostPath);
      }
      return file;
    },
  });
  const pond = await pondWith(t, { '/in/a.csv': a }, '/in/*', readAll, dropping);
  await stageResource(pond, inboxId, documentOf('/Derive/made/c/*', 'SELECT sum(n) FROM "$1"').replace('made', 'sums'));
  const path = `${home}/c/a.csv`;
  const root = await pond.fs.root();
  const bytes = await root.readFile(path);

  dropped = 1;
  assert.deepEqual(await root.readFile(path), bytes);

  dropped = 1;
  const engine = new QueryEngine({ openDisk: openHostDisk });
  t.after(() => engine.close());
  assert.equal((await engine.run(pond, { sql: `FROM "${path}"` })).rowCount, 2);

  dropped = 1;
  assert.equal((await rows(pond, '/Derive/sums/c/a.csv')).join(), '3');
  assert.equal(dropped, 0);
});

test('a resource that reads its own output is a cycle', async (t) => {
  const pond = await pondWith(t, { '/in/a.csv': a }, '/in/*', `FROM '$1', "/Derive/made/c/*"`);
  await assert.rejects(names(pond), { code: 'resource-cycle' });
});

test('a result that is too large is an error of its document, and of that file only', async (t) => {
  const limited = createBuilder({ limits: { ...defaultLimits, resultBytesMax: 64 * 1024 } });
  t.after(() => limited.close());
  const pond = await initPond(temporaryFolder(t), { layer: derivedLayer(() => limited) });
  t.after(() => pond.close());
  await write(pond, { '/in/a.csv': 'n\n1\n', '/in/b.csv': 'n\n100000\n', '/in/c.csv': 'n\n3\n' });
  await derive(pond, '/in/*.csv', "SELECT n, hash(r) FROM\nread_csv('$1') t, range(100000) s(r) WHERE r < n");
  assert.equal((await rows(pond, `${home}/c/a.csv`)).length, 1);
  const error = await failure(pond, `${home}/c/b.csv`);
  assert.equal(error.code, 'query-failed');
  assert.match(error.message, /^Derive\/made cannot make c\/b\.csv of \/in\/b\.csv: the result is larger than 64 KiB/);
  assert.deepEqual([error.path, error.position?.line], [`${home}/resource.yaml`, 8]);
  assert.equal((await rows(pond, `${home}/c/c.csv`)).length, 3);
});

test('a query by a pattern reads a derived file once, although it has a name and a UUID', async (t) => {
  const pond = await pondWith(t, { '/in/a.csv': a, '/in/b.csv': a }, '/in/*', readAll);
  const engine = new QueryEngine({ openDisk: openHostDisk });
  t.after(() => engine.close());
  assert.equal((await engine.run(pond, { sql: 'FROM "/Derive/*/c/*.csv"' })).rowCount, 4);
});
