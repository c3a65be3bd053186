import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { sha256Of } from '../../server/src/base/sha256.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { literalList } from '../../server/src/duckdb/sql.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { createCache } from '../../server/src/storage/cache.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { seriesContent } from '../bench/support/longSeries.ts';
import { anySql } from '../support/anySql.ts';
import { testConnection } from '../support/connection.ts';
import { temporaryFolder } from '../support/folder.ts';
import { initPond } from '../support/pond.ts';
import { derivedLayer, stageResource } from '../support/resourcePond.ts';
import { newUserCache } from '../support/userCache.ts';

const connection = await testConnection();

const documents: Readonly<Record<string, string>> = {
  Reduce: '{ collections: [{ name: all, resolutions: [1h], datasets: [{ in_pattern: /s, out_pattern: s }] }] }',
  Combine: '{ scopes: [{ name: all, series: [{ pattern: /s }] }] }',
};
const outputs = ['/Reduce/bench/all/s/res=1h', '/Combine/bench/all/combine'];

async function newPond(t: TestContext): Promise<ResourcePond> {
  const folder = temporaryFolder(t);
  newUserCache(t);
  const builder = createBuilder();
  const cache = createCache(openHostDisk(join(folder, 'cache')), { bytesMax: 1e9 });
  const layer = derivedLayer(
    () => builder,
    () => cache,
  );
  const pond = await initPond(join(folder, 'pond'), { layer });
  t.after(async () => {
    await pond.close();
    await builder.close();
  });
  for (const [index, [kind, spec]] of Object.entries(documents).entries()) {
    const id = `5a0c7c55-2b3a-4f0e-9c56-2e1b3c5d7f9${index}`;
    await stageResource(pond, id, `apiVersion: duckpond/v1\nkind: ${kind}\nname: bench\ndesc: test\nspec: ${spec}\n`);
  }
  return pond;
}

/** Paths of the files of each output. */
type Outputs = readonly (readonly string[])[];

/** Appends rows of versions to the series, as that number of versions. Returns the files of each output. */
async function outputsAfter(pond: ResourcePond, from: number, versions: number, perVersion = 1): Promise<Outputs> {
  const root = await pond.fs.root();
  await root.backend.batch(async () => {
    for (let at = from; at < from + versions; at += perVersion) {
      await root.writeFile('/s', seriesContent(at, perVersion), { type: 'series' });
    }
  });
  const paths: (readonly string[])[] = [];
  for (const output of outputs) {
    const files = await pond.hostFiles((await root.get(output))!.node);
    paths.push(files.map(({ hostPath }) => hostPath));
  }
  return paths;
}

const hashesOf = (outputs: Outputs) => outputs.map((paths) => paths.map((path) => sha256Of(readFileSync(path))));

test('a Reduce and a Combine of many versions are those of a growing series, and have the rows of one version', async (t) => {
  const [growing, whole, single] = [await newPond(t), await newPond(t), await newPond(t)];
  await outputsAfter(growing, 0, 40);
  await outputsAfter(growing, 40, 250);
  const grown = await outputsAfter(growing, 290, 1);
  assert.deepEqual(hashesOf(grown), hashesOf(await outputsAfter(whole, 0, 291)));
  const rowsOf = (paths: readonly string[]) =>
    connection.rows(anySql(`FROM read_parquet(${literalList(paths)}, union_by_name = true) ORDER BY ALL`));
  for (const [index, paths] of (await outputsAfter(single, 0, 291, 291)).entries()) {
    assert.deepEqual(await rowsOf(grown[index]!), await rowsOf(paths));
  }
});

test('resources read a long series from few files', async (t) => {
  const pond = await newPond(t);
  await outputsAfter(pond, 0, 291);
  const inline = join(pond.directory, '_pond/cache/inline');
  const written = readdirSync(inline, { recursive: true, encoding: 'utf8' }).filter((name) => name.length > 60);
  assert.equal(written.length, 3, 'versions 289 and 290, which are in no block, and the latest');
});
