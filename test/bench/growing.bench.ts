/**
 * Series that grow: one more batch of `pond append`, with its commit, after many and after few, and the first one after
 * the pond was opened again; a query over the last batch and over all; and a Tail of a log, the first run over all of it
 * and a run over what was added since.
 */
import { appendFileSync, openSync, closeSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createBuilder } from '../../server/src/build/builder.ts';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { connectLocal } from '../../server/src/main.ts';
import { runTail } from '../../server/src/resources/kinds/tail/run.ts';
import { createCache } from '../../server/src/storage/cache.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { initPond } from '../support/pond.ts';
import { derivedLayer } from '../support/resourcePond.ts';
import { createResourceBench } from '../support/runContext.ts';
import '../support/userCache.ts';
import { printMachine } from './support/machine.ts';
import { median } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { printRatio } from './support/report.ts';
import { type Scratch, withScratch } from './support/scratch.ts';

const { batches, window, logMegabytes, addedMegabytes, rounds } = parametersOf(
  { batches: 10_000, window: 100, logMegabytes: 1000, addedMegabytes: 1, rounds: 5 },
  { batches: 8, window: 2, logMegabytes: 1, addedMegabytes: 0.1, rounds: 1 },
);

type Host = ReturnType<typeof connectLocal>;

/** Time of the first row, milliseconds since 1970 UTC. */
const startMs = 1_577_836_800_000;

/** Rows of a station, each minute, about 40 bytes each. */
function rowsOf(from: number, count: number): string {
  const row = (minute: number): string =>
    `${new Date(startMs + minute * 60_000).toISOString().slice(0, 19).replace('T', ' ')},${(minute % 977) / 8},${(minute % 31) / 4}`;
  return `${Array.from({ length: count }, (_, index) => row(from + index)).join('\n')}\n`;
}

const header = 'time,level,rain\n';
const rowBytes = rowsOf(0, 1000).length / 1000;

printMachine();
await withScratch(async (scratch) => {
  await appends(scratch);
  await tail(scratch);
});

/** Milliseconds of each append of ten rows and its commit, in order. */
async function appends({ make }: Scratch): Promise<void> {
  const folder = make('append');
  const pond = join(folder, 'pond');
  const file = join(folder, 'batch.csv');
  const append: Append = async (host, batch, path = '/levels') => {
    writeFileSync(file, header + rowsOf(batch * 10, 10));
    const start = performance.now();
    await host.call('append', { pond, sources: [file], path });
    await host.call('commit', { pond, message: 'batch' });
    return performance.now() - start;
  };
  const host = connectLocal();
  try {
    await host.call('init', { directory: pond });
    const times: number[] = [];
    for (let batch = 0; batch < batches; batch++) times.push(await append(host, batch));
    const ours = median(times.slice(-window));
    // The first ones load the program.
    const theirs = median(times.slice(Math.min(20, window), Math.min(20, window) + window));
    printRatio({
      what: `append and commit of the last of ${batches} batches`,
      ours,
      peer: 'of the first',
      theirs,
      most: 1.2,
    });
  } finally {
    await host.close();
  }
  await inNewPond(pond, append);
}

type Append = (host: Host, batch: number, path?: string) => Promise<number>;

/** The first append to the series by a program that has not read its versions, and queries over it. */
async function inNewPond(pond: string, append: Append): Promise<void> {
  const host = connectLocal();
  try {
    // Starts the process that reads files.
    await append(host, 0, '/few');
    const first = await append(host, batches);
    const few = await append(host, 1, '/few');
    const what = `first append and commit by another program, after ${batches} batches`;
    printRatio({ what, ours: first, peer: 'after one', theirs: few });
    const last = new Date(startMs + batches * 600_000).toISOString().slice(0, 10);
    const queried = async (condition: string): Promise<number> => {
      const start = performance.now();
      await host.call('query', { pond, sql: `SELECT avg(level) FROM "/levels" WHERE ${condition}` });
      return performance.now() - start;
    };
    const [ours, theirs]: [number[], number[]] = [[], []];
    // The first round reads the list of versions.
    for (let round = 0; round <= rounds; round++) {
      ours.push(await queried(`time >= '${last} 00:0${round}:00'`));
      theirs.push(await queried(`time >= '${last} 00:0${round}:00' OR false`));
    }
    const [bounded, whole] = [median(ours.slice(1)), median(theirs.slice(1))];
    printRatio({ what: 'query over the last day', ours: bounded, peer: 'with all versions opened', theirs: whole });
  } finally {
    await host.close();
  }
}

async function tail({ folder, make }: Scratch): Promise<void> {
  const logs = make('logs');
  const log = join(logs, 'x.log');
  const database = await openDatabase({ threads: 2 });
  const connection = await database.connect();
  const builder = createBuilder();
  const cache = createCache(openHostDisk(join(folder, 'cache')), { bytesMax: 1e12 });
  const layer = derivedLayer(
    () => builder,
    () => cache,
  );
  const pond = await initPond(make('tail'), { layer });
  const document = `apiVersion: duckpond/v1\nkind: Tail\nname: log\ndesc: Bench\nspec:\n  pattern: ${logs}/*.log\n  lines: csv\n`;
  try {
    const bench = await createResourceBench(pond, 'Tail', document);
    const follow = async (): Promise<number> => {
      const start = performance.now();
      const { failure } = await bench.run(runTail, { materializer: pond.layer.materializer, now: () => 0 });
      if (failure !== undefined) throw new Error(JSON.stringify(failure));
      return performance.now() - start;
    };
    let minute = write(log, logMegabytes);
    const first = await follow();
    const start = performance.now();
    await connection.run(`COPY (FROM read_csv(${literal(log)})) TO ${literal(join(folder, 'log.parquet'))}`);
    const copy = performance.now() - start;
    printRatio({
      what: `first Tail of a log of ${logMegabytes} MB`,
      ours: first,
      peer: 'DuckDB to Parquet',
      theirs: copy,
    });
    const added: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const rows = Math.ceil((addedMegabytes * 1e6) / rowBytes);
      appendFileSync(log, rowsOf(minute, rows));
      minute += rows;
      added.push(await follow());
    }
    const what = `Tail of ${addedMegabytes} MB more`;
    printRatio({ what, ours: median(added), peer: `of the first ${logMegabytes} MB`, theirs: first });
  } finally {
    connection.close();
    database.close();
    await builder.close();
    await pond.close();
  }
}

/** Writes a log, and returns the minute after its last row. */
function write(log: string, megabytes: number): number {
  const target = openSync(log, 'w');
  let [bytes, minute] = [writeSync(target, header), 0];
  for (; bytes < megabytes * 1e6; minute += 10_000) bytes += writeSync(target, rowsOf(minute, 10_000));
  closeSync(target);
  return minute;
}
