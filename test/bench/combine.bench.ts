/**
 * Combine of twelve series of a pond, compared with hand-written SQL over the same Parquet: eleven full outer joins,
 * ordered by time, also written to Parquet. The first run, after one series grew by a hundredth, after the others did,
 * and reading the result. The query process of the pond is already running; DuckDB is in this process. Both write what
 * is still to be flushed; only the pond waits for the flush.
 */
import { createReadStream } from 'node:fs';
import { identifier, literalList } from '../../server/src/duckdb/sql.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { stageResource } from '../support/resourcePond.ts';
import { withDeriving } from './support/deriving.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { printRatio } from './support/report.ts';
import { anySql } from '../support/anySql.ts';

const { rows, ...rounds } = parametersOf(
  { rows: 500_000, rounds: 7, warmUp: 1 },
  { rows: 2_000, rounds: 1, warmUp: 0 },
);
const series = Array.from({ length: 12 }, (_, index) => index);
const columnsOf = (index: number): readonly string[] =>
  ['Temperature.C', 'DO.mg/L', 'Depth.m'].map((name) => `S${index}.${name}`);
const id = '5a0c7c55-2b3a-4f0e-9c56-2e1b3c5d7f91';
const document = `apiVersion: duckpond/v1
kind: Combine
name: bench
desc: Twelve instruments side by side
spec:
  scopes:
    - name: all
      series: [${series.map((index) => `{ pattern: '/data/s${index}' }`).join(', ')}]
`;

/**
 * Every ten minutes from 2015 on; each series lacks other rows, and every third has its times between those of the
 * others.
 */
const rowsSql = (index: number, start: number, count: number): string => `
  SELECT (1420070400 + i * 600 + ${index % 3 === 2 ? 300 : 0})::BIGINT AS "Timestamp",
    ${columnsOf(index)
      .map((name) => `round(10 + 8 * sin(i / 144) + random(), 2) AS ${identifier(name)}`)
      .join(', ')}
  FROM range(${start}, ${start + count}) t(i) WHERE (i + ${index}) % 50 <> 0`;

/** The hand-written query. */
function byHand(files: readonly (readonly string[])[]): string {
  const tables = files.map((paths, index) => `(FROM read_parquet(${literalList(paths)})) s${index}`);
  const [first, ...others] = tables;
  const columns = series.flatMap(columnsOf).sort().map(identifier).join(', ');
  const joins = others.map((table) => `FULL JOIN ${table} USING ("Timestamp")`).join(' ');
  return `SELECT "Timestamp", ${columns} FROM ${first!} ${joins} ORDER BY "Timestamp"`;
}

printMachine();
await withDeriving(async ({ pond, builder, connection, withCache, parquet }) => {
  async function combined(resources: ResourcePond, version: string): Promise<readonly HostFile[]> {
    const path = await (await (await resources.at(version)).root()).get(`/Combine/${id}/all/combine`);
    return await resources.hostFiles(path!.node);
  }

  /** Commits new versions of the series from `start` on, and returns the number of the commit. */
  async function commit(files: readonly string[], start = 0): Promise<string> {
    const root = await pond.fs.root();
    for (const [index, file] of files.slice(start).entries()) {
      const path = `/data/s${start + index}`;
      if (await root.exists(path)) await root.writeFile(path, createReadStream(file));
      else await root.createFile(path, createReadStream(file), { type: 'series' });
    }
    return String((await pond.commit({ message: 'data', author: 'bench' })).number);
  }

  /** Cost of appending to these files, compared with the whole query. */
  async function append(
    what: string,
    before: string,
    after: string,
    files: readonly (readonly string[])[],
  ): Promise<void> {
    const times = await interleaved(
      {
        plain: async () => void (await parquet('plain', byHand(files))),
        append: async (round) => {
          const resources = withCache(`${what}-${round}`);
          await combined(resources, before);
          const start = performance.now();
          await combined(resources, after);
          return performance.now() - start;
        },
      },
      rounds,
    );
    printRatio({ what, ours: times.append, peer: 'by hand', theirs: times.plain, most: 0.3 });
  }

  async function read(files: readonly string[]): Promise<void> {
    const union = files.length > 1 ? ', union_by_name = true' : '';
    await connection.rows(
      anySql(`SELECT count(COLUMNS(*)), max(COLUMNS(*)) FROM read_parquet(${literalList(files)}${union})`),
    );
  }

  const first = await Promise.all(series.map((index) => parquet(`first-${index}`, rowsSql(index, 0, rows))));
  const second = await Promise.all(
    series.map((index) => parquet(`second-${index}`, rowsSql(index, rows, Math.ceil(rows / 100)))),
  );
  await (await pond.fs.root()).createDirectory('/data');
  await stageResource(withCache('none'), id, document);
  const before = await commit(first);
  const oneMore = await commit(second.slice(0, 1));
  await builder.run({ statements: ['SELECT 1'] });

  let ours: readonly HostFile[] = [];
  let theirs = '';
  const times = await interleaved(
    {
      plain: async () => void (theirs = await parquet('plain', byHand(first.map((file) => [file])))),
      first: async (round) => {
        const resources = withCache(`cache-${round}`);
        const start = performance.now();
        ours = await combined(resources, before);
        return performance.now() - start;
      },
    },
    rounds,
  );
  printRatio({ what: 'first time', ours: times.first, peer: 'by hand', theirs: times.plain, most: 1.2 });

  const hostPaths = ours.map(({ hostPath }) => hostPath);
  const reads = await interleaved({ plain: () => read([theirs]), parts: () => read(hostPaths) }, rounds);
  printRatio({ what: 'reading it', ours: reads.parts, peer: 'the one by hand', theirs: reads.plain, most: 1.2 });

  await append(
    'after 1 % more of one',
    before,
    oneMore,
    first.map((file, index) => (index === 0 ? [file, second[0]!] : [file])),
  );
  const allMore = await commit(second, 1);
  await append(
    'after 1 % more of the others',
    oneMore,
    allMore,
    first.map((file, index) => [file, second[index]!]),
  );
});
