/** The columns of JSON in lines that are found in example lines are those that the engine finds in all lines. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readingOf } from '../../server/src/sandbox/formats.ts';
import { ExampleLines } from '../../server/src/sandbox/jsonLines/exampleLines.ts';
import { jsonReading } from '../../server/src/sandbox/jsonTable.ts';
import { jsonEncoding } from '../../server/src/sandbox/jsonEncoding.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { testConnection } from '../support/connection.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { randomLines } from '../support/randomLines.ts';

const connection = await testConnection({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), 'lines-'));
after(() => rmSync(folder, { recursive: true }));

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
    const lines = randomLines(randomOf(seed));
    const hostPath = join(folder, 'a');
    writeFileSync(hostPath, `${lines.join('\n')}${seed % 2 === 0 ? '\n' : ''}`);
    const file = { hostPath, pondPath: '/a.ndjson', reading: readingOf('file', 'a.ndjson')! };
    const optionsBy = (place: typeof connection, sizeBytes: number): Promise<string> =>
      jsonReading({ connect: () => Promise.resolve(place), openDisk: openHostDisk }, [{ ...file, sizeBytes }]).then(
        ({ options }) => String(options),
        String,
      );
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
  ['an offset among offsets', '"2024-02-10T01:00:00+00:00"', '"2024-02-10T01:00:00+02:00"', 'TIMESTAMP WITH TIME ZONE'],
  ['an offset among times', '"2024-02-10T01:00:00"', '"2024-02-10T01:00:00+02:00"', 'VARCHAR'],
  ['a fraction among times', '"2024-02-10T01:00:00"', '"2024-02-10T01:00:00.5"', 'TIMESTAMP'],
  ['a time without seconds', '"2024-02-10T01:00:00.123456"', '"2024-02-10T01:00"', 'TIMESTAMP'],
  ['nanoseconds among fractions', '"2024-02-10T01:00:00.123"', '"2024-02-10T01:00:00.123456789"', 'VARCHAR'],
  ['an offset among fractions', '"2024-02-10T01:00:00.5"', '"2024-02-10T01:00:00.5Z"', 'VARCHAR'],
  ['a text among fractions', '"2024-02-10T01:00:00.5"', '"late"', 'VARCHAR'],
  ['a day of no calendar among fractions', '"2024-02-10T01:00:00.5"', '"2023-02-29T01:00:00.5"', 'VARCHAR'],
  ['a truth value among numbers', '5', 'true', 'VARCHAR'],
] as const) {
  test(`the type of a key has ${name} far below`, async () => {
    const hostPath = join(folder, 'late');
    writeFileSync(hostPath, `${`{"id":1,"a":${most}}\n`.repeat(3000)}{"id":1,"a":${late}}\n`);
    const file = { hostPath, pondPath: '/a.ndjson', reading: readingOf('file', 'a.ndjson')!, sizeBytes: 1e9 };
    const { options } = await jsonReading({ connect: () => Promise.resolve(connection), openDisk: openHostDisk }, [
      file,
    ]);
    assert.match(options, new RegExp(`'a': '${type}'`));
  });
}

test('an inexact number far below is found in example lines as in all of them', async () => {
  const hostPath = join(folder, 'inexact');
  for (const [late, expected] of [
    ['0.5', undefined],
    ['0.12345678901234567', undefined],
    ['0.123456789012345678', 'utf-8'],
    ['1e-400', 'utf-8'],
    ['"0.123456789012345678"', undefined],
  ] as const) {
    writeFileSync(hostPath, `${'{"id":1,"a":0.1234567890123456}\n'.repeat(3000)}{"id":1,"a":${late}}\n`);
    for (const sizeBytes of [1, 1e9]) {
      const file = { hostPath, pondPath: '/a.ndjson', reading: readingOf('file', 'a.ndjson')!, sizeBytes };
      assert.equal(await jsonEncoding({ openDisk: openHostDisk }, file), expected, late);
    }
  }
});

test('example lines do not depend on how a file is cut into chunks', () => {
  for (const seed of seeds(20)) {
    const random = randomOf(seed);
    const bytes = Buffer.from(`${randomLines(random).join('\n')}\n`);
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
