/**
 * One more version of a long series compared with one more of a short one: finding its host files, and the Reduce and
 * the Combine that read it. Each version has ten rows, like those of a collector that runs every ten minutes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { initPond } from '../support/pond.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { createCache } from '../../server/src/storage/cache.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { derivedLayer, stageResource } from '../support/resourcePond.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { author } from './support/ponds.ts';
import { printRatio } from './support/report.ts';
import { withScratch } from './support/scratch.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { anySql } from '../support/anySql.ts';

const { few, many, ...rounds } = parametersOf(
  { few: 100, many: 2000, rounds: 7, warmUp: 2 },
  { few: 3, many: 30, rounds: 1, warmUp: 0 },
);
const head = (kind: string): string => `apiVersion: duckpond/v1\nkind: ${kind}\nname: bench\ndesc: Bench\nspec: `;
const reduce = `{ collections: [{ name: all, resolutions: [1h, 1d], datasets: [{ in_pattern: /data/s, out_pattern: s }] }] }`;
const combine = `{ scopes: [{ name: all, series: [{ pattern: /data/s }] }] }`;
const readings = {
  'host files': '/data/s',
  Reduce: '/Reduce/bench/all/s/res=1h',
  Combine: '/Combine/bench/all/combine',
} as const;

printMachine();
await withScratch(async ({ folder, make }) => {
  const database = await openDatabase();
  const connection = await database.connect();
  const builder = createBuilder();
  const ponds: ResourcePond[] = [];

  async function version(number: number): Promise<Uint8Array> {
    const file = join(folder, 'version.parquet');
    const rows = `SELECT (${1_700_000_000 + number * 600} + i * 60)::BIGINT AS "Timestamp", random() AS a, random() AS b FROM range(10) t(i)`;
    await connection.run(anySql(`COPY (${rows}) TO ${literal(file)} (FORMAT parquet)`));
    return readFileSync(file);
  }

  async function add(pond: ResourcePond, from: number, count: number): Promise<void> {
    const transaction = await pond.begin();
    const root = await transaction.fs.root();
    for (let number = from; number < from + count; number++) {
      await root.writeFile('/data/s', await version(number), { type: 'series' });
    }
    await transaction.commit({ message: 'versions', author });
  }

  async function newPond(count: number): Promise<ResourcePond> {
    const cache = createCache(openHostDisk(join(folder, `cache of ${count}`)), { bytesMax: 1e12 });
    const layer = derivedLayer(
      () => builder,
      () => cache,
    );
    const pond = await initPond(make(`${count} versions`), { layer });
    ponds.push(pond);
    await (await pond.fs.root()).createDirectory('/data');
    await stageResource(pond, '5a0c7c55-2b3a-4f0e-9c56-2e1b3c5d7f94', head('Reduce') + reduce);
    await stageResource(pond, '5a0c7c55-2b3a-4f0e-9c56-2e1b3c5d7f95', head('Combine') + combine);
    await pond.commit({ message: 'apply', author });
    await add(pond, 0, count);
    for (const path of Object.values(readings)) await files(pond, path);
    return pond;
  }

  async function files(pond: ResourcePond, path: string): Promise<void> {
    const at = await (await (await pond.at(String(pond.head.number))).root()).get(path);
    await pond.hostFiles(at!.node);
  }

  /** Commits one more version, and reads the measured results. */
  async function oneMore(pond: ResourcePond, number: number, path: string): Promise<number> {
    await add(pond, number, 1);
    const start = performance.now();
    await files(pond, path);
    return performance.now() - start;
  }

  try {
    const [short, long] = [await newPond(few), await newPond(many)];
    let added = 0;
    for (const [what, path] of Object.entries(readings)) {
      const times = await interleaved(
        { few: () => oneMore(short, few + ++added, path), many: () => oneMore(long, many + ++added, path) },
        rounds,
      );
      const reported = `${what} after one more than ${many} versions`;
      printRatio({ what: reported, ours: times.many, peer: `than ${few}`, theirs: times.few });
    }
  } finally {
    connection.close();
    database.close();
    await builder.close();
    for (const pond of ponds) await pond.close();
  }
});
