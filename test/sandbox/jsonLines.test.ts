/** The columns of JSON in lines that are found in example lines are those that the engine finds in all lines. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readingOf } from '../../server/src/sandbox/formats.ts';
import { ExampleLines } from '../../server/src/sandbox/jsonLines/exampleLines.ts';
import { jsonOptions } from '../../server/src/sandbox/jsonTable.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { testConnection } from '../support/connection.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

type Random = (count: number) => number;
type Value = (random: Random) => string;

const connection = await testConnection({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'lines-'));
after(() => rmSync(folder, { recursive: true }));

const oneOf = <T>(random: Random, all: readonly T[]): T => all[random(all.length)]!;
const pair = (random: Random, most: number): string => String(random(most + 1)).padStart(2, '0');
const day = (random: Random): string => `20${pair(random, 30)}-${pair(random, 12)}-${pair(random, 29)}`;
const goodDay = (random: Random): string =>
  `20${pair(random, 30)}-0${1 + random(9)}-${String(1 + random(28)).padStart(2, '0')}`;
const text = (content: string): string => JSON.stringify(content);

/** Most values of a key are made by one of these. */
const values: readonly Value[] = [
  (random) => String(random(1000)),
  (random) => String(random(2000) - 1000),
  (random) => (random(1000) / 8).toFixed(3),
  (random) => text(`${goodDay(random)} ${pair(random, 23)}:${pair(random, 59)}:00`),
  (random) => text(`${goodDay(random)}T00:00:00Z`),
  (random) => text(goodDay(random)),
  (random) => text(`station-${random(9)}`),
  (random) => oneOf(random, ['true', 'false']),
  (random) => `1${'0'.repeat(14 + random(4))}${random(100)}`,
  (random) => `{"v": ${random(10)}, "u": ${text(`u${random(3)}`)}}`,
  (random) => `[${Array.from({ length: random(3) }, () => random(9)).join(',')}]`,
  (random) => text(`d9428888-122b-11e1-b85c-61cd3cbb32${10 + random(89)}`),
];

/** Values that are rare in any key. */
const oddities: readonly Value[] = [
  ...values,
  ...[
    'null',
    '""',
    '-0',
    '1e5',
    '1E+400',
    '-1.5e-3',
    '9007199254740993',
    '9223372036854775808',
    '18446744073709551616',
  ].map((value) => () => value),
  ...['1'.repeat(40), `-${'9'.repeat(19)}`, '"12:30:00"', '"2024-02-29"', '"2023-02-29"', '"2020-1-5"', '"5.5"'].map(
    (value) => () => value,
  ),
  ...['"a\\"b"', '"\\u00b0C"', '"\\ud83d\\ude00"', '"ä"', '{}', '[]', '[{"a":1}]', '"2020-01-01 24:00:00"', 'NaN'].map(
    (value) => () => value,
  ),
  (random) => text(day(random)),
];

function linesOf(random: Random): string[] {
  const keys = ['time', 'b', 'Key c', 'd'].slice(0, 1 + random(4));
  const columns = keys.map((key) => ({ key, value: oneOf(random, values), odd: oneOf(random, [0, 0, 1, 3]) }));
  const gap = oneOf(random, ['', '', ' ']);
  // Of many odd values, one may hide another.
  const single = random(2) === 0 ? { row: 10 + random(10), key: oneOf(random, keys) } : undefined;
  const isOdd = (odd: number, key: string, row: number): boolean =>
    single === undefined ? random(50) < odd : single.row === row && single.key === key;
  const line = (row: number): string => {
    const used = columns.filter(() => random(60) > 0);
    const more = random(150) === 0 ? [oneOf(random, [`"e":${gap}1`, '"TIME":2', '"b":3', '"\\u0061":4'])] : [];
    const members = used.map(({ key, value, odd }) => {
      const made = isOdd(odd, key, row) ? oneOf(random, oddities) : value;
      return `${text(key)}:${gap}${made(random)}`;
    });
    return `{${[...members, ...more].join(`,${gap}`)}}`;
  };
  const faults = oneOf(random, [0, 0, 0, 0, 1]);
  return Array.from({ length: 30 + random(150) }, (_, row) =>
    random(200) < faults ? oneOf(random, ['', '  ', '[1]', '{"b":1', '{"b":01}', '{"b":+1}', 'x']) : line(row),
  );
}

test('columns found in example lines are those of all lines', async () => {
  let [allCount, fromAll] = [0, 0];
  const counted = new Proxy(connection, {
    get(target, name) {
      if (name === 'rows') fromAll += 1;
      const found: unknown = Reflect.get(target, name);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });
  for (const seed of seeds(40)) {
    const lines = linesOf(randomOf(seed));
    const hostPath = join(folder, 'a');
    writeFileSync(hostPath, `${lines.join('\n')}${seed % 2 === 0 ? '\n' : ''}`);
    const file = { hostPath, pondPath: '/a.ndjson', reading: readingOf('file', 'a.ndjson')! };
    const optionsBy = (place: typeof connection, sizeBytes: number): Promise<string> =>
      jsonOptions({ connection: place, openDisk: openHostDisk }, [{ ...file, sizeBytes }]).then(String, String);
    // Examples are taken from large files alone.
    const found = await optionsBy(counted, 1e9);
    assert.equal(found, await optionsBy(connection, 1), `seed ${seed}`);
    allCount += 1;
  }
  assert.ok(fromAll < allCount, `${fromAll} statements over all lines in ${allCount} files`);
});

for (const [name, most, late, type] of [
  ['a text among identifiers', '"d9428888-122b-11e1-b85c-61cd3cbb3210"', '"station"', 'VARCHAR'],
  ['a day of no calendar', '"2024-02-10"', '"2023-02-29"', 'VARCHAR'],
  ['a leap day', '"2024-02-10"', '"2024-02-29"', 'DATE'],
  ['a late fraction', '5', '5.5', 'DOUBLE'],
  ['an integer that no double holds', '5.5', '9007199254740993', 'VARCHAR'],
  ['an integer of 20 digits', '1000000000000000000', '10000000000000000000', 'UBIGINT'],
  ['a time among days', '"2024-02-10"', '"2024-02-10 01:00:00"', 'VARCHAR'],
  ['a negative number', '5', '-5', 'BIGINT'],
  ['a truth value among numbers', '5', 'true', 'VARCHAR'],
] as const) {
  test(`the type of a key has ${name} far below`, async () => {
    const hostPath = join(folder, 'late');
    writeFileSync(hostPath, `${`{"id":1,"a":${most}}\n`.repeat(3000)}{"id":1,"a":${late}}\n`);
    const file = { hostPath, pondPath: '/a.ndjson', reading: readingOf('file', 'a.ndjson')!, sizeBytes: 1e9 };
    const options = await jsonOptions({ connection, openDisk: openHostDisk }, [file]);
    assert.match(options, new RegExp(`'a': '${type}'`));
  });
}

test('example lines do not depend on how a file is cut into chunks', () => {
  for (const seed of seeds(20)) {
    const random = randomOf(seed);
    const bytes = Buffer.from(`${linesOf(random).join('\n')}\n`);
    const whole = new ExampleLines();
    whole.take(bytes);
    const cut = new ExampleLines();
    for (let [at, size] = [0, 200]; at < bytes.length; size = 1 + random(400)) {
      at += cut.take(bytes.subarray(at, at + Math.max(size, bytes.indexOf(10, at) + 1 - at)));
    }
    assert.deepEqual(cut.lines, whole.lines, `seed ${seed}`);
    assert.deepEqual(cut.textKeys, whole.textKeys);
  }
});
