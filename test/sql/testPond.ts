import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { initPond } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { makeTemporaryDirectory } from '../../server/src/storage/temporaryDirectory.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import '../support/userCache.ts';

const data = new URL('../../node_modules/vega-datasets/data/', import.meta.url);

/** A file of the public data sets that the tests use. */
export function dataFile(name: string): Uint8Array {
  return readFileSync(new URL(name, data));
}

export interface TestPond {
  readonly pond: Pond;
  readonly root: WorkingDirectory;
  /** Host directory for files of the test. */
  readonly directory: string;
  close(): Promise<void>;
}

/** A new pond with /weather and /flights of real data, committed, in a directory that close removes. */
export async function makeTestPond(): Promise<TestPond> {
  const temporary = makeTemporaryDirectory('duckpond-test');
  const pond = await initPond(join(temporary.path, 'test.pond'), { author: 'tester' });
  const root = await pond.fs.root();
  await root.createDirectory('/weather');
  await root.createDirectory('/flights');
  await root.writeFile('/weather/seattle-weather.csv', dataFile('seattle-weather.csv'));
  await root.writeFile('/weather/weather.csv', dataFile('weather.csv'));
  await root.writeFile('/flights/flights-3m.parquet', dataFile('flights-3m.parquet'));
  await root.writeFile('/flights/flights-200k.arrow', dataFile('flights-200k.arrow'));
  await pond.commit({ message: 'real data', author: 'tester' });
  return {
    pond,
    root,
    directory: temporary.path,
    close: async () => {
      await pond.close();
      temporary.remove();
    },
  };
}
