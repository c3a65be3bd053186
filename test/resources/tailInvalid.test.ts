/** Lines of NDJSON that are not JSON objects: an error, or left out with a note. */
import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { divideLines } from '../../server/src/resources/kinds/tail/objectLines.ts';
import { runTail } from '../../server/src/resources/kinds/tail/run.ts';
import { type RunOutcome } from '../../server/src/resources/model/runState.ts';
import { temporaryFolder } from '../support/folder.ts';
import { newResourcePond } from '../support/resourcePond.ts';
import { createResourceBench } from '../support/runContext.ts';

/** A Tail of a log, which is not there yet. */
async function newTail(
  t: TestContext,
  more = '',
): Promise<{ readonly log: string; readonly follow: () => Promise<RunOutcome> }> {
  const folder = temporaryFolder(t);
  const pond = await newResourcePond(t);
  const spec = `spec:\n  pattern: ${folder}/*.log\n  lines: ndjson\n${more}`;
  const document = `apiVersion: duckpond/v1\nkind: Tail\nname: log\ndesc: test\n${spec}`;
  const bench = await createResourceBench(pond, 'Tail', document);
  const { materializer } = pond.layer;
  return { log: join(folder, 'x.log'), follow: () => bench.run(runTail, { materializer, now: () => 0 }) };
}

const row = (second: number): string => `{"time": "2024-01-01T00:00:0${second}", "v": ${second}}\n`;
const torn = '{"time": "2024-01-01T0\u0000\u0000\n';

test('a line that is not a JSON object ends the run, which names the option', async (t) => {
  const { log, follow } = await newTail(t);
  writeFileSync(log, `${row(1)}${torn}${row(2)}`);
  const { rows, failure } = await follow();
  assert.equal(rows, 0);
  assert.match(failure?.message ?? '', /x\.log: in the lines after byte 0: .*; `invalid: skip` leaves out lines that/);
});

test('with invalid: skip, such lines are left out, counted, and the first is noted', async (t) => {
  const { log, follow } = await newTail(t, '  invalid: skip\n');
  writeFileSync(log, `${row(1)}5\n\n[1, 2]\n${row(2)}x{"v": 1}\n`);
  const first = await follow();
  assert.deepEqual([first.rows, first.failure], [2, undefined]);
  assert.deepEqual(first.notes, [`${log}: 3 lines were left out, as not JSON objects; the first: 5`]);
  appendFileSync(log, torn);
  const second = await follow();
  assert.deepEqual([second.rows, second.failure], [0, undefined]);
  assert.deepEqual(second.notes, [`${log}: 1 line was left out, as not JSON objects; the first: ${torn.trimEnd()}`]);
  appendFileSync(log, row(3));
  const third = await follow();
  assert.deepEqual([third.rows, third.notes], [1, []]);
});

test('what the engine reads beyond the standard is not left out', async (t) => {
  const lenient = ['{"v": NaN}', '{"v": -Infinity}', '{"v": 1, }', '{"a": "NaN,]", "v": [1, ]}'];
  for (const line of lenient) {
    const text = `{"v": 1}\n${line}\n`;
    assert.equal(divideLines(Buffer.from(text)).objects.toString(), text, line);
  }
  const plain = await newTail(t, '  time: t\n');
  const skipping = await newTail(t, '  time: t\n  invalid: skip\n');
  const text = lenient.map((line, index) => line.replace('{', `{"t": "2024-01-01T00:00:0${index}", `)).join('\n');
  for (const { log } of [plain, skipping]) writeFileSync(log, `${text}\n`);
  const [one, other] = [await plain.follow(), await skipping.follow()];
  assert.deepEqual([other.rows, other.notes], [one.rows, one.notes]);
  assert.deepEqual([one.rows, one.failure], [lenient.length, undefined]);
});

test('bytes that are not UTF-8, texts that only begin as an object, and a late byte-order mark are not JSON objects', () => {
  const bad = [
    Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x0a]),
    Buffer.from('{"v": 1} {"v": 2}\n'),
    Buffer.from('\ufeff{}\n'),
  ];
  const [first, good] = [Buffer.from('\ufeff{"v": 1}\n'), Buffer.from('{"v": "\u00e9"}\r\n')];
  const { objects, others } = divideLines(Buffer.concat([first, bad[0]!, good, bad[1]!, good, bad[2]!]));
  assert.deepEqual(Buffer.from(objects), Buffer.concat([first, good, good]));
  assert.deepEqual(
    others.map((line) => Buffer.from(line)),
    bad,
  );
});
