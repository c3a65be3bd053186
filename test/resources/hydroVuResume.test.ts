import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { ReadingWindow, type RowGroup } from '../../server/src/resources/kinds/hydroVu/readingWindow.ts';
import { type Reading, regularReadings } from '../support/hydroVuModel.ts';
import { type HydroVuBench, hydroVuBench } from '../support/hydroVuPond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const start = 1_700_000_100;
const devices = [1, 2, 3].map((id) => ({ id: String(id), name: `Buoy${id}`, scope: 'Buoy' }));

/** Readings at random times, with parameters that change over time. */
function randomReadings(random: (count: number) => number, rows: number): Reading[] {
  let time = start;
  return Array.from({ length: rows }, (_, row) => {
    time += 1 + random(900);
    const parameterIds = ['1', '2', '3', '4'].filter((id) => random(4) > 0 && (id !== '4' || row > rows / 2));
    return regularReadings(time, 1, { parameterIds });
  }).flat();
}

async function allRows({ rows }: HydroVuBench): Promise<unknown> {
  return await Promise.all(devices.map(({ name, id }) => rows(`data/${name}-${id}`)));
}

/**
 * Collects with the fault in each run until all rows are stored, and returns the number of runs. Each stores new rows, and
 * `afterRun` gets the number of rows. A run without the fault has nothing to add.
 */
async function collectInRuns(
  { server, collect, rows }: HydroVuBench,
  expected: Awaited<ReturnType<HydroVuBench['rows']>>,
  fault: Parameters<HydroVuBench['server']['fault']>[0],
  runsMax: number,
  afterRun?: (kept: number) => Promise<void>,
): Promise<number> {
  let [runs, kept] = [0, 0];
  for (; kept < expected.length; runs++) {
    assert.ok(runs < runsMax, 'the runs come to an end');
    server.clearFaults();
    server.fault(fault);
    const run = await collect();
    assert.ok(run.rows > 0, 'something new is kept');
    kept += run.rows;
    assert.deepEqual(await rows('data/Buoy1-1'), expected.slice(0, kept));
    await afterRun?.(kept);
  }
  server.clearFaults();
  const last = await collect();
  assert.deepEqual([last.rows, last.failure], [0, undefined]);
  return runs;
}

test('runs that are interrupted at random points collect the same data as an uninterrupted one', async (t) => {
  for (const seed of [1, 2, 3].slice(0, seeds(1).length)) {
    const random = randomOf(seed);
    const served = devices.map(({ id }) => ({ id, readings: randomReadings(random, 60 + random(100)) }));
    const options = { devices: served, pageSize: 5 + random(40) };
    const whole = await hydroVuBench(t, options, devices);
    await whole.collect();
    const parts = await hydroVuBench(t, options, devices);
    let runs = 0;
    for (let finished = false; !finished; runs++) {
      assert.ok(runs < 100, 'the runs come to an end');
      const controller = new AbortController();
      let requests = 3 + random(10 + 4 * runs);
      const cutting: typeof fetch = async (input, init) => {
        if (--requests < 0) controller.abort();
        return await fetch(input, init);
      };
      try {
        const checkpointReadings = 20 + random(200);
        await parts.collect({ checkpointReadings, effects: { fetch: cutting } }, { signal: controller.signal });
        finished = true;
      } catch (error) {
        assert.ok(isPondError(error, 'cancelled'), String(error));
      }
    }
    assert.ok(runs > 1, `seed ${seed} was cut off`);
    assert.deepEqual(await allRows(parts), await allRows(whole));
    const progress = async (bench: HydroVuBench): Promise<unknown> =>
      (await bench.rows('temporal')).map(({ location_id, min_time, max_time, num_points }) => {
        return [location_id, min_time, max_time, num_points];
      });
    assert.deepEqual(await progress(parts), await progress(whole));
  }
});

test('a long collection is committed in parts, by readings and by time', async (t) => {
  const readings = regularReadings(start, 500, { step: 60 });
  const bench = await hydroVuBench(t, { devices: [{ id: '1', readings }] }, devices.slice(0, 1));
  const soFar: number[] = [];
  const before = bench.pond.head.number;
  await bench.collect({ checkpointReadings: 400 }, { onCheckpoint: ({ rows }) => soFar.push(rows) });
  assert.deepEqual(soFar, [100, 250]);
  assert.equal(bench.pond.head.number, before + 3);
  assert.equal((await bench.rows('data/Buoy1-1')).length, 500);
  bench.server.addReadings('1', regularReadings(start + 30_000, 200, { step: 60 }));
  let now = 1_719_792_000_000;
  soFar.length = 0;
  await bench.collect(
    { checkpointMs: 5000 },
    { now: () => (now += 1500), onCheckpoint: ({ rows }) => soFar.push(rows) },
  );
  assert.notDeepEqual(soFar, []);
  const times = (await bench.rows('data/Buoy1-1')).map(({ Timestamp }) => Number(Timestamp));
  assert.deepEqual(
    times,
    Array.from({ length: 700 }, (_, row) => start + row * 60),
  );
});

test('thousands of pages need the memory of a few', async (t) => {
  const rows = 150_000;
  const parameterIds = ['1'];
  const readings = regularReadings(start, rows, { step: 60, parameterIds });
  const bench = await hydroVuBench(
    t,
    { devices: [{ id: '1', readings }], pageSize: 75, keepPages: true },
    devices.slice(0, 1),
  );
  let [pages, leastBytes, mostBytes] = [0, Infinity, 0];
  const progress = (): void => {
    pages++;
    // To ask for it takes longer than a page.
    if (pages % 20 > 0) return;
    const { arrayBuffers } = process.memoryUsage();
    [leastBytes, mostBytes] = [Math.min(leastBytes, arrayBuffers), Math.max(mostBytes, arrayBuffers)];
  };
  const now = (): number => (start + rows * 60) * 1000;
  const outcome = await bench.collect({}, { progress, now });
  assert.deepEqual({ pages, rows: outcome.rows, files: outcome.files }, { pages: 2000, rows, files: 1 });
  const rowsKept = await bench.rows('data/Buoy1-1');
  assert.equal(rowsKept.length, rows);
  assert.ok(rowsKept.every((row, index) => row['Timestamp'] === BigInt(start + index * 60)));
  // Half of the rows are in the window or in a row group; the rest are buffers of answers and of the file.
  assert.ok(mostBytes - leastBytes < 128 * 1024 * 1024, `${mostBytes - leastBytes} bytes`);
});

test('a window returns what a map of times contains, in order, whatever the pages', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomOf(seed);
    const window = new ReadingWindow({ keptUntil: 10, timeMax: 900 });
    const expected = new Map<number, Map<string, number>>();
    const got = new Map<number, Map<string, number>>();
    let doneUntil = 10;
    const take = (group: RowGroup | undefined): void => {
      for (const [row, time] of group?.times.entries() ?? []) {
        assert.ok(time > doneUntil);
        doneUntil = time;
        const values = [...group!.columns].map(([name, column]) => [name, column[row]!] as const);
        got.set(time, new Map(values.filter(([, value]) => !Number.isNaN(value))));
      }
    };
    for (let page = 0; page < 12; page++) {
      const at = random(80) * 10;
      const columns = ['a', 'b', 'c'].filter(() => random(3) > 0);
      const readings = columns.map((column) => ({
        column,
        readings: Array.from({ length: random(30) }, () => ({ timestamp: at - 5 + random(60), value: random(99) })),
      }));
      for (const { column, readings: own } of readings) {
        for (const { timestamp, value } of own) {
          if (timestamp <= doneUntil || timestamp > 900) continue;
          expected.set(timestamp, (expected.get(timestamp) ?? new Map<string, number>()).set(column, value));
        }
      }
      window.add(readings);
      if (random(4) === 0) take(window.takeOldest(1 + random(20)));
    }
    while (window.rowCount > 0) take(window.takeOldest(1 + random(50)));
    assert.deepEqual(got, expected, `seed ${seed}`);
  }
});

for (const fault of [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 404 },
  { kind: 'status', status: 200, body: '{"locationId":1,"parameters":7}' },
  { kind: 'dropped' },
] as const) {
  test(`a location whose late pages always fail progresses a little with each run: ${JSON.stringify(fault)}`, async (t) => {
    // Seven values a page: most pages begin in the middle of a row.
    const readings = regularReadings(start, 60, { step: 60 });
    const options = { devices: [{ id: '1', readings }], pageSize: 7 };
    const whole = await hydroVuBench(t, options, devices.slice(0, 1));
    await whole.collect();
    const expected = await whole.rows('data/Buoy1-1');
    const parts = await hydroVuBench(t, options, devices.slice(0, 1));
    const lasting = { ...fault, path: '/locations/1/data', after: 3, times: Infinity };
    const runs = await collectInRuns(parts, expected, lasting, 30, async (kept) => {
      const [progress] = await parts.rows('temporal');
      assert.equal(progress?.['max_time'], expected[kept - 1]?.['Timestamp']);
    });
    assert.ok(runs > 3);
    assert.deepEqual((await parts.rows('temporal'))[0]?.['num_points'], 120n);
  });
}

test('of pages by parameter none is kept when one fails: those of other parameters are missing', async (t) => {
  const ids = ['1', '2', '3'];
  for (const [pageSize, counts] of [
    [7, [1, 2, 3, 4, 5, 6, 7, 8]],
    [10, [1, 2, 3, 4, 5]],
    [20, [1, 2]],
    [30, [1]],
    [35, [1]],
  ] as const) {
    const readings = ids.flatMap((id) => regularReadings(start, 20, { parameterIds: [id] }));
    const bench = await hydroVuBench(t, { devices: [{ id: '1', readings }], pageSize }, devices.slice(0, 1));
    for (const after of counts) {
      bench.server.clearFaults();
      bench.server.fault({ kind: 'status', status: 404, path: '/locations/1/data', after, times: Infinity });
      const { failure, rows } = await bench.collect();
      assert.ok(failure !== undefined && rows === 0, `${after} pages of ${pageSize}`);
    }
    bench.server.clearFaults();
    await bench.collect();
    assert.deepEqual(
      (await bench.rows('data/Buoy1-1')).map((row) => Object.keys(row).length),
      Array.from({ length: 20 }, () => 4),
    );
  }
});

for (const [what, ids, byParameter, pageSize] of [
  ['of a single parameter', ['1'], false, 7],
  ['that come by parameter', ['1', '2', '3'], true, 7],
  ['that fail behind the first', ['1', '2'], false, 50],
] as const) {
  test(`pages ${what} are kept as a range of time when a later one fails, a little more with each run`, async (t) => {
    const lists = byParameter ? ids.map((id) => [id]) : [ids];
    const readings = lists.flatMap((parameterIds) => regularReadings(start, 60, { parameterIds }));
    const options = { devices: [{ id: '1', readings }], pageSize };
    const whole = await hydroVuBench(t, options, devices.slice(0, 1));
    await whole.collect();
    const expected = await whole.rows('data/Buoy1-1');
    const parts = await hydroVuBench(t, options, devices.slice(0, 1));
    const runs = await collectInRuns(
      parts,
      expected,
      { kind: 'status', status: 404, path: '/locations/1/data', after: 1 },
      60,
    );
    assert.ok(runs > 1);
    assert.deepEqual((await parts.rows('temporal'))[0]?.['num_points'], BigInt(readings.length));
  });
}
