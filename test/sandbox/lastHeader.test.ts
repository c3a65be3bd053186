/** The last header in a part of a file, which the lines after it are below. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readingOf } from '../../server/src/sandbox/formats.ts';
import { lastHeader, startOfLine } from '../../server/src/sandbox/textTables/lastHeader.ts';

const reading = readingOf('file', 'a.csv')!;
const row = '2026-01-01,1,2\n';
/** More than is scanned of lines that cannot have a header. */
const many = row.repeat(100_000);

const inLines = (head: string, lines: string): ReturnType<typeof lastHeader> => {
  const file = { reading, pondPath: '/a.csv', format: { skip: 0, header: true } };
  const text = { head: Buffer.from(head), lines: Buffer.from(lines) };
  return lastHeader(text, file, new AbortController().signal);
};

for (const [name, header] of [
  ['in another order', 't,b,a\n'],
  ['in quotes', '"b","t","a"\n'],
  ['in capitals', 'T,A,B\n'],
] as const) {
  test(`a header again below many lines is found: ${name}`, async () => {
    const line = await inLines('t,a,b\n', `${many}${header}${row}`);
    assert.equal(line, 100_001);
    const text = Buffer.from(`${many}${header}`);
    assert.equal(text.subarray(startOfLine(text, 100_001)).toString(), header);
  });
}

test('a header again without a first name is found', async () => {
  assert.equal(await inLines(',a,b\n', `${many},a,b\n${row}`), 100_001);
});

test('lines without another header have none', async () => {
  assert.equal(await inLines('t,a,b\n', many), undefined);
  assert.equal(await inLines('t,a,b\n', row), undefined);
});
