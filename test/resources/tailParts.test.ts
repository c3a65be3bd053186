/** A log is read part by part, and each part as it would be in the whole file. */
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { sql } from '../../server/src/duckdb/sql.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { tailBench } from '../support/tailBench.ts';

/** The rows that a Tail makes of a log which it reads after each part, and the failure of its last run. */
async function rowsOf(t: TestContext, parts: readonly string[], spec = '  lines: csv\n'): Promise<readonly string[]> {
  const bench = await tailBench(t, spec);
  const log = join(bench.folder, 'x.log');
  writeFileSync(log, '');
  for (const [index, part] of parts.entries()) {
    appendFileSync(log, part);
    const { failure } = await bench.follow();
    if (index === parts.length - 1) assert.equal(failure?.message, undefined);
  }
  return (await bench.rows('x.log', sql`COLUMNS(*)::VARCHAR`)).map((row) => row.join('|'));
}

const first = 't,a,b\n2026-01-01 00:00:00,1,2\n';
const [row, later] = ['2026-01-01 00:01:00', '2026-01-01 00:02:00'];

for (const [name, parts, expected] of [
  ['in another order', ['t,b,a\n', `${row},20,10\n`, `${later},200,100\n`], ['10.0|20.0', '100.0|200.0']],
  ['in the middle of a part', [`t,b,a\n${row},20,10\n`, `${later},200,100\n`], ['10.0|20.0', '100.0|200.0']],
  [
    'with a new column',
    [`t,a,b,c\n${row},10,20,30\n`, `${later},100,200,300\n`],
    ['10.0|20.0|30.0', '100.0|200.0|300.0'],
  ],
  ['twice in a part', [`t,b,a\nt,a,b\n${row},10,20\n`, `${later},100,200\n`], ['10.0|20.0', '100.0|200.0']],
] as const) {
  test(`a header again ${name} names the columns of the lines that are added later`, async (t) => {
    const times = expected[0].split('|').length === 3 ? '|' : '';
    assert.deepEqual(await rowsOf(t, [first, ...parts]), [
      `2026-01-01 00:00:00|1.0|2.0${times}`,
      ...expected.map((values, index) => `${[row, later][index]}|${values}`),
    ]);
  });
}

test('a header again of another logger has the units of its own below it, also when they come later', async (t) => {
  const spec = '  lines: csv\n  format: { units: true }\n';
  const parts = ['t,a,b\n,mm,s\n2026-01-01 00:00:00,1,2\n', 't,b,a\n', ',s,mm\n', `${row},20,10\n`];
  assert.deepEqual(await rowsOf(t, parts, spec), ['2026-01-01 00:00:00|1.0|2.0', `${row}|10.0|20.0`]);
});

const lines = [
  't\ta\tb\n',
  '01/13/2026 00:00\t12,5\t1\n',
  '01/14/2026 00:00\t1.234\t2\n',
  '02/01/2026 00:00\t2.345\t3\n',
  't\tb\ta\n',
  '02/02/2026 00:00\t4\t3.456\n',
  '02/03/2026 00:00\t5\t"7,5"\n',
  '03/04/2026 00:00\t6\t4.567\n',
];

for (const seed of seeds(3)) {
  test(`dates, decimal signs and headers of a log are those of the whole log, however it is read (seed ${seed})`, async (t) => {
    const random = randomOf(seed);
    const parts = lines
      .flatMap((line, index) => (index > 1 && random(3) > 0 ? [line] : [line, undefined]))
      .reduce(
        (all, line) => (line === undefined ? [...all, ''] : [...all.slice(0, -1), (all.at(-1) ?? '') + line]),
        [''],
      );
    assert.deepEqual(await rowsOf(t, parts), [
      '2026-01-13 00:00:00|12.5|1.0',
      '2026-01-14 00:00:00|1234.0|2.0',
      '2026-02-01 00:00:00|2345.0|3.0',
      '2026-02-02 00:00:00|3456.0|4.0',
      '2026-02-03 00:00:00|7.5|5.0',
      '2026-03-04 00:00:00|4567.0|6.0',
    ]);
  });
}

test('the order of dates in a log is that of the file before it, which was rotated', async (t) => {
  const bench = await tailBench(t, '  lines: csv\n');
  writeFileSync(join(bench.folder, 'x.log-20260131'), 't,a\n01/13/2026 00:00,1\n');
  writeFileSync(join(bench.folder, 'x.log'), 't,a\n02/01/2026 00:00,2\n');
  const { failure, rows } = await bench.follow();
  assert.deepEqual([failure?.message, rows], [undefined, 2]);
});

test('a decimal comma after numbers whose sign no line showed fails, and keeps what was read', async (t) => {
  const bench = await tailBench(t, '  lines: csv\n');
  const log = join(bench.folder, 'x.log');
  writeFileSync(log, 't\ta\n2026-01-01 00:00\t1.234\n');
  await bench.follow();
  appendFileSync(log, '2026-01-01 00:01\t12,5\n');
  const { failure } = await bench.follow();
  assert.match(failure?.message ?? '', /has decimal commas, and earlier numbers of column "a"/);
  assert.deepEqual(await bench.rows('x.log', sql`a`), [[1.234]]);
});
