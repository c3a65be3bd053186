import assert from 'node:assert/strict';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from '../../server/src/duckdb/sql.ts';
import { readCoverage } from '../../server/src/pond/seriesCoverage.ts';
import { resourceKinds } from '../../server/src/resources/registry.ts';
import { readResourceFile } from '../../server/src/resources/resourceFile.ts';
import { tailBench } from '../support/tailBench.ts';

test('added lines of a CSV file are rows, also where numbers get decimals and a rotated file has a new column', async (t) => {
  const bench = await tailBench(t, '  lines: csv\n');
  const log = join(bench.folder, 'x.log');
  writeFileSync(log, 'time,rain,site\n2024-01-01 00:00:00,0,A1\n2024-01-01 00:10');
  const first = await bench.follow();
  assert.deepEqual([first.rows, first.files, first.notes], [1, 1, []]);
  assert.deepEqual((await bench.follow()).rows, 0, 'a line without its end waits');
  appendFileSync(log, ':00,0.2,12\n2024-01-01 00:20:00,,\n');
  assert.equal((await bench.follow()).rows, 2);
  appendFileSync(log, '2024-01-01 00:30:00,4,A1\n');
  renameSync(log, `${log}.1`);
  writeFileSync(log, 'time,ph,rain\n2024-01-01 00:40:00,7.25,1\n');
  assert.equal((await bench.follow()).rows, 2);
  assert.equal((await bench.follow()).rows, 0);
  assert.deepEqual(await bench.rows('x.log', sql`epoch(time)::INTEGER % 3600, rain, site, ph`), [
    [0, 0, 'A1', null],
    [600, 0.2, '12', null],
    [1200, null, null, null],
    [1800, 4, 'A1', null],
    [2400, 1, null, 7.25],
  ]);
  const { time, versions } = await readCoverage(await bench.pond.fs.root(), `${bench.home}/x.log`);
  const startUs = Date.parse('2024-01-01T00:00:00Z') * 1000;
  assert.deepEqual([time, versions], [{ minUs: startUs, maxUs: startUs + 2_400_000_000 }, 4]);
});

test('a log that was away goes on where it was read, also after other runs', async (t) => {
  const bench = await tailBench(t, '  lines: csv\n');
  const [log, away] = [join(bench.folder, 'x.log'), join(bench.folder, 'x.away')];
  writeFileSync(log, 'time,rain\n2024-01-01 00:00:00,0\n');
  writeFileSync(join(bench.folder, 'y.log'), 'time,rain\n2024-01-01 00:00:00,0\n');
  assert.equal((await bench.follow()).rows, 2);
  renameSync(log, away);
  for (let run = 0; run < 2; run++) assert.equal((await bench.follow()).rows, 0);
  appendFileSync(away, '2024-01-01 00:10:00,1\n');
  renameSync(away, log);
  assert.equal((await bench.follow()).rows, 1);
  renameSync(log, away);
  assert.equal((await bench.follow()).rows, 0);
  writeFileSync(log, 'time,rain\n2024-01-02 00:00:00,0\n');
  const { rows, notes } = await bench.follow();
  assert.equal(rows, 1);
  assert.match(notes.join(), /x\.log: it was truncated or replaced after its byte 54 was read/);
  assert.deepEqual((await bench.follow()).notes, []);
});

test('lines that do not fit are refused with their place; those before and other files are kept', async (t) => {
  const bench = await tailBench(t, '  lines: csv\n  names: [time, level]\n  series: all\n');
  const [one, two] = [join(bench.folder, 'one.log'), join(bench.folder, 'two.log')];
  writeFileSync(one, '2024-01-01,1\n');
  writeFileSync(two, '2024-01-02,2\n');
  assert.equal((await bench.follow()).rows, 2);
  appendFileSync(one, '2024-01-03,high\n');
  appendFileSync(two, '2024-01-04,4\n');
  const outcome = await bench.follow();
  assert.equal(outcome.rows, 1);
  assert.match(outcome.failure?.message ?? '', /one\.log: in the lines after byte 13: column level .*expected DOUBLE/);
  writeFileSync(one, '2024-01-01,1\n2024-01-03,3\n');
  assert.deepEqual((await bench.follow()).rows, 1, 'the corrected line is read');
  assert.deepEqual(await bench.rows('all', sql`level`), [[1], [2], [3], [4]]);
});

test('objects of NDJSON and lines of text are rows; nested values are JSON', async (t) => {
  const objects = await tailBench(t, '  lines: ndjson\n');
  const log = join(objects.folder, 'x.log');
  writeFileSync(log, '{"time": "2024-01-01T00:00:00", "v": 1, "place": {"x": 1}}\n');
  await objects.follow();
  appendFileSync(log, '{"time": "2024-01-01T00:00:01", "v": 2.5, "place": {"y": [1]}, "new": "a"}\n');
  assert.equal((await objects.follow()).rows, 1);
  assert.deepEqual(await objects.rows('x.log', sql`v, place::VARCHAR, new`), [
    [1, '{"x":1}', null],
    [2.5, '{"y":[1]}', 'a'],
  ]);
  const texts = await tailBench(t, '  lines: text\n');
  writeFileSync(join(texts.folder, 'x.log'), '2024-01-01\r\n"a, \u00e9\n');
  assert.equal((await texts.follow(1_700_000_000_000)).rows, 2);
  assert.deepEqual(await texts.rows('x.log', sql`line, "Timestamp"::INTEGER`), [
    ['"a, \u00e9', 1_700_000_000],
    ['2024-01-01', 1_700_000_000],
  ]);
});

test('the format in the document holds for every part of a file: a preamble, units, dates, nulls, decimal commas', async (t) => {
  const format =
    '{ skip: 1, units: true, below: 1, delimiter: ";", decimal: ",", dates: day-first, nulls: [NAN], comment: "#", zone: "+01:00" }';
  const bench = await tailBench(t, `  lines: csv\n  format: ${format}\n`);
  const log = join(bench.folder, 'x.log');
  writeFileSync(log, 'Station "4;\n# opened\ntime;level;site\n');
  assert.equal((await bench.follow()).rows, 0, 'the line of units is not there yet');
  appendFileSync(log, 'UTC+1;m;\n');
  assert.equal((await bench.follow()).rows, 0, 'the line below the units is not there yet');
  appendFileSync(log, ';Avg;\n02/01/2024 01:00;1,5;A1\n');
  assert.equal((await bench.follow()).rows, 1);
  appendFileSync(log, '# rain\n03/01/2024 01:00;NAN;A1\n');
  assert.equal((await bench.follow()).rows, 1);
  appendFileSync(log, '04/01/2024 01:00;2,25;"A;2"\n');
  assert.deepEqual((await bench.follow()).notes, []);
  assert.deepEqual(await bench.rows('x.log', sql`time::TIMESTAMP::VARCHAR, level, site`), [
    ['2024-01-02 00:00:00', 1.5, 'A1'],
    ['2024-01-03 00:00:00', null, 'A1'],
    ['2024-01-04 00:00:00', 2.25, 'A;2'],
  ]);
});

test('times that clocks repeat wait for the rows that show their pass', async (t) => {
  const bench = await tailBench(t, '  lines: csv\n  format: { zone: Europe/Berlin }\n');
  const log = join(bench.folder, 'x.log');
  writeFileSync(log, 'time,level\n2026-10-25 01:20,1\n2026-10-25 01:40,2\n2026-10-25 02:00,3\n');
  assert.deepEqual((await bench.follow()).notes, []);
  appendFileSync(log, '2026-10-25 02:20,4\n');
  const waiting = await bench.follow();
  assert.match(
    waiting.failure?.message ?? '',
    /in an hour that the clocks of Europe\/Berlin repeat.*`format: \{ zone: "\+01:00" \}`/s,
  );
  appendFileSync(log, '2026-10-25 02:40,5\n2026-10-25 02:00,6\n2026-10-25 02:20,7\n');
  assert.equal((await bench.follow()).rows, 4);
  appendFileSync(log, '2026-10-25 02:40,8\n2026-10-25 03:00,9\n2026-10-25 03:20,10\n');
  assert.equal((await bench.follow()).rows, 3);
  assert.deepEqual(
    await bench.rows('x.log', sql`level, strftime(time, '%H:%M')`),
    ['23:20', '23:40', '00:00', '00:20', '00:40', '01:00', '01:20', '01:40', '02:00', '02:20'].map((time, index) => [
      index + 1,
      time,
    ]),
  );
});

test('dates that can be read in two orders are refused, with what to state; lines above the header as well', async (t) => {
  const bench = await tailBench(t, '  lines: csv\n');
  writeFileSync(join(bench.folder, 'x.log'), 'time,level\n02/01/2024 00:00,1\n');
  const { rows, failure } = await bench.follow();
  assert.equal(rows, 0);
  assert.match(failure?.message ?? '', /x\.log.*can be read.*`format: \{ dates: day-first \}`/s);
  writeFileSync(join(bench.folder, 'x.log'), 'Station 4\ntime,level\n2024-01-02 00:00,1\n');
  const second = await bench.follow();
  assert.equal(second.rows, 0);
  assert.match(second.failure?.message ?? '', /x\.log/);
});

test('files without quotes, and a header with a quote that is not closed, are read line by line', async (t) => {
  const plain = await tailBench(t, '  lines: csv\n  format: { quote: "" }\n  names: [time, note]\n');
  const log = join(plain.folder, 'x.log');
  writeFileSync(log, '2024-01-01,5" pipe\n');
  assert.equal((await plain.follow()).rows, 1);
  appendFileSync(log, '2024-01-02,"open\n');
  assert.equal((await plain.follow()).rows, 1, 'a quote does not wait for another');
  assert.deepEqual(await plain.rows('x.log', sql`note`), [['"open'], ['5" pipe']]);
  const header = await tailBench(t, '  lines: csv\n');
  writeFileSync(join(header.folder, 'x.log'), 'time,level 5"\n2024-01-01,1\n2024-01-02,2\n');
  assert.equal((await header.follow()).rows, 2);
});

for (const [what, spec, code] of [
  ['UTF-16', 'lines: csv\n  format: { encoding: utf-16le }', 'value-unknown'],
  ['a footer', 'lines: csv\n  format: { footer: 1 }', 'key-unknown'],
  ['a format of NDJSON', 'lines: ndjson\n  format: { dates: day-first }', 'key-conflict'],
  ['invalid lines of CSV', 'lines: csv\n  invalid: skip', 'key-conflict'],
  ['invalid lines of text', 'lines: text\n  invalid: skip', 'key-conflict'],
  ['another treatment of invalid lines', 'lines: ndjson\n  invalid: fill', 'value-unknown'],
  ['lines below no header', 'lines: csv\n  names: [a]\n  format: { below: 1 }', 'key-conflict'],
  ['units without a header', 'lines: csv\n  names: [a]\n  format: { units: true }', 'key-conflict'],
] as const) {
  test(`${what} is a problem of the document`, () => {
    const text = `apiVersion: duckpond/v1\nkind: Tail\nname: log\ndesc: test\nspec:\n  pattern: /x/*.log\n  ${spec}\n`;
    const [read] = readResourceFile(text, resourceKinds);
    assert.deepEqual(
      read?.problems.map((problem) => problem.code),
      [code],
    );
  });
}
