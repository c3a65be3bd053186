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
import { initPond, openPond } from '../support/pond.ts';
import { derivedLayer } from '../support/resourcePond.ts';
import { createResourceBench } from '../support/runContext.ts';
import '../support/userCache.ts';
import { type Cost, costOf, printCosts } from './support/cost.ts';
import { workerScript } from './support/processes.ts';
import { printMachine } from './support/machine.ts';
import { median } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { printRatio } from './support/report.ts';
import { type Scratch, withScratch } from './support/scratch.ts';
import { anySql } from '../support/anySql.ts';

const { batches, window, logMegabytes, addedMegabytes, rounds } = parametersOf(
  { batches: 10_000, window: 100, logMegabytes: 1000, addedMegabytes: 1, rounds: 5 },
  { batches: 12, window: 2, logMegabytes: 1, addedMegabytes: 0.1, rounds: 1 },
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

/** Costs of appends of ten rows, each with its commit, to a series of few versions and of many. */
async function appends({ make }: Scratch): Promise<void> {
  const folder = make('append');
  const pond = join(folder, 'pond');
  const file = join(folder, 'batch.csv');
  const append: Append = async (host, batch, path = '/levels') => {
    writeFileSync(file, header + rowsOf(batch * 10, 10));
    return await costOf(async () => {
      await host.call('append', { pond, sources: [file], path });
      await host.call('commit', { pond, message: 'batch' });
    });
  };
  // The first ones load the program.
  const warmUp = Math.min(20, window);
  const early = await withHost(async (host) => {
    await host.call('init', { directory: pond });
    for (let batch = 0; batch < warmUp; batch++) await append(host, batch);
    return await appendWindow(host, append, warmUp);
  });
  await fill(pond, batches - 2 * (warmUp + window));
  const late = await withHost(async (host) => {
    for (let batch = 0; batch < warmUp; batch++) await append(host, batches - warmUp - window + batch);
    return await appendWindow(host, append, batches - window);
  });
  const what = `append and commit of the last of ${batches} batches`;
  printCosts({ what, ours: late, peer: 'of the first', theirs: early, most: 1.2 });
  await inNewPond(pond, append);
}

type Append = (host: Host, batch: number, path?: string) => Promise<Cost>;

async function withHost<T>(work: (host: Host) => Promise<T>): Promise<T> {
  const host = connectLocal();
  try {
    return await work(host);
  } finally {
    await host.close();
  }
}

async function appendWindow(host: Host, append: Append, from: number): Promise<readonly Cost[]> {
  const costs: Cost[] = [];
  for (let batch = from; batch < from + window; batch++) costs.push(await append(host, batch));
  return costs;
}

/** Commits versions of the series with the content of its last one: a tenth of the time of an append. */
async function fill(directory: string, count: number): Promise<void> {
  const pond = await openPond(directory, { mode: 'write' });
  try {
    const root = await pond.fs.root();
    const chunks: Uint8Array[] = [];
    for await (const chunk of root.readStream('/levels')) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    for (let version = 0; version < count; version++) {
      await root.writeFile('/levels', content, { type: 'series' });
      await pond.commit({ message: 'batch', author: 'bench' });
    }
  } finally {
    await pond.close();
  }
}

/** The first append to the series by a program that has not read its versions, and queries over it. */
async function inNewPond(pond: string, append: Append): Promise<void> {
  await withHost(async (host) => {
    // Starts the process that reads files, and opens the pond.
    await append(host, 0, '/few');
    const ours = [await append(host, batches)];
    const theirs = [await append(host, 1, '/few')];
    const what = `first append and commit by another program, after ${batches} batches`;
    printCosts({ what, ours, peer: 'after one', theirs });
    const last = new Date(startMs + batches * 600_000).toISOString().slice(0, 10);
    const queried = (condition: string): Promise<Cost> =>
      costOf(() => host.call('query', { pond, sql: `SELECT avg(level) FROM "/levels" WHERE ${condition}` }));
    const [bounded, whole]: [Cost[], Cost[]] = [[], []];
    // The first round reads the list of versions.
    for (let round = 0; round <= rounds; round++) {
      bounded.push(await queried(`time >= '${last} 00:0${round}:00'`));
      whole.push(await queried(`time >= '${last} 00:0${round}:00' OR false`));
    }
    printCosts({
      what: 'query over the last day',
      ours: bounded.slice(1),
      peer: 'with all versions opened',
      theirs: whole.slice(1),
    });
  });
}

async function tail({ folder, make }: Scratch): Promise<void> {
  const logs = make('logs');
  const log = join(logs, 'x.log');
  const database = await openDatabase({ threads: 2 });
  const connection = await database.connect();
  const builder = createBuilder({ workerPath: workerScript });
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
    await connection.run(anySql(`COPY (FROM read_csv(${literal(log)})) TO ${literal(join(folder, 'log.parquet'))}`));
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
