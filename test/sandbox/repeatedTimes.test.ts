/** Which pass of a repeated hour times are of: decided by the order of rows, as stated, or refused. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { openLockedDatabase } from '../../server/src/duckdb/database.ts';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { clockChanges } from '../../server/src/sandbox/textTables/clockChanges.ts';
import { repeatedRuns } from '../../server/src/sandbox/textTables/repeatedTimes.ts';
import { type TableEdits } from '../../server/src/protocol/tables.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { EditOperations } from '../../server/src/worker/editOperations.ts';
import { TextFiles } from '../support/textFiles.ts';

const minuteUs = 60_000_000;

/**
 * The pass of each repeated time: clocks show the hour from 02:00 twice. '12' for one time of each pass, '?' if
 * undecided.
 */
function passes(times: string, { places = 0, placeMax = Infinity } = {}): string {
  const rows = times.split(' ').map((time, index) => {
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    return { row: index + 1, place: places + index + 1, us: (hour * 60 + minute) * minuteUs };
  });
  const hour = { fromUs: 120 * minuteUs, toUs: 180 * minuteUs };
  const runs = repeatedRuns(rows, hour, { placeMax: Math.min(placeMax, places + rows.length) });
  return runs
    .map(({ rows: own, first }) =>
      own.map((row) => (first === undefined ? '?' : first.includes(row) ? '1' : '2')).join(''),
    )
    .join(' ');
}

/** [title, times, passes]. */
const cases: readonly (readonly [string, string, string])[] = [
  ['a jump back', '01:30 02:00 02:30 02:00 02:30 03:00', '1122'],
  ['a jump back among the first and the last rows', '02:00 02:20 02:40 02:00 02:20', '11122'],
  ['a time that comes again, where no other does', '00:00 01:00 02:00 02:00 03:00', '12'],
  ['newest first', '03:00 02:30 02:00 02:30 02:00 01:30', '2211'],
  ['newest first, a time that comes again', '04:00 03:00 02:00 02:00 01:00', '21'],
  ['two stations row by row', '01:30 01:30 02:00 02:00 02:30 02:30 02:00 02:00 02:30 02:30 03:00 03:00', '11112222'],
  ['passes of other times', '01:55 02:10 02:05 02:59 03:10', '122'],
  ['one pass', '01:30 02:00 02:30 03:00', '??'],
  ['two stations with an hour each', '01:00 01:00 02:00 02:00 02:00 02:00 03:00 03:00', '????'],
  ['two jumps back', '01:30 02:00 02:30 02:00 02:30 02:00 03:00', '?????'],
  ['rows out of order before the hour', '01:00 01:30 01:00 01:30 02:00 02:30 02:00 02:30 03:00', '????'],
  ['stations that take turns by the hour', '01:00 01:30 01:00 01:30 02:00 02:30 02:00 02:30 03:00 03:30 03:00', '????'],
  ['another time among them', '01:30 02:00 02:30 03:00 02:00 02:30 03:00', '????'],
  ['nothing but one pass', '02:00 02:30', '??'],
  ['nothing but two equal times', '02:00 02:00', '??'],
  ['a beginning in the hour, at an interval', '02:20 02:40 03:00 03:20', '22'],
  ['an end in the hour, at an interval', '01:40 02:00 02:20', '11'],
  ['an end in the hour, newest first', '02:20 02:00 01:40', '11'],
  ['a beginning in the hour, at no interval', '02:13 02:40 03:00', '??'],
  ['an end in the hour, after one row', '01:50 02:10', '?'],
  ['no repeated time', '01:30 03:00', ''],
];

describe('repeated times are decided by the order of rows', () => {
  for (const [title, times, expected] of cases) test(title, () => assert.equal(passes(times), expected));

  test('rows that others follow or precede are neither the beginning nor the end of a file', () => {
    assert.equal(passes('02:20 02:40 03:00 03:20', { places: 7 }), '??');
    assert.equal(passes('02:20 02:40 03:00 03:20', { places: 0 }), '22');
  });

  test('stations one after the other have a run each', () => {
    const station = [60, 90, 120, 150, 120, 150, 180].map((minute) => minute * minuteUs);
    const rows = [0, 100].flatMap((start) =>
      station.map((us, index) => ({ row: start + index + 1, place: start + index + 1, us })),
    );
    const hour = { fromUs: 120 * minuteUs, toUs: 180 * minuteUs };
    const runs = repeatedRuns(rows, hour, { placeMax: 200 });
    assert.deepEqual(
      runs.map(({ first }) => first?.map(({ row }) => row)),
      [
        [3, 4],
        [103, 104],
      ],
    );
  });
});

/** [zone, year, changes as the first skipped or repeated time, the length in minutes, and the offset of standard time]. */
const zones: readonly (readonly [string, number, readonly string[]])[] = [
  ['Europe/Berlin', 2026, ['skipped 2026-03-29T02:00 60 +01:00', 'repeated 2026-10-25T02:00 60 +01:00']],
  ['America/Denver', 2026, ['skipped 2026-03-08T02:00 60 -07:00', 'repeated 2026-11-01T01:00 60 -07:00']],
  ['Australia/Lord_Howe', 2026, ['repeated 2026-04-05T01:30 30 +10:30', 'skipped 2026-10-04T02:00 30 +10:30']],
  ['America/Havana', 2024, ['skipped 2024-03-10T00:00 60 -05:00', 'repeated 2024-11-03T00:00 60 -05:00']],
  ['Asia/Kolkata', 2026, []],
];
for (const [zone, year, expected] of zones) {
  test(`changes of the clocks of ${zone} are found to the second`, async (t) => {
    const { database, connection } = await openLockedDatabase({ threads: 1, hostPaths: [] });
    t.after(() => {
      connection.close();
      database.close();
    });
    const span = { minUs: Date.UTC(year, 0, 1) * 1000, maxUs: Date.UTC(year, 11, 31) * 1000 };
    const changes = await clockChanges(connection, zone, span);
    assert.deepEqual(
      changes.map(({ kind, fromUs, toUs, offset }) => {
        const from = new Date(fromUs / 1000).toISOString().slice(0, 16);
        return `${kind} ${from} ${(toUs - fromUs) / minuteUs} ${offset}`;
      }),
      expected,
    );
  });
}

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

const berlin: TextFormat = { zone: 'Europe/Berlin' };
const clocks = ['01:30', '02:00', '02:30', '02:00', '02:30', '03:00'];
const inUtc = ['23:30:00', '00:00:00', '00:30:00', '01:00:00', '01:30:00', '02:00:00'];
const day = (time: string): string => (time === '23:30:00' ? '2026-10-24' : '2026-10-25');
const expected = inUtc.map((time) => `${day(time)} ${time}`);

/** [title, format, lines with the clock's times]. */
const files: readonly (readonly [string, TextFormat, (times: readonly string[]) => string])[] = [
  ['plain', {}, (times) => `t,v\n${times.map((time) => `2026-10-25 ${time},1\n`).join('')}`],
  [
    'in another encoding',
    { encoding: 'latin-1' },
    (times) => `t,v\n${times.map((time) => `2026-10-25 ${time},1\n`).join('')}`,
  ],
  ['day first', {}, (times) => `t;v\n${times.map((time) => `25.10.2026 ${time};1\n`).join('')}`],
  [
    'in a stated format',
    { dates: '%Y%m%d %H.%M' },
    (times) => `t,v\n${times.map((time) => `20261025 ${time.replace(':', '.')},1\n`).join('')}`,
  ],
  ['with rows without a time', {}, (times) => `t,v\n${times.map((time) => `2026-10-25 ${time},1\n,2\n`).join('')}`],
  ['with comments', { comment: '#' }, (times) => `t,v\n${times.map((time) => `# x\n2026-10-25 ${time},1\n`).join('')}`],
  [
    'below a row of units',
    { units: true },
    (times) => `t,v\nh,m\n${times.map((time) => `2026-10-25 ${time},1\n`).join('')}`,
  ],
];
for (const [title, format, content] of files) {
  test(`repeated times have both passes: ${title}`, async () => {
    const { rows } = await texts.read(texts.file('a.csv', content(clocks), { ...berlin, ...format }));
    assert.deepEqual(
      rows.flatMap(([time]) => time ?? []),
      expected,
    );
  });
}

test('repeated times keep their nanoseconds', async () => {
  const lines = clocks.map((time) => `2026-10-25 ${time}:00.123456789,1\n`).join('');
  const { rows, types } = await texts.read(texts.file('a.csv', `t,v\n${lines}`, berlin));
  assert.equal(types[0], 'TIMESTAMP_NS');
  assert.deepEqual(
    rows.flatMap(([time]) => time ?? []),
    expected.map((time) => `${time}.123456789`),
  );
});

test('times with an offset of their own keep it among repeated times', async () => {
  const times = ['01:30', '02:00', '02:30+02:00', '02:30', '02:00', '02:30', '03:00'];
  const lines = times.map((time) => `2026-10-25 ${time},1\n`).join('');
  const { rows } = await texts.read(texts.file('a.csv', `t,v\n${lines}`, berlin));
  assert.deepEqual(
    rows.flatMap(([time]) => time ?? []),
    expected.toSpliced(2, 0, '2026-10-25 00:30:00'),
  );
});

test('repeated times are read file by file', async () => {
  const content = (times: readonly string[]): string =>
    `t,v\n${times.map((time) => `2026-10-25 ${time},1\n`).join('')}`;
  const both = texts.file('a.csv', content(clocks), berlin);
  const none = texts.file('b.csv', content(['04:00']), berlin);
  const newest = texts.file('c.csv', content(clocks.toReversed()), berlin);
  const { rows } = await texts.read(none, both, newest, none);
  const four = '2026-10-25 03:00:00';
  assert.deepEqual(
    rows.flatMap(([time]) => time ?? []),
    [four, ...expected, ...expected.toReversed(), four],
  );
});

test('repeated times of two columns have the passes of each', async () => {
  const rows = clocks.map((time, index) => `2026-10-25 ${time},2026-10-25 ${clocks[clocks.length - 1 - index]}\n`);
  const { rows: read } = await texts.read(texts.file('a.csv', `t,u\n${rows.join('')}`, berlin));
  assert.deepEqual(
    read,
    expected.map((time, index) => [time, expected[expected.length - 1 - index]]),
  );
});

const onePass = 't,v\n\n2026-10-25 01:30,1\n2026-10-25 02:00,2\n2026-10-25 02:30,3\n2026-10-25 03:00,4\n';

test('repeated times that the order does not show are refused with their line, and read as stated', async () => {
  const read = async (format: TextFormat): Promise<unknown[]> => {
    const { rows } = await texts.read(texts.file('a.csv', onePass, format));
    return rows.map(([time]) => time?.slice(11, 16));
  };
  await assert.rejects(read(berlin), (error) => {
    assert.ok(isPondError(error, 'ambiguous-dates'));
    assert.match(error.message, /"2026-10-25 02:00" in line 4, column "t", .* Europe\/Berlin repeat/);
    assert.deepEqual(error.formats, [{ zone: '+01:00' }, { repeated: 'first' }, { repeated: 'second' }]);
    return true;
  });
  assert.deepEqual(await read({ ...berlin, repeated: 'first' }), ['23:30', '00:00', '00:30', '02:00']);
  assert.deepEqual(await read({ ...berlin, repeated: 'second' }), ['23:30', '01:00', '01:30', '02:00']);
  assert.deepEqual(await read({ zone: '+01:00' }), ['00:30', '01:00', '01:30', '02:00']);
});

test('repeated times are counted, with those that are as stated', async () => {
  const counted = async (content: string, format: TextFormat): Promise<unknown> => {
    const [text] = await texts.describe(texts.file('a.csv', content, format));
    return text?.repeated;
  };
  const column = { column: 't', zone: 'Europe/Berlin' };
  const lines = clocks.map((time) => `2026-10-25 ${time},1\n`).join('');
  assert.deepEqual(await counted(`t,v\n${lines}`, { ...berlin, repeated: 'second' }), [
    { ...column, first: 2, second: 2, stated: 0 },
  ]);
  assert.deepEqual(await counted(onePass, { ...berlin, repeated: 'first' }), [
    { ...column, first: 2, second: 0, stated: 2 },
  ]);
  assert.deepEqual(await counted(onePass, { zone: '+01:00' }), []);
});

describe('repeated times are edited', () => {
  const temporary = makeTemporaryDirectory('duckpond-test');
  after(() => temporary.remove());
  const content = `t,v\n${clocks.map((time, index) => `2026-10-25 ${time},${index}\n`).join('')}`;
  const edited = async (change: Partial<TableEdits>): Promise<string> => {
    const target = join(temporary.path, randomUUID());
    const edits = new EditOperations({ openDisk: openHostDisk, threads: 1 }, temporary.path);
    const all = { changed: [], deleted: [], inserted: [], ...change };
    const file = texts.file('a.csv', content, berlin);
    await edits.editTable({ file, edits: all, target }, new AbortController().signal);
    return readFileSync(target, 'utf8');
  };

  test('where their pass stays', async () => {
    const changed = [
      { position: 0, values: [['t', '2026-10-24 23:40:00']] },
      { position: 1, values: [['v', '9']] },
    ] as const;
    const written = content.replace('01:30', '01:40').replace(',1\n', ',9\n');
    assert.equal(await edited({ changed }), written);
    assert.equal(await edited({ deleted: [2] }), content.replace('2026-10-25 02:30,2\n', ''));
  });

  test('not by a repeated time, nor so that rows change their pass', async () => {
    const repeated = [{ position: 1, values: [['t', '2026-10-25 00:10:00']] }] as const;
    await assert.rejects(edited({ changed: repeated }), /not in an hour that clocks repeat/);
    await assert.rejects(edited({ deleted: [3, 4] }), (error) => isPondError(error, 'ambiguous-dates'));
    await assert.rejects(edited({ deleted: [0, 3, 4] }), (error) => isPondError(error, 'invalid-content'));
  });
});

test('times that clocks skip are refused with their line', async () => {
  const file = texts.file('a.csv', 't,v\n2026-03-29 01:30,1\n\n2026-03-29 02:30,2\n', berlin);
  await assert.rejects(texts.read(file), (error) => {
    assert.ok(isPondError(error, 'invalid-content'));
    assert.match(error.message, /"2026-03-29 02:30" in line 4, column "t", does not exist in Europe\/Berlin/);
    assert.deepEqual(error.formats, [{ zone: '+01:00' }]);
    return true;
  });
});
