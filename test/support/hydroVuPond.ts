/** A pond that collects from a HydroVu service of the tests, with clocks that take no time. */
import { type TestContext } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import { type Pond } from '../../server/src/pond/types.ts';
import { type HydroVuEffects } from '../../server/src/resources/kinds/hydroVu/effects.ts';
import { createHydroVuRun, type RunOptions } from '../../server/src/resources/kinds/hydroVu/run.ts';
import { type RunOutcome } from '../../server/src/resources/model/runState.ts';
import { type HydroVuServer, type HydroVuServerOptions, startHydroVuServer } from './hydroVuServer.ts';
import { pageReaders } from './zstdFrames.ts';
import { resourceBench, type ResourceBench, type RunSettings } from './runContext.ts';

/** Current time of the tests, milliseconds since 1970 UTC: 2024-07-01. */
const testNowMs = 1_719_792_000_000;

/** A device in a document. */
interface DocumentDevice {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
}

/** A document for a service; `overlap` is as in the document. */
export function hydroVuDocument(
  url: string,
  devices: readonly DocumentDevice[],
  { name = 'buoys', overlap }: { readonly name?: string; readonly overlap?: string } = {},
): string {
  const items = devices.map((device) => `    - { id: ${device.id}, name: ${device.name}, scope: ${device.scope} }\n`);
  const account = `  key: \${env:TEST_KEY}\n  secret: \${env:TEST_SECRET}\n  url: ${url}\n`;
  const spec = `${account}${overlap === undefined ? '' : `  overlap: ${overlap}\n`}  devices:\n${items.join('')}`;
  return `apiVersion: duckpond/v1\nkind: HydroVu\nname: ${name}\ndesc: test\nspec:\n${spec}`;
}

/** Effects that wait for nothing: `slept` contains the requested delays, milliseconds. */
export function quickEffects(nowMs = testNowMs): Partial<HydroVuEffects> & { readonly slept: number[] } {
  const slept: number[] = [];
  let now = nowMs;
  return {
    slept,
    random: () => 0,
    now: () => now,
    sleep: (ms) => {
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}

/** A service, a pond with a resource that collects from it, and the collected data. */
export interface HydroVuBench extends ResourceBench {
  readonly server: HydroVuServer;
  /** Delays of the last run, milliseconds. */
  readonly slept: number[];
  collect(options?: RunOptions, settings?: RunSettings): Promise<RunOutcome>;
  /** Rows of a Parquet node of the resource directory, all versions of a series; without null values. */
  rows(path: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  versionCount(path: string): Promise<number>;
}

/** Starts the service and creates the pond; both end with the test. */
export async function hydroVuBench(
  t: TestContext,
  options: HydroVuServerOptions,
  devices: readonly DocumentDevice[],
  document: { readonly overlap?: string } = {},
): Promise<HydroVuBench> {
  const server = await startHydroVuServer(options);
  t.after(() => server.close());
  const bench = await resourceBench(t, 'HydroVu', hydroVuDocument(server.url, devices, document));
  const slept: number[] = [];
  return {
    ...bench,
    server,
    slept,
    collect(runOptions = {}, settings = {}) {
      const effects = quickEffects();
      slept.length = 0;
      const run = createHydroVuRun({
        ...runOptions,
        effects: { ...effects, sleep: (ms) => Promise.resolve(void slept.push(ms)), ...runOptions.effects },
      });
      const env = { TEST_KEY: server.key, TEST_SECRET: server.secret };
      return bench.run(run, { env, now: () => testNowMs, ...settings });
    },
    rows: (path) => parquetRows(bench.pond, `${bench.home}/${path}`),
    async versionCount(path) {
      return (await all((await bench.pond.fs.root()).versions(`${bench.home}/${path}`))).length;
    },
  };
}

/** Rows of a Parquet node, all versions of a series in sequence; without null values. */
export async function parquetRows(pond: Pond, path: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const root = await pond.fs.root();
  const node = await root.get(path);
  if (node === undefined) return [];
  const versions = node.node.type === 'series' ? (await all(root.versions(path))).reverse() : [node.node];
  const rows: Record<string, unknown>[] = [];
  for (const version of versions) {
    const bytes = Buffer.concat(await all(root.backend.read(version)));
    const file = new Uint8Array(bytes).buffer;
    for (const row of await parquetReadObjects({ file, compressors: pageReaders })) {
      rows.push(Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)));
    }
  }
  return rows;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
