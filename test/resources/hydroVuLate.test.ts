import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { hourSums, totalOf } from '../../server/src/resources/kinds/hydroVu/hourSums.ts';
import { type Reading, regularReadings, valueAt } from '../support/hydroVuModel.ts';
import { type HydroVuBench, hydroVuBench, hydroVuDocument } from '../support/hydroVuPond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const start = 1_700_000_100;
const day = 86_400;
const buoy = { id: '1', name: 'Buoy', scope: 'Buoy' };
const data = 'data/Buoy-1';

type Cells = Map<string, number>;

/** Names of the columns by the id of their parameter. */
const columnNames: Readonly<Record<string, string>> = {
  '1': 'Buoy.Temperature.C',
  '2': 'Buoy.pH.pH',
  '3': 'Buoy.DO.mg/L',
};

/** The values of a series by column and time: of several, the last version has the one that counts, as in a Combine. */
async function storedCells({ rows }: HydroVuBench): Promise<Cells> {
  const cells: Cells = new Map();
  for (const { Timestamp, ...values } of await rows(data)) {
    for (const [name, value] of Object.entries(values)) cells.set(`${name} ${String(Timestamp)}`, value as number);
  }
  return cells;
}

function deliveredCells(readings: readonly Reading[]): Cells {
  const cell = ({ parameterId, timestamp, value }: Reading): readonly [string, number] => [
    `${columnNames[parameterId]} ${timestamp}`,
    value!,
  ];
  return new Map(readings.map(cell));
}

const sorted = (cells: Cells): readonly unknown[] => [...cells].sort(([a], [b]) => (a < b ? -1 : 1));

const about = (note: string): string => `Buoy (1): ${note}.`;

test('readings that reach the service late are added, and counted in a note', async (t) => {
  const bench = await hydroVuBench(t, { devices: [{ id: '1', readings: regularReadings(start, 10) }] }, [buoy]);
  await bench.collect();
  // A time between stored ones, one before them, and a parameter that arrives later than the others.
  const late = [
    ...regularReadings(start + 60, 1, { parameterIds: ['1'] }),
    ...regularReadings(start - 900, 1, { parameterIds: ['1', '2'] }),
    ...regularReadings(start + 1800, 2, { parameterIds: ['3'] }),
  ];
  bench.server.deliver('1', late);
  const outcome = await bench.collect();
  const period = 'between 2023-11-14T22:00:00Z and 2023-11-14T23:00:00Z';
  assert.deepEqual(
    { rows: outcome.rows, files: outcome.files, notes: outcome.notes },
    {
      rows: 4,
      files: 1,
      notes: [about(`5 readings reached the service after later ones were stored, and were added, ${period}`)],
    },
  );
  assert.deepEqual(sorted(await storedCells(bench)), sorted(deliveredCells([...regularReadings(start, 10), ...late])));
  const [{ min_time, max_time, num_points } = {}] = await bench.rows('temporal');
  assert.deepEqual([min_time, max_time, num_points], [BigInt(start - 900), BigInt(start + 8100), 25n]);
  const before = bench.pond.head.number;
  assert.deepEqual(await bench.collect(), { rows: 0, bytes: 0, files: 0, notes: [] });
  assert.equal(bench.pond.head.number, before);
});

test('a reading that the service changed is added as the last version, and counted in a note', async (t) => {
  const bench = await hydroVuBench(t, { devices: [{ id: '1', readings: regularReadings(start, 10) }] }, [buoy]);
  await bench.collect();
  bench.server.deliver('1', [{ parameterId: '2', unitId: '17', timestamp: start + 900, value: 7.25 }]);
  bench.server.addReadings('1', regularReadings(start + 9000, 1));
  const { notes } = await bench.collect();
  const period = 'between 2023-11-14T22:30:00Z and 2023-11-14T22:30:00Z';
  assert.deepEqual(notes, [
    about(
      `the service changed 1 reading since it was stored: the new value was added, and counts as of the last version, ${period}`,
    ),
  ]);
  const rows = await bench.rows(data);
  assert.deepEqual(rows.at(-1), { Timestamp: BigInt(start + 900), 'Buoy.pH.pH': 7.25 });
  assert.equal(rows.length, 12);
  assert.deepEqual((await bench.collect()).notes, []);
});

test('an overlap that fails says that the new readings are stored', async (t) => {
  const bench = await hydroVuBench(t, { devices: [{ id: '1', readings: regularReadings(start, 10) }] }, [buoy]);
  await bench.collect();
  bench.server.addReadings('1', regularReadings(start + 9000, 1));
  bench.server.fault({ kind: 'status', status: 400, path: '&endTime=', times: Infinity });
  const { rows, notes, failure } = await bench.collect();
  assert.deepEqual([rows, failure?.code], [1, 'remote-failed']);
  assert.equal(notes[0], about('new readings are stored; earlier ones were not all asked for again'));
  bench.server.clearFaults();
  assert.deepEqual((await bench.collect()).notes, []);
});

test('the time that is asked for again is the overlap of the document', async (t) => {
  const readings = regularReadings(start, 40 * 24, { step: 3600 });
  const bench = await hydroVuBench(t, { devices: [{ id: '1', readings }], pageSize: 500 }, [buoy], { overlap: '2d' });
  await bench.collect();
  const asked = async (): Promise<string[]> => {
    bench.server.requests.length = 0;
    await bench.collect();
    const urls = bench.server.requests.map(({ url }) => url).filter((url) => url.includes('/data'));
    return urls.map((url) => url.replace(/.*\/data\?/, ''));
  };
  const last = start + (40 * 24 - 1) * 3600;
  const hour = (seconds: number): number => Math.floor(seconds / 3600) * 3600;
  const again = (from: number, end: number): string => `startTime=${from}&endTime=${end}`;
  assert.deepEqual(await asked(), [`startTime=${last + 1}`, again(hour(last - 2 * day), last)]);
  // Late by more than the overlap: not asked for, until the document has a longer one.
  bench.server.deliver('1', regularReadings(last - 30 * day + 60, 1));
  assert.equal((await asked()).length, 2);
  assert.equal((await bench.rows(data)).length, readings.length / 2);
  await bench.apply(hydroVuDocument(bench.server.url, [buoy], { overlap: '35d' }));
  const from = hour(last - 35 * day);
  const spans = [0, 1, 2, 3, 4].map((span) => from + span * 8 * day);
  assert.deepEqual(
    [...new Set(await asked())],
    [`startTime=${last + 1}`, ...spans.map((at) => again(at, Math.min(at + 8 * day - 1, last)))],
  );
  assert.equal((await bench.rows(data)).length, readings.length / 2 + 1);
});

test('a table of progress without an overlap, as of an earlier version, is compared once', async (t) => {
  const bench = await hydroVuBench(t, { devices: [{ id: '1', readings: regularReadings(start, 10) }] }, [buoy]);
  await bench.collect();
  const [row = {}] = await bench.rows('temporal');
  assert.ok(typeof row['overlap_from'] === 'bigint' && typeof row['overlap_sum'] === 'bigint');
  const { tableBytes } = await import('../../server/src/resources/kinds/hydroVu/parquet.ts');
  const names = ['location_id', 'min_time', 'max_time', 'record_time', 'num_points'];
  const bytes = tableBytes(names.map((name) => ({ name, type: 'INT64', data: [row[name] as bigint] })));
  const transaction = await bench.pond.begin();
  await (await transaction.fs.root()).writeFile(`${bench.home}/temporal`, bytes, { type: 'table' });
  await transaction.commit({ message: 'older', author: 'test' });
  bench.server.deliver('1', regularReadings(start + 60, 1));
  assert.match((await bench.collect()).notes[0] ?? '', /2 readings reached the service after later ones/);
  assert.deepEqual((await bench.collect()).notes, []);
});

test('a new name of a parameter, and a new scope, do not make stored readings late, and the name is noted once', async (t) => {
  const bench = await hydroVuBench(t, { devices: [{ id: '1', readings: regularReadings(start, 10) }] }, [buoy]);
  await bench.collect();
  bench.server.setNames({ '1': 'Water Temperature', '2': 'pH' }, { '1': 'C', '17': 'pH' });
  await bench.apply(hydroVuDocument(bench.server.url, [{ ...buoy, scope: 'Pier' }]));
  const { rows, notes } = await bench.collect();
  assert.deepEqual(rows, 0);
  assert.match(
    notes.join('\n'),
    /^Buoy \(1\): .*the parameter 1, which was '.*': .* a column with 'Water Temperature'\.$/m,
  );
  assert.deepEqual(await bench.collect(), { rows: 0, bytes: 0, files: 0, notes: [] });
});

test('an answer that is the same as in the run before is not compared with the stored rows', async (t) => {
  const bench = await hydroVuBench(t, { devices: [{ id: '1', readings: regularReadings(start, 10) }] }, [buoy]);
  await bench.collect();
  const transaction = await bench.pond.begin();
  await (await transaction.fs.root()).remove(`${bench.home}/data`, { recursive: true });
  await transaction.commit({ message: 'removed', author: 'test' });
  assert.deepEqual(await bench.collect(), { rows: 0, bytes: 0, files: 0, notes: [] });
  bench.server.deliver('1', regularReadings(start + 60, 1));
  assert.equal((await bench.collect()).rows, 11);
});

test('readings that pages of other parameters overtook are fetched by the next run', async (t) => {
  const readings = ['1', '2'].flatMap((id) => regularReadings(start, 100, { parameterIds: [id] }));
  const bench = await hydroVuBench(t, { devices: [{ id: '1', readings }], pageSize: 50 }, [buoy], { overlap: '1h' });
  // Each commit writes half of the rows so far, before those of the second parameter have come.
  const first = await bench.collect({ checkpointReadings: 40 });
  assert.match(first.notes.join(), /\d+ readings were skipped: later readings were already stored; the next run asks/);
  const next = await bench.collect();
  assert.match(next.notes.join(), /readings reached the service after later ones were stored, and were added/);
  assert.deepEqual(sorted(await storedCells(bench)), sorted(deliveredCells(readings)));
  assert.deepEqual((await bench.collect()).notes, []);
});

/** Delivers some readings in random order, some of them again with another value; returns what is left to deliver. */
function deliverSome(bench: HydroVuBench, left: Reading[], truth: Cells, random: (count: number) => number): void {
  const batch = Array.from({ length: random(60) }, () => left.splice(random(left.length), 1)).flat();
  const again = batch.filter(() => random(8) === 0).map((one) => ({ ...one, value: one.value! + 1 + random(3) }));
  left.push(...again);
  bench.server.deliver('1', batch);
  for (const [name, value] of deliveredCells(batch)) truth.set(name, value);
}

test('whatever the order in which readings are delivered, and however runs end, the series has all of them', async (t) => {
  for (const seed of seeds(2)) {
    const random = randomOf(seed);
    const left = regularReadings(start, 60, { step: 1 + random(7000), parameterIds: ['1', '2', '3'] });
    const truth: Cells = new Map();
    const options = { devices: [{ id: '1' }], pageSize: 3 + random(40) };
    const bench = await hydroVuBench(t, options, [buoy], { overlap: `${5 + random(3)}d` });
    for (let run = 0; left.length > 0; run++) {
      deliverSome(bench, left, truth, random);
      const controller = new AbortController();
      let requests = random(3) === 0 ? 3 + random(12) : Infinity;
      const fault = { path: '/locations/1/data', after: random(6), times: random(3) === 0 ? 1 + random(9) : 0 };
      bench.server.clearFaults();
      bench.server.fault({ kind: 'status', status: random(2) === 0 ? 429 : 404, ...fault });
      const cutting: typeof fetch = async (input, init) => {
        if (--requests < 0) controller.abort();
        return await fetch(input, init);
      };
      const limits = { checkpointReadings: 5 + random(300), effects: { fetch: cutting } };
      await bench.collect(limits, { signal: controller.signal }).catch((error: unknown) => {
        assert.ok(isPondError(error, 'cancelled'), String(error));
      });
    }
    bench.server.clearFaults();
    const { failure } = await bench.collect();
    assert.deepEqual([failure, sorted(await storedCells(bench))], [undefined, sorted(truth)], `seed ${seed}`);
    assert.deepEqual(await bench.collect(), { rows: 0, bytes: 0, files: 0, notes: [] }, `seed ${seed}`);
  }
});

test('a sum over readings depends on each of their bits, and not on their groups', () => {
  const times = Float64Array.from({ length: 50 }, (_, row) => start + row * 600);
  const values = times.map((time) => valueAt('1', time));
  const group = { times, columns: new Map([['a', values]]), points: 50 };
  const sumOf = (rows: typeof group): bigint => totalOf(hourSums(rows, (name) => name));
  const whole = sumOf(group);
  for (const row of [0, 20, 49]) {
    const parts = [
      { ...group, times: times.slice(0, row), columns: new Map([['a', values.slice(0, row)]]) },
      { ...group, times: times.slice(row), columns: new Map([['a', values.slice(row)]]) },
    ];
    assert.equal(
      totalOf([
        [0, sumOf(parts[0]!)],
        [1, sumOf(parts[1]!)],
      ]),
      whole,
    );
    const other = Float64Array.from(values);
    other[row] = values[row]! * (1 + 2 ** -52);
    assert.notEqual(sumOf({ ...group, columns: new Map([['a', other]]) }), whole);
    assert.notEqual(sumOf({ ...group, columns: new Map([['b', values]]) }), whole);
    assert.notEqual(sumOf({ ...group, times: times.map((time, index) => time + (index === row ? 1 : 0)) }), whole);
  }
  const hours = hourSums(group, (name) => name, { from: start + 7200 });
  assert.equal(Math.min(...hours.keys()), Math.floor((start + 7200) / 3600));
});
