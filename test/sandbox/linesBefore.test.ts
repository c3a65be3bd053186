/** Lines of a part of a file that matter to the lines after it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readingOf } from '../../server/src/sandbox/formats.ts';
import { linesBefore, startOfLine } from '../../server/src/sandbox/textTables/linesBefore.ts';

const reading = readingOf('file', 'a.csv')!;
const row = '2026-01-01,1,2\n';
/** More than is scanned of lines that cannot have a header. */
const many = row.repeat(100_000);

const inLines = (head: string, lines: string): ReturnType<typeof linesBefore> => {
  const file = { reading, pondPath: '/a.csv', format: { skip: 0, header: true } };
  const text = { head: Buffer.from(head), lines: Buffer.from(lines) };
  return linesBefore(text, file, new AbortController().signal);
};

for (const [name, header] of [
  ['in another order', 't,b,a\n'],
  ['in quotes', '"b","t","a"\n'],
  ['in capitals', 'T,A,B\n'],
] as const) {
  test(`a header again below many lines is found: ${name}`, async () => {
    const { header: line } = await inLines('t,a,b\n', `${many}${header}${row}`);
    assert.equal(line, 100_001);
    const text = Buffer.from(`${many}${header}`);
    assert.equal(text.subarray(startOfLine(text, 100_001)).toString(), header);
  });
}

test('a header again without a first name is found', async () => {
  assert.equal((await inLines(',a,b\n', `${many},a,b\n${row}`)).header, 100_001);
});

test('lines without another header have none, and show what their first values show', async () => {
  assert.deepEqual(await inLines('t,a,b\n', many), { header: undefined, dates: [], decimal: [] });
  const dated = await inLines('t;a\r\n', `1/2/2026;1\r\n1/13/2026;2,5\r\n${'1/14/2026;1\r\n'.repeat(100_000)}`);
  assert.deepEqual(dated, { header: undefined, dates: [1, 2], decimal: [2] });
});

test('lines that show both decimal signs show none', async () => {
  assert.deepEqual((await inLines('a;b\n', '1,5;1.5\n')).decimal, []);
});
