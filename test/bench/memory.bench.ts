/**
 * Peak memory: of the command that imports a large file, commits and exports it again, against the limit of 256 MiB; of the
 * process that runs a query over three million rows, against the memory limit that it was given.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createQueryEngine } from '../../server/src/query/engine.ts';
import { makeTestPond } from '../query/testPond.ts';
import { printMachine } from './support/machine.ts';
import { parametersOf } from './support/parameters.ts';
import { pondScript, runNode } from './support/processes.ts';
import { printRatio } from './support/report.ts';
import { type Scratch, withScratch } from './support/scratch.ts';

const parameters = parametersOf({ mebibytes: 2048, queryMebibytes: 512 }, { mebibytes: 3, queryMebibytes: 512 });
const mebibyte = 2 ** 20;
const peakMemory = new URL('./support/peakMemory.mjs', import.meta.url).href;

printMachine();
await withScratch(largeFile);
await query();

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
  ] as const) {
    const peak = await peakOf(cwd, [pondScript, '--pond', pond, ...args]);
    printRatio({ what, ours: peak, ...limit });
    printRatio({ what, ours: peak, peer: 'node -e 0', theirs: node, unit: 'MiB' });
  }
  if ((await digest(source)) !== (await digest(join(target, 'large.bin')))) throw new Error('the export differs');
}

/** Runs node to its end and returns the most memory that it held, MiB. */
async function peakOf(cwd: string, args: readonly string[]): Promise<number> {
  const file = join(cwd, 'peak');
  await runNode(['--import', peakMemory, ...args], { cwd, env: { PEAK_MEMORY_FILE: file } });
  return Number(readFileSync(file, 'utf8')) / mebibyte;
}

/** Bytes that no compression makes smaller, the same each time. */
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
  const made = await makeTestPond();
  const workerPath = fileURLToPath(new URL('../../out/queryWorker.mjs', import.meta.url));
  const limit = parameters.queryMebibytes;
  const engine = createQueryEngine({ memoryLimitBytes: limit * mebibyte, workerPath });
  try {
    const sql = 'SELECT origin, count(*) AS n, avg(delay) AS d FROM "/flights/flights-3m.parquet" GROUP BY ALL';
    await engine.run(made.pond, { sql });
    const peak = peakOfProcess(engine.processId());
    if (peak === undefined) console.log('query: this system does not tell the peak memory of a process');
    else
      printRatio({ what: 'aggregate over flights-3m', ours: peak, peer: 'limit', theirs: limit, unit: 'MiB', most: 1 });
  } finally {
    await engine.close();
    await made.close();
  }
}

/** The most memory that a live process held so far, MiB; undefined where the system does not tell. */
function peakOfProcess(pid: number | undefined): number | undefined {
  const file = `/proc/${pid}/status`;
  const line = existsSync(file) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8')) : null;
  return line === null ? undefined : Number(line[1]) / 1024;
}
