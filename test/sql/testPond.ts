import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { basename, dirname } from 'node:path/posix';
import { initPond } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
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

/** A new pond with /weather of real data, committed, in a directory that close removes. */
export function makeTestPond(): Promise<TestPond> {
  return pondOf(['/weather/seattle-weather.csv', '/weather/weather.csv']);
}

/** As makeTestPond, with three million rows and more in /flights too. */
export function makeFlightsPond(): Promise<TestPond> {
  const flights = ['/flights/flights-3m.parquet', '/flights/flights-200k.arrow'];
  return pondOf(['/weather/seattle-weather.csv', '/weather/weather.csv', ...flights]);
}

async function pondOf(paths: readonly string[]): Promise<TestPond> {
  const temporary = makeTemporaryDirectory('duckpond-test');
  const pond = await initPond(join(temporary.path, 'test.pond'), { author: 'tester' });
  const root = await pond.fs.root();
  for (const path of paths) {
    await root.createDirectory(dirname(path), { parents: true });
    await root.writeFile(path, dataFile(basename(path)));
  }
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
