/** Inputs with few declared types, or with types that change from file to file. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { literalList } from '../../server/src/duckdb/sql.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type GivenInput, hostFileOf, type Reducing, startReducing } from '../support/reducing.ts';

let reducing: Reducing;

before(async () => {
  reducing = await startReducing();
});
after(() => reducing.close());

/** The rows of the output at a day, times as seconds. */
async function reduced(inputs: readonly GivenInput[], dataset = ''): Promise<readonly (readonly unknown[])[]> {
  const document = `apiVersion: duckpond/v1
kind: Reduce
name: small
desc: test
spec:
  collections:
    - name: c
      resolutions: [1d]
      datasets: [{ in_pattern: /in/*, out_pattern: out${dataset} }]
`;
  const parts = await reducing.make(document, { '/in/*': inputs }, 'c/out/res=1d');
  const paths = literalList(parts.map(({ hostPath }) => hostPath));
  return await reducing.rows(
    `SELECT epoch("Timestamp"), * EXCLUDE ("Timestamp") FROM read_parquet(${paths}) ORDER BY "Timestamp"`,
  );
}

const version = (i: number, column: string): string => `SELECT ${i * 86_400}::BIGINT AS "Timestamp", ${column} AS v`;

test('numbers count in every version of a column, although it is text in others', async () => {
  const files: HostFile[] = [];
  for (let i = 0; i < 40; i++) files.push(await reducing.parquet(version(i, i === 20 ? "'n/a'" : `${i}::INTEGER`)));
  const rows = await reduced([{ path: '/in/a', files }]);
  assert.deepEqual(
    rows,
    Array.from({ length: 40 }, (_, i) => [i * 86_400, ...Array<unknown>(3).fill(i === 20 ? null : i)]),
  );
});

test('numbers keep their digits next to numbers of other types', async () => {
  const values = [
    '16777217::BIGINT',
    '389.466::DECIMAL(9, 3)',
    '0.5::FLOAT',
    '1e-7::DECIMAL(38, 37)',
    '12345678901::BIGINT',
  ];
  const files: HostFile[] = [];
  for (let i = 0; i < 20; i++) files.push(await reducing.parquet(version(i, values[i % values.length]!)));
  const numbers = [16_777_217, 389.466, 0.5, 1e-7, 12_345_678_901];
  assert.deepEqual(
    await reduced([{ path: '/in/a', files }]),
    Array.from({ length: 20 }, (_, i) => [i * 86_400, ...Array<unknown>(3).fill(numbers[i % numbers.length])]),
  );
});

test('small versions can have times of several types', async () => {
  const times = (i: number): string =>
    [`${i * 86_400}::BIGINT`, `make_timestamp(${i * 86_400_000_000})`, `make_timestamptz(${i * 86_400_000_000})`][
      i % 3
    ]!;
  const files: HostFile[] = [];
  for (let i = 0; i < 12; i++) files.push(await reducing.parquet(`SELECT ${times(i)} AS "Timestamp", ${i} AS v`));
  assert.deepEqual(
    await reduced([{ path: '/in/a', files }]),
    Array.from({ length: 12 }, (_, i) => [i * 86_400, i, i, i]),
  );
});

test('text files that are empty, have only a header or a column without values do not affect the others', async (t) => {
  const folder = temporaryFolder(t);
  const texts = ['Timestamp,v\n5,1.5\n6,2.5\n', '', 'Timestamp,v\n', 'Timestamp,v\n86405,\n86406,\n'];
  const inputs = texts.map((text, i): GivenInput => {
    const hostPath = join(folder, `${i}.csv`);
    writeFileSync(hostPath, text);
    return { path: `/in/${i}.csv`, captures: [String(i)], type: 'file', files: [hostFileOf(hostPath)] };
  });
  for (const dataset of ['', ', columns: [v]']) {
    assert.deepEqual(await reduced(inputs, dataset), [
      [0, 2, 1.5, 2.5],
      [86_400, null, null, null],
    ]);
    assert.deepEqual(await reduced(inputs.slice(1, 3), dataset), []);
  }
});
