/**
 * A cold build of a Derive and a Reduce over few small files: the processor time of all builds, with databases that
 * serve one request after another, against a database for each request, and against one database without a lock for
 * everything but the SQL of the document. All run in this process.
 */
import { join } from 'node:path';
import { inspectFiles } from '../../server/src/build/inspectFiles.ts';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { type Builder } from '../../server/src/sandbox/build.ts';
import { plainRow } from '../../server/src/sandbox/plainValue.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { runResources } from '../../server/src/resources/runs/runner.ts';
import { createCache } from '../../server/src/storage/cache.ts';
import { BuildOperations } from '../../server/src/worker/buildOperations.ts';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { initPond } from '../support/pond.ts';
import { derivedLayer, stageResource } from '../support/resourcePond.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { author } from './support/ponds.ts';
import { printRatio } from './support/report.ts';
import { withScratch } from './support/scratch.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { anySql } from '../support/anySql.ts';

const { few, many, rows, ...rounds } = parametersOf(
  { few: 12, many: 48, rows: 500, rounds: 7, warmUp: 1 },
  { few: 2, many: 3, rows: 10, rounds: 1, warmUp: 0 },
);

const deriveDocument = `apiVersion: duckpond/v1
kind: Derive
name: gauges
desc: Gauges as series
spec:
  collections:
    - name: all
      pattern: /data/*.csv
      query: |
        SELECT "Timestamp", level * 2 AS "Gauge.Level.cm" FROM read_csv('$1') ORDER BY 1
`;

const reduceDocument = `apiVersion: duckpond/v1
kind: Reduce
name: hours
desc: Gauges by hours
spec:
  collections:
    - name: hours
      resolutions: [1h, 1d]
      datasets:
        - { in_pattern: /Derive/gauges/all/*, out_pattern: $0 }
`;

printMachine();
await withScratch(async ({ make, folder }) => {
  const database = await openDatabase();
  const connection = await database.connect();
  const settings = (name: string) => ({ memoryLimitBytes: 1024 ** 3, threads: 2, spillDirectory: make(name) });
  const pooled = builderOf(new BuildOperations(settings('pooled'), openHostDisk));
  const builders = {
    pooled,
    single: builderOf(new BuildOperations(settings('single'), openHostDisk, 1)),
    open: { ...pooled, ...unlocked(connection) },
  };
  for (const count of [few, many]) {
    const contender = (name: keyof typeof builders) => async (round: number) => {
      const cache = createCache(openHostDisk(join(folder, `cache of ${count} ${name} ${round}`)), { bytesMax: 1e12 });
      const layer = derivedLayer(
        () => builders[name],
        () => cache,
      );
      const pond = await initPond(make(`pond of ${count} ${name} ${round}`), { layer });
      await fill(pond, count);
      const before = process.cpuUsage();
      await run(pond, count);
      const { user, system } = process.cpuUsage(before);
      await pond.close();
      return (user + system) / 1000;
    };
    const times = await interleaved(
      { pooled: contender('pooled'), single: contender('single'), open: contender('open') },
      rounds,
    );
    const what = `Derive and Reduce of ${count} files, processor time`;
    printRatio({ what, ours: times.pooled, peer: 'a database for each request', theirs: times.single, most: 0.6 });
    printRatio({ what, ours: times.pooled, peer: 'one database without a lock', theirs: times.open, most: 1.3 });
  }
  connection.close();
  database.close();
});

/** A builder in this process. */
function builderOf(operations: BuildOperations): Builder {
  const never = new AbortController().signal;
  return {
    fromUserSql: async (build, signal = never) => void (await operations.buildUser({ build }, signal)),
    run: (sql, signal = never) => operations.statements({ sql }, signal),
    notations: async (files, signal = never) =>
      (await operations.notations({ files }, signal)).map((found) => found ?? undefined),
    tableRuns: (files, notation, signal = never) =>
      operations.tableRuns({ files, ...(notation && { notation }) }, signal),
    inspect: (hostPaths, signal = never) => operations.inspect({ hostPaths }, signal),
    close: () => Promise.resolve(),
  };
}

/** Requests for generated SQL as one database serves them that can open every file. */
function unlocked(connection: Connection): Pick<Builder, 'run' | 'inspect'> {
  return {
    async run({ statements }) {
      for (const statement of statements.slice(0, -1)) await connection.run(anySql(statement));
      return (await connection.rows(anySql(statements.at(-1) ?? ''))).map(plainRow);
    },
    inspect: (hostPaths) => inspectFiles(connection, hostPaths),
  };
}

async function fill(pond: ResourcePond, count: number): Promise<void> {
  const root = await pond.fs.root();
  await root.createDirectory('/data');
  for (let index = 0; index < count; index++)
    await root.writeFile(`/data/g${index}.csv`, Buffer.from(contentOf(index)));
  await stageResource(pond, '5a0c7c55-2b3a-4f0e-9c56-2e1b3c5d7f91', deriveDocument);
  await stageResource(pond, '5a0c7c55-2b3a-4f0e-9c56-2e1b3c5d7f92', reduceDocument);
  await pond.commit({ message: 'fill', author });
}

async function run(pond: ResourcePond, count: number): Promise<void> {
  for (const name of ['Derive/gauges', 'Reduce/hours']) {
    const [result] = await runResources(pond, {
      effects: { author, env: () => undefined, grants: { has: () => true }, now: Date.now },
      signal: new AbortController().signal,
      progress: () => undefined,
      names: [name],
    });
    const { status, error, files } = result!.record;
    if (status !== 'ok' || files < count) throw new Error(`${status}, ${files} files: ${error?.message}`);
  }
}

/** Minutes, no two files alike. */
function contentOf(index: number): string {
  const line = (row: number): string => `${1_700_000_000 + row * 60},${index + row / 8},ok`;
  return `Timestamp,level,state\n${Array.from({ length: rows }, (_, row) => `${line(row)}\n`).join('')}`;
}
