/**
 * The run of a Derive resource over many small CSV files, each converted to a series by the user's SQL in a sandbox,
 * compared with the same SQL for each file on one open DuckDB, which writes the same Parquet. Both write what is still
 * to be flushed; only the pond waits for the flush. The query process of the pond is already running; DuckDB is in this
 * process.
 */
import { join } from 'node:path';
import { literal } from '../../server/src/duckdb/sql.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { runResources } from '../../server/src/resources/runs/runner.ts';
import { stageResource } from '../support/resourcePond.ts';
import { withDeriving } from './support/deriving.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { author } from './support/ponds.ts';
import { printRatio } from './support/report.ts';
import { anySql } from '../support/anySql.ts';

const { files, rows, ...rounds } = parametersOf(
  { files: 500, rows: 200, rounds: 5, warmUp: 1 },
  { files: 4, rows: 10, rounds: 1, warmUp: 0 },
);
const id = '5a0c7c55-2b3a-4f0e-9c56-2e1b3c5d7f91';

/** The queries of the two collections: one reads the file by a function, the other as a table. */
const queries = {
  reader: `SELECT epoch(day)::BIGINT AS "Timestamp", level * 2 AS "Gauge.Level.cm" FROM read_csv('$1') ORDER BY 1`,
  table: `SELECT epoch(day)::BIGINT AS "Timestamp", level * 2 AS "Gauge.Level.cm" FROM "$1" ORDER BY 1`,
};

printMachine();
await withDeriving(async ({ make, builder, connection, withCache }) => {
  async function fill(resources: ResourcePond): Promise<readonly HostFile[]> {
    const root = await resources.fs.root();
    await root.createDirectory('/data');
    await root.backend.batch(async () => {
      for (let index = 0; index < files; index++) await root.writeFile(pathOf(index), Buffer.from(contentOf(index)));
    });
    for (const [name, query] of Object.entries(queries))
      await stageResource(resources, idOf(name), documentOf(name, query));
    await resources.commit({ message: 'fill', author });
    const inputs: HostFile[] = [];
    for (let index = 0; index < files; index++) {
      inputs.push(...(await resources.hostFiles((await root.get(pathOf(index)))!.node)));
    }
    return inputs;
  }

  const inputs = await fill(withCache('none'));
  await builder.run({ statements: ['SELECT 1'] });
  for (const [name, query] of Object.entries(queries)) {
    const times = await interleaved(
      {
        plain: async (round) => {
          const results = make(`plain-${name}-${round}`);
          for (const [index, { hostPath }] of inputs.entries()) {
            const sql = query.replace(/FROM .*\$1\S*/, () => `FROM read_csv(${literal(hostPath)})`);
            await connection.run(anySql(`COPY (${sql}) TO ${literal(join(results, String(index)))} (FORMAT parquet)`));
          }
        },
        derive: async (round) => {
          await run(withCache(`cache-${name}-${round}`), name);
        },
      },
      rounds,
    );
    const what = name === 'reader' ? `${files} files by read_csv('$1')` : `${files} files by FROM "$1"`;
    printRatio({ what, ours: times.derive, peer: 'the same SQL for each on one DuckDB', theirs: times.plain });
  }
});

async function run(pond: ResourcePond, name: string): Promise<void> {
  const [result] = await runResources(pond, {
    effects: { author, env: () => undefined, grants: { has: () => true }, now: Date.now },
    signal: new AbortController().signal,
    progress: () => undefined,
    names: [`Derive/${name}`],
  });
  const { status, rows: made, error } = result!.record;
  if (status !== 'ok' || made !== files * rows) throw new Error(`${status}, ${made} rows: ${error?.message}`);
}

function pathOf(index: number): string {
  return `/data/gauge${index}.csv`;
}

/** All different. */
function contentOf(index: number): string {
  const line = (row: number): string => `2024-01-01 ${String(row % 24).padStart(2, '0')}:00:00,${index + row / 8},ok`;
  return `day,level,state\n${Array.from({ length: rows }, (_, row) => `${line(row)}\n`).join('')}`;
}

function idOf(name: string): string {
  return id.replace(/.$/, name === 'reader' ? '1' : '2');
}

function documentOf(name: string, query: string): string {
  return `apiVersion: duckpond/v1
kind: Derive
name: ${name}
desc: Gauges as series
spec:
  collections:
    - name: all
      pattern: /data/*.csv
      query: |
        ${query}
`;
}
