/**
 * Peak memory. Of the commands that import a large file, commit and export it, and that run an Inbox with it, compared
 * with the limit of 256 MiB. Of the processes that run a query over three million rows, and that derive a series of a
 * large CSV file and reduce it, compared with the memory limits that they were given.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { initPond } from '../support/pond.ts';
import { createBuilder } from '../../server/src/build/builder.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { createCache } from '../../server/src/storage/cache.ts';
import { derivedLayer, stageResource } from '../support/resourcePond.ts';
import { makeFlightsPond } from '../sql/testPond.ts';
import { printMachine } from './support/machine.ts';
import { parametersOf } from './support/parameters.ts';
import { childrenOf, peakMemory } from './support/processFacts.ts';
import { pondScript, runNode } from './support/processes.ts';
import { printRatio } from './support/report.ts';
import { type Scratch, withScratch } from './support/scratch.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';

const parameters = parametersOf(
  { mebibytes: 2048, queryMebibytes: 512, csvMebibytes: 1024 },
  { mebibytes: 3, queryMebibytes: 512, csvMebibytes: 3 },
);
const mebibyte = 2 ** 20;
const peakReporter = new URL('./support/peakMemory.mjs', import.meta.url).href;

printMachine();
await withScratch(largeFile);
await query();
await withScratch(derived);

async function largeFile({ folder: cwd }: Scratch): Promise<void> {
  const [source, target] = [join(cwd, 'large.bin'), join(cwd, 'out')];
  await pipeline(Readable.from(content(parameters.mebibytes)), createWriteStream(source));
  const pond = join(cwd, '.pond');
  const limit = { peer: 'limit', theirs: 256, unit: 'MiB', most: 1 } as const;
  const node = await peakOf(cwd, ['-e', '0']);
  await peakOf(cwd, [pondScript, '--pond', pond, 'init', pond]);
  for (const [what, ...args] of [
    [`import of ${parameters.mebibytes} MiB`, 'import', source, '/'],
    ['its commit', 'commit', '-m', 'large'],
    ['its export', 'export', '/large.bin', target],
    ['applying an Inbox of it', 'apply', '-f', inboxOf(cwd, source)],
    ['committing that', 'commit', '-m', 'inbox'],
    ['the run of the Inbox', 'run'],
  ] as const) {
    const peak = await peakOf(cwd, [pondScript, '--pond', pond, ...args]);
    printRatio({ what, ours: peak, ...limit });
    printRatio({ what, ours: peak, peer: 'node -e 0', theirs: node, unit: 'MiB' });
  }
  if ((await digest(source)) !== (await digest(join(target, 'large.bin')))) throw new Error('the export differs');
}

/** Writes the document of an Inbox with one file. */
function inboxOf(folder: string, source: string): string {
  const file = join(folder, 'inbox.yaml');
  const spec = `spec: { pattern: '${source}' }`;
  writeFileSync(file, `apiVersion: duckpond/v1\nkind: Inbox\nname: large\ndesc: One large file\n${spec}\n`);
  return file;
}

/** Runs node to its end and returns its peak memory, MiB. */
async function peakOf(cwd: string, args: readonly string[]): Promise<number> {
  const file = join(cwd, 'peak');
  await runNode(['--import', peakReporter, ...args], { cwd, env: { PEAK_MEMORY_FILE: file } });
  return Number(readFileSync(file, 'utf8')) / mebibyte;
}

/** Bytes that cannot be compressed, the same each time. */
function* content(mebibytes: number): Generator<Uint8Array> {
  let seed = 0x9e3779b9;
  for (let chunk = 0; chunk < mebibytes; chunk++) {
    const words = new Uint32Array(mebibyte / 4);
    for (let i = 0; i < words.length; i++) {
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      words[i] = seed;
    }
    yield new Uint8Array(words.buffer);
  }
}

async function digest(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

async function query(): Promise<void> {
  const made = await makeFlightsPond();
  const workerPath = fileURLToPath(new URL('../../out/queryWorker.mjs', import.meta.url));
  const limit = parameters.queryMebibytes;
  const engine = new QueryEngine({ openDisk: openHostDisk, limits: { memoryBytesMax: limit * mebibyte }, workerPath });
  try {
    const sql = 'SELECT origin, count(*) AS n, avg(delay) AS d FROM "/flights/flights-3m.parquet" GROUP BY ALL';
    await engine.run(made.pond, { sql });
    const peak = peakMemory(engine.processId() ?? 0);
    printRatio({ what: 'aggregate over flights-3m', ours: peak, peer: 'limit', theirs: limit, unit: 'MiB', most: 1 });
  } finally {
    await engine.close();
    await made.close();
  }
}

/** A series of a CSV file, and hours and days of that series. */
async function derived({ folder, make }: Scratch): Promise<void> {
  const workerPath = fileURLToPath(new URL('../../out/queryWorker.mjs', import.meta.url));
  const limit = parameters.queryMebibytes;
  const builder = createBuilder({ memoryLimitBytes: limit * mebibyte, workerPath });
  const cache = createCache(openHostDisk(join(folder, 'cache')), { bytesMax: 1e12 });
  const layer = derivedLayer(
    () => builder,
    () => cache,
  );
  const pond = await initPond(make('pond'), { layer });
  try {
    const root = await pond.fs.root();
    await root.createDirectory('/data');
    await root.writeFile('/data/large.csv', Readable.from(csv(parameters.csvMebibytes)));
    const head = (kind: string): string => `apiVersion: duckpond/v1\nkind: ${kind}\nname: bench\ndesc: Bench\nspec: `;
    const derive = `{ collections: [{ name: all, pattern: /data/large.csv, query: 'SELECT * FROM "$1"' }] }`;
    const datasets = `[{ in_pattern: /Derive/bench/all/*, out_pattern: n }]`;
    const reduce = `{ collections: [{ name: all, resolutions: [1h, 1d], datasets: ${datasets} }] }`;
    await stageResource(pond, '5a0c7c55-2b3a-4f0e-9c56-2e1b3c5d7f92', head('Derive') + derive);
    await stageResource(pond, '5a0c7c55-2b3a-4f0e-9c56-2e1b3c5d7f93', head('Reduce') + reduce);
    await pond.commit({ message: 'bench', author: 'bench' });
    const top = await (await pond.at('HEAD')).root();
    for (const pattern of ['/Derive/bench/all/*', '/Reduce/bench/all/n/res=1h', '/Reduce/bench/all/n/res=1d']) {
      for await (const { node } of top.visit(pattern)) await pond.hostFiles(node.node);
      const peak = Math.max(0, ...childrenOf(process.pid).map(peakMemory));
      const what = `making ${pattern} of ${parameters.csvMebibytes} MiB of CSV`;
      printRatio({ what, ours: peak, peer: 'limit', theirs: limit, unit: 'MiB', most: 1 });
    }
  } finally {
    await builder.close();
    await pond.close();
  }
}

/** Rows of minutes with two values, about a number of mebibytes. */
function* csv(mebibytes: number): Generator<Uint8Array> {
  const linesEach = 25_000;
  yield Buffer.from('Timestamp,a,b\n');
  for (let [bytes, minute] = [0, 0]; bytes < mebibytes * mebibyte;) {
    let lines = '';
    for (let line = 0; line < linesEach; line++, minute++) {
      lines += `${1_000_000_000 + minute * 60},${(minute % 1789) / 100},${((minute * 7919) % 104_729) / 1000}\n`;
    }
    bytes += lines.length;
    yield Buffer.from(lines);
  }
}
