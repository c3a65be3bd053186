/** Reduces of single statistics, each compared with a plain DuckDB query for the same values. */
import assert from 'node:assert/strict';
import { literalList } from '../../../server/src/duckdb/sql.ts';
import { stageResource } from '../../support/resourcePond.ts';
import { type Deriving } from './deriving.ts';
import { interleaved, type Rounds } from './measure.ts';
import { processorMs } from './processorTime.ts';
import { printRatio } from './report.ts';

/** A statistic of a column in a document, and the same of a bucket of plain rows. */
interface Compared {
  readonly what: string;
  /** Fields of the dataset. */
  readonly fields: string;
  /** Aggregates of the rows `t, v`, by bucket. */
  readonly plain: string;
  /** The rows, where they are not those of the file. */
  readonly from?: (rows: string) => string;
}

const counterSteps = (rows: string): string =>
  `SELECT *, lag(v) OVER (PARTITION BY time_bucket(INTERVAL 1 hour, t) ORDER BY t) AS b FROM (${rows})`;

const compared: readonly Compared[] = [
  {
    what: 'median, p05 and p95',
    fields: 'statistics: [median, p05, p95]',
    plain: 'quantile_cont(v, 0.5), quantile_cont(v, 0.05), quantile_cont(v, 0.95)',
  },
  {
    what: 'circular mean',
    fields: 'statistics: [circular]',
    plain: '(degrees(atan2(sum(sin(radians(v))), sum(cos(radians(v))))) + 360) % 360',
  },
  {
    what: 'rate of a counter',
    fields: 'statistics: [rate]',
    plain: 'sum(CASE WHEN v >= b THEN v - b ELSE v END) FILTER (b IS NOT NULL) / (epoch(max(t)) - epoch(min(t)))',
    from: counterSteps,
  },
  {
    what: 'mean with coverage',
    fields: 'statistics: [avg], coverage: 0.75, step: 1m',
    plain: 'CASE WHEN count(v) >= 45 THEN avg(v) END',
  },
];

/** A series of a value at each minute, as a file of the host and in the pond. */
interface Minutes {
  /** Pond path of the series, with the column `v`. */
  readonly path: string;
  readonly file: string;
}

/** Prints, for each statistic by hours, the processor time of a first run and of the plain query; both write Parquet. */
export async function compareStatistics(
  { pond, withCache, parquet }: Deriving,
  { path, file }: Minutes,
  rounds: Rounds,
): Promise<void> {
  const rows = `SELECT make_timestamp("Timestamp" * 1000000) AS t, v FROM read_parquet(${literalList([file])})`;
  for (const [index, { what, fields, plain, from = (own: string): string => own }] of compared.entries()) {
    const id = `5a0c7c55-2b3a-4f0e-9c56-${String(index).padStart(12, '0')}`;
    const dataset = `{ in_pattern: ${path}, out_pattern: out, columns: [v], ${fields} }`;
    const spec = `spec:\n  collections:\n    - { name: c, resolutions: [1h], datasets: [${dataset}] }\n`;
    const resources = withCache('none');
    const home = await stageResource(resources, id, `apiVersion: v1\nkind: Reduce\nname: s${index}\ndesc: d\n${spec}`);
    const sql = `SELECT time_bucket(INTERVAL 1 hour, t) AS b, ${plain} FROM (${from(rows)}) GROUP BY 1 ORDER BY 1`;
    const measured = async (work: () => Promise<unknown>): Promise<number> => {
      const before = processorMs();
      await work();
      return processorMs() - before;
    };
    const times = await interleaved(
      {
        plain: () => measured(() => parquet('plain', sql)),
        ours: async (round) => {
          withCache(`statistic-${index}-${round}`);
          const at = await (await pond.fs.root()).get(`${home}/c/out/res=1h`);
          assert.ok(at !== undefined, 'the output is listed');
          return await measured(() => pond.hostFiles(at.node));
        },
      },
      rounds,
    );
    printRatio({ what: `${what}, processor time`, ours: times.ours, peer: 'plain', theirs: times.plain });
  }
}
