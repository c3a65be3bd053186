/**
 * A query over a series of few and of many versions, each of ten rows: the first one, of a program that knows nothing of the
 * series, and later ones, each in a new process. Compared with bare DuckDB on one file of the same rows.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { anySql } from '../support/anySql.ts';
import { initPond, openPond } from '../support/pond.ts';
import '../support/userCache.ts';
import { growSeries, seriesContent } from './support/longSeries.ts';
import { printMachine } from './support/machine.ts';
import { median } from './support/measure.ts';
import { parametersOf } from './support/parameters.ts';
import { printRatio } from './support/report.ts';
import { withScratch } from './support/scratch.ts';

const { few, many, rounds } = parametersOf({ few: 100, many: 2650, rounds: 5 }, { few: 2, many: 40, rounds: 1 });
const sumOf = (table: string): string => `SELECT count(*), sum(level), max("Timestamp") FROM ${table}`;

printMachine();
await withScratch(async ({ folder, make }) => {
  const database = await openDatabase();
  const connection = await database.connect();

  async function queried(directory: string): Promise<number> {
    const pond = await openPond(directory, { mode: 'read' });
    const engine = new QueryEngine({ openDisk: openHostDisk });
    try {
      const start = performance.now();
      const { resultId } = await engine.run(pond, { sql: sumOf('"/s"') });
      await engine.rows(resultId, 0, 1);
      return performance.now() - start;
    } finally {
      await engine.close();
      await pond.close();
    }
  }

  /** Times of the first query and of later ones, and of DuckDB on one file. */
  async function measured(versions: number) {
    const directory = make(`${versions} versions`);
    const pond = await initPond(directory);
    await growSeries(pond, '/s', versions);
    await pond.close();
    const file = join(folder, `${versions}.parquet`);
    writeFileSync(file, seriesContent(0, versions));
    const first = await queried(directory);
    const [later, bare]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      later.push(await queried(directory));
      const start = performance.now();
      await connection.rows(anySql(sumOf(literal(file))));
      bare.push(performance.now() - start);
    }
    return { first, later: median(later), bare: median(bare) };
  }

  try {
    const one = await measured(1);
    printRatio({ what: 'query of 1 version', ours: one.later, peer: 'bare DuckDB', theirs: one.bare });
    for (const versions of [few, many]) {
      const { first, later, bare } = await measured(versions);
      const what = `query of ${versions} versions`;
      printRatio({ what: `first ${what}`, ours: first, peer: 'of one', theirs: one.first });
      printRatio({ what: `later ${what}`, ours: later, peer: 'of one', theirs: one.later, most: 3 });
      printRatio({ what: `later ${what}`, ours: later, peer: 'bare DuckDB on one file', theirs: bare });
    }
  } finally {
    connection.close();
    database.close();
  }
});
