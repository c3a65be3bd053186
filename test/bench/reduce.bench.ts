/**
 * Reduce of a series in a pond to five resolutions, compared with five plain DuckDB queries over the same Parquet, each
 * of which writes its result to Parquet too: the first run, after an append of a hundredth, and reading the result. Then
 * single statistics of a fifth of the rows, in processor time. The query process of the pond is already running; DuckDB
 * is in this process. Both write what is still to be flushed; only the pond waits for the flush.
 */
import { createReadStream } from 'node:fs';
import { literalList } from '../../server/src/duckdb/sql.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { stageResource } from '../support/resourcePond.ts';
import { withDeriving } from './support/deriving.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { compareStatistics } from './support/reduceStatistics.ts';
import { printRatio } from './support/report.ts';
import { anySql } from '../support/anySql.ts';

const { rows, ...rounds } = parametersOf(
  { rows: 10_000_000, rounds: 5, warmUp: 1 },
  { rows: 10_000, rounds: 1, warmUp: 0 },
);
const resolutions = ['1h', '2h', '4h', '12h', '24h'];
const values = ['Buoy.Temperature.C', 'Buoy.DO.mg/L', 'Buoy.Count.n'];
const id = '5a0c7c55-2b3a-4f0e-9c56-2e1b3c5d7f90';
const document = `apiVersion: duckpond/v1
kind: Reduce
name: bench
desc: Minutes by hours
spec:
  collections:
    - name: hours
      resolutions: [${resolutions.join(', ')}]
      datasets:
        - { in_pattern: /data/minutes, out_pattern: buoy }
`;

/** One-minute data from 2005 on. */
const rowsSql = (start: number, count: number): string => `
  SELECT (1104537600 + i * 60)::BIGINT AS "Timestamp", round(10 + 8 * sin(i / 83_000) + random(), 2) AS "${values[0]}",
    round(8 + random() * 2, 3) AS "${values[1]}", (random() * 1000)::INTEGER AS "${values[2]}"
  FROM range(${start}, ${start + count}) t(i)`;

printMachine();
await withDeriving(async (deriving) => {
  const { pond, builder, connection, withCache, parquet } = deriving;
  /** Computes the outputs of a version, one after the other. */
  async function reduced(resources: ResourcePond, version: string): Promise<readonly HostFile[][]> {
    const root = await (await resources.at(version)).root();
    const made: HostFile[][] = [];
    for (const resolution of resolutions) {
      const path = await root.get(`/Reduce/${id}/hours/buoy/res=${resolution}`);
      made.push([...(await resources.hostFiles(path!.node))]);
    }
    return made;
  }

  const statistics = values
    .flatMap((name) => ['avg', 'min', 'max'].map((what) => `${what}("${name}") AS "${name}.${what}"`))
    .join(', ');
  async function plain(files: readonly string[]): Promise<string[]> {
    const made: string[] = [];
    for (const resolution of resolutions) {
      const hours = resolution.slice(0, -1);
      const sql = `SELECT time_bucket(INTERVAL '${hours} hours', make_timestamp("Timestamp" * 1000000)) AS "Timestamp", ${statistics}
        FROM read_parquet(${literalList(files)}) GROUP BY 1 ORDER BY 1`;
      made.push(await parquet(`plain-${resolution}`, sql));
    }
    return made;
  }

  async function read(outputs: readonly (readonly string[])[]): Promise<void> {
    for (const files of outputs) {
      const union = files.length > 1 ? ', union_by_name = true' : '';
      // Counts and extremes alone would be read from the footers.
      const sums = `sum(epoch_us("Timestamp")), sum(COLUMNS(* EXCLUDE ("Timestamp")))`;
      await connection.rows(anySql(`SELECT ${sums} FROM read_parquet(${literalList(files)}${union})`));
    }
  }

  const appended = Math.ceil(rows / 100);
  const first = await parquet('first', rowsSql(0, rows));
  const second = await parquet('second', rowsSql(rows, appended));
  const root = await pond.fs.root();
  await root.createDirectory('/data');
  await root.createFile('/data/minutes', createReadStream(first), { type: 'series' });
  await stageResource(withCache('none'), id, document);
  const before = String((await pond.commit({ message: 'first', author: 'bench' })).number);
  await root.writeFile('/data/minutes', createReadStream(second));
  const after = String((await pond.commit({ message: 'second', author: 'bench' })).number);
  await builder.run({ statements: ['SELECT 1'] });

  let resources = withCache('cache');
  let ours: readonly HostFile[][] = [];
  let theirs: string[] = [];
  const times = await interleaved(
    {
      plain: async () => void (theirs = await plain([first])),
      first: async (round) => {
        resources = withCache(`cache-${round}`);
        const start = performance.now();
        await reduced(resources, before);
        return performance.now() - start;
      },
    },
    rounds,
  );
  printRatio({ what: 'first run', ours: times.first, peer: 'plain', theirs: times.plain, most: 1.2 });

  const again = await interleaved(
    {
      plain: async () => void (theirs = await plain([first, second])),
      append: async (round) => {
        resources = withCache(`again-${round}`);
        await reduced(resources, before);
        const start = performance.now();
        ours = await reduced(resources, after);
        return performance.now() - start;
      },
    },
    rounds,
  );
  printRatio({ what: 'after 1 % more', ours: again.append, peer: 'plain', theirs: again.plain, most: 0.05 });

  const reads = await interleaved(
    {
      plain: () => read(theirs.map((file) => [file])),
      parts: () => read(ours.map((files) => files.map(({ hostPath }) => hostPath))),
      reduce: async () => {
        await read((await reduced(resources, after)).map((files) => files.map(({ hostPath }) => hostPath)));
      },
    },
    { ...rounds, rounds: rounds.rounds * 4 },
  );
  printRatio({ what: 'second read', ours: reads.reduce, peer: 'its Parquet', theirs: reads.parts, most: 1.1 });
  printRatio({ what: 'second read', ours: reads.reduce, peer: 'plain Parquet', theirs: reads.plain });

  // A direction that drifts, with a value missing now and then.
  const direction = `SELECT (1104537600 + i * 60)::BIGINT AS "Timestamp", CASE WHEN random() < 0.9 THEN (i / 7.3) % 360 END AS v`;
  const file = await parquet('direction', `${direction} FROM range(${Math.ceil(rows / 5)}) t(i)`);
  await root.createFile('/data/direction', createReadStream(file), { type: 'series' });
  await compareStatistics(deriving, { path: '/data/direction', file }, rounds);
});
