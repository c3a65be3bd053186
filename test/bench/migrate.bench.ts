/**
 * Migration of ponds of older systems, with every check, compared with a plain copy of their files: many small files in
 * many states, large files in a few, and a Watertown pond.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../../server/src/migrate/migrate.ts';
import { openSource } from '../../server/src/migrate/openSource.ts';
import { PocPond } from '../support/pocPond.ts';
import { initPond } from '../support/pond.ts';
import { WatertownPond } from '../support/watertownPond.ts';
import { printMachine } from './support/machine.ts';
import { interleaved } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { printRatio } from './support/report.ts';
import { withScratch } from './support/scratch.ts';

const { states, perState, large, largeBytes, ...rounds } = parametersOf(
  { states: 100, perState: 50, large: 20, largeBytes: 10_000_000, rounds: 5, warmUp: 1 },
  { states: 3, perState: 2, large: 1, largeBytes: 100_000, rounds: 1, warmUp: 0 },
);

function writePoc(folder: string, count: number, each: number, sizeBytes: number): void {
  const pond = new PocPond(folder);
  for (let state = 0; state < count; state++) {
    pond.command((root) => {
      const home = root.directory('Inbox').directory('0e8a2f2c-5f43-4a86-9d6f-5d6f6a1f0c01');
      for (let file = 0; file < each; file++) {
        const bytes = new Uint8Array(sizeBytes).map((_, i) => (i * (state + 3) + file) % 251);
        home.directory(`d${state}`).write(`f${file}.csv`, 'data', bytes);
      }
    });
  }
}

async function writeWatertown(folder: string): Promise<void> {
  const pond = await WatertownPond.create(folder);
  for (let txn = 0; txn < states; txn++) {
    pond.transaction(['pond', 'copy'], () => {
      pond.mkdir(`/d${txn}`);
      for (let file = 0; file < perState; file++) {
        pond.write(`/d${txn}/f${file}.csv`, 'file:physical:version', `${txn},${file}\n`.repeat(200));
      }
    });
  }
}

printMachine();
await withScratch(async ({ make }) => {
  const [small, few, watertown] = [make('small'), make('few'), make('watertown')];
  writePoc(small, states, perState, 2000);
  writePoc(few, 2, Math.ceil(large / 2), largeBytes);
  await writeWatertown(watertown);
  for (const [what, source] of [
    [`${states * perState} files of 2 kB in ${states} states of 2025`, small],
    [`${large} files of ${largeBytes / 1_000_000} MB of 2025`, few],
    [`${states * perState} files in ${states} transactions of Watertown`, watertown],
  ] as const) {
    const times = await interleaved(
      {
        async migration(round) {
          const target = join(make(`migrated-${round}`), 'pond');
          const start = performance.now();
          const pond = await initPond(target, { timeUs: 1 });
          await migrate(pond, await openSource(source, {}), { history: 'all', base: '/', job: {} });
          await pond.close();
          const elapsed = performance.now() - start;
          rmSync(target, { recursive: true });
          return elapsed;
        },
        copy(round) {
          const target = join(make(`copied-${round}`), 'pond');
          const start = performance.now();
          cpSync(source, target, { recursive: true });
          const elapsed = performance.now() - start;
          rmSync(target, { recursive: true });
          return elapsed;
        },
      },
      rounds,
    );
    const rate = Math.round((states * perState * 1000) / times.migration);
    printRatio({
      what: what.includes('MB') ? what : `${what} (${rate} versions/s)`,
      ours: times.migration,
      ...{ peer: 'plain copy, not flushed', theirs: times.copy, unit: 'ms' },
    });
  }
});
