import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { runScribble } from '../../server/src/resources/kinds/scribble/run.ts';
import { scribbleTree, type ScribbleOptions } from '../../server/src/resources/kinds/scribble/tree.ts';
import { FileSystem } from '../../server/src/tinyfs/fs.ts';
import { createMemoryBackend } from '../../server/src/tinyfs/memoryBackend.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { resourceBench } from '../support/runContext.ts';

const all = { tree: 0.1, table: 0.3, series: 0.2, data: 0.3, syntree: 0.05, symlink: 0.2 };
const options: ScribbleOptions = { seed: 7, countMin: 5, countMax: 10, probs: all };

async function newDirectory(): Promise<WorkingDirectory> {
  return await new FileSystem(createMemoryBackend()).root();
}

/** Type of each entry, by path. */
async function typesIn(directory: WorkingDirectory): Promise<ReadonlyMap<string, string>> {
  const types = new Map<string, string>();
  for await (const { path, node } of directory.walk()) types.set(path, node.type);
  return types;
}

async function scribbled(given: Partial<ScribbleOptions>) {
  const directory = await newDirectory();
  const counts = await scribbleTree(directory, { ...options, ...given });
  return { directory, counts, types: await typesIn(directory) };
}

test('the same seed makes the same entries, another seed others', async () => {
  const [one, same, other] = [await scribbled({}), await scribbled({}), await scribbled({ seed: 8 })];
  assert.deepEqual(one.types, same.types);
  assert.notDeepEqual(one.types, other.types);
  assert.equal(one.counts.entries, one.types.size);
});

test('each directory has the requested number of entries, with names of letters and digits', async () => {
  for (let seed = 0; seed < 10; seed += 1) {
    const { types } = await scribbled({ seed });
    const counts = new Map<string, number>([['', 0]]);
    for (const [path, type] of types) {
      if (type === 'directory') counts.set(path, counts.get(path) ?? 0);
      const folder = path.slice(0, path.lastIndexOf('/'));
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
      assert.match(path, /\/[a-z0-9]{1,16}$/);
    }
    for (const count of counts.values()) assert.ok(count >= 5 && count <= 10, `${count} entries`);
  }
});

test('types occur as often as their probabilities say', async () => {
  const { types } = await scribbled({ countMin: 400, countMax: 401, probs: { table: 0.1, data: 0.3 } });
  const tables = [...types.values()].filter((type) => type === 'table').length;
  assert.ok(tables > 70 && tables < 130, `${tables} tables of 400`);
});

test('a type with the probability 0 never occurs, and without any the run fails', async () => {
  const { types } = await scribbled({ probs: { table: 0, data: 0.01 } });
  assert.deepEqual([...new Set(types.values())], ['file']);
  await assert.rejects(scribbled({ probs: { table: 0 } }), { code: 'run-failed' });
});

test('the depth of nested directories is limited', async () => {
  const { types } = await scribbled({ probs: { tree: 1 }, countMin: 2, countMax: 3 });
  assert.ok([...types.values()].includes('directory'));
  assert.ok(types.size < 1000);
});

test('links lead to entries of the same directory', async () => {
  const { directory, types } = await scribbled({ probs: { symlink: 1, data: 0.1 }, countMin: 20, countMax: 21 });
  const links = [...types].filter(([, type]) => type === 'symlink').map(([path]) => path);
  assert.ok(links.length > 5);
  for (const link of links) assert.ok(types.has(`/${await directory.readlink(link)}`));
});

test('tables and series are Parquet with as many rows as counted', async () => {
  const { directory, types, counts } = await scribbled({ probs: { table: 1, series: 1 } });
  let rows = 0;
  for (const [path, type] of types) {
    const bytes = await directory.readFile(path);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const objects = await parquetReadObjects({ file });
    rows += objects.length;
    const columns = type === 'table' ? ['name', 'region', 'quota'] : ['Timestamp', 'Scribble.Value.1'];
    assert.deepEqual(Object.keys(objects[0] ?? {}), columns);
  }
  assert.equal(rows, counts.rows);
  assert.equal(rows, 6 * counts.files);
});

test('each run adds to the existing entries', async (t: TestContext) => {
  const bench = await resourceBench(
    t,
    'Scribble',
    'apiVersion: duckpond/v1\nkind: Scribble\nname: s\ndesc: s\nspec:\n  count_min: 3\n  count_max: 4\n  probs: { Table: 0.4, data: 1 }\n',
  );
  const first = await bench.run(runScribble);
  const second = await bench.run(runScribble);
  const root = await bench.pond.fs.root();
  const names = (await root.list(bench.home)).map(({ basename }) => basename);
  assert.equal(names.length, first.files + second.files + 1);
  assert.ok(names.includes('resource.yaml'));
});

test('a run can be cancelled', async () => {
  const signal = AbortSignal.abort();
  await assert.rejects(scribbled({ signal }), { code: 'cancelled' });
});
