/**
 * Plots of a long table, compared with the statement of DuckDB that computes the same in this process: the first picture,
 * and a hundredth of it. With `--columns 500 --rows 3000000`, the picture of the first four of many columns. Both are
 * warm; rounds alternate.
 */
import { join } from 'node:path';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { parquetReading } from '../../server/src/sandbox/formats.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { QueryOperations } from '../../server/src/worker/queryOperations.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { digits, printRatio } from './support/report.ts';
import { anySql } from '../support/anySql.ts';

const { rows, columns, all, ...rounds } = parametersOf(
  { rows: 10_000_000, columns: 1, all: 0, rounds: 11, warmUp: 2 },
  { rows: 10_000, columns: 2, all: 0, rounds: 1, warmUp: 0 },
);
const pixels = 1200;
const shown = Math.min(4, columns);
const [start, step] = [1_600_000_000_000, 60_000];
const end = start + (rows - 1) * step;

printMachine();
const temporary = makeTemporaryDirectory('duckpond-bench');
const file = join(temporary.path, 'series.parquet');
const settings = { memoryLimitBytes: 1024 ** 3, threads: 2, spillDirectory: join(temporary.path, 'spill') };
const database = await openDatabase({ ...settings, spillDirectory: join(temporary.path, 'bare') });
const connection = await database.connect();
const operations = await QueryOperations.open(settings, openHostDisk);
const table = { files: [{ hostPath: file, sizeBytes: 0, pondPath: '/series.parquet', reading: parquetReading }] };
const names = Array.from({ length: columns }, (_, index) => `c${index}`);

/** A part of the x axis, milliseconds since 1970. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/** The plot of some columns. */
async function ours(ys: readonly string[], range?: Range): Promise<void> {
  const plot = { kind: 'lines', x: 'time', ys, pixels, ...(range && { range }) } as const;
  await operations.tables.tablePlot({ table, view: { sort: [], filters: [] }, plot }, new AbortController().signal);
}

/** The statement that reduces the same columns, as somebody would write it for this file. */
function bare({ low, high }: Range): string {
  const us = (ms: number): string => `make_timestamp(${Math.round(ms * 1000)})`;
  const width = ((high - low) * 1000) / pixels;
  const facts = names
    .slice(0, shown)
    .map((name) => `arg_min(${name}, time), arg_max(${name}, time), min(${name}), max(${name}), count(${name})`);
  return `SELECT CAST(floor((epoch_us(time) - ${low * 1000}) / ${width}) AS INTEGER) AS pixel, min(time), max(time), count(*),
    ${facts.join(', ')} FROM '${file}' WHERE time BETWEEN ${us(low)} AND ${us(high)} GROUP BY pixel ORDER BY pixel`;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

try {
  const values = names.map((name, index) => `sin(i / ${100 + index}.0) + (i % ${7 + index}) AS ${name}`);
  await connection.run(
    anySql(`COPY (SELECT make_timestamp(${start * 1000} + i * ${step * 1000}) AS time, ${values.join(', ')}
    FROM range(${rows}) t(i)) TO '${file}' (FORMAT parquet)`),
  );
  const part = (end - start) / 100;
  const middle = { low: start + part * 50, high: start + part * 51 };
  for (const [what, range] of [
    [`first picture of ${shown} of ${columns} columns, ${rows} rows`, undefined],
    ['a hundredth of it', middle],
  ] as const) {
    const statement = bare(range ?? { low: start, high: end });
    const work = { bare: () => connection.rows(anySql(statement)), engine: () => ours(names.slice(0, shown), range) };
    const times = await interleaved({ bare: () => timeOf(work.bare), engine: () => timeOf(work.engine) }, rounds);
    printRatio({ what, ours: times.engine, peer: 'bare DuckDB', theirs: times.bare, most: 1.5 });
  }
  if (all > 0) {
    const time = await timeOf(async () => {
      for (let at = 0; at < columns; at += 16) await ours(names.slice(at, at + 16));
    });
    console.log(`all ${columns} columns: ${digits(time)} ms`);
  }
} finally {
  connection.close();
  database.close();
  temporary.remove();
}
