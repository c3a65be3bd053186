/** Files as instruments and programs write them: each is read as fixtures/readers/files.txt shows, or refused. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { TextFiles } from '../support/textFiles.ts';

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

const characters: Readonly<Record<string, string>> = { M: '\r', '@': '\0', B: '\ufeff', S: '\u00a0', F: '\f' };
const marks = (text: string): string => text.replaceAll(/\^([M@BSF])/g, (_, mark: string) => characters[mark] ?? '');

/** A text of UTF-8 with bytes of latin-1 in it. */
function bytesOf(content: string): Buffer {
  const parts = content.split('^L').map((part) => Buffer.from(part));
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from([0xb0]), part])));
}

/** What a file is read as, in the words of the fixture. */
async function readingOf(content: string | Buffer, format: TextFormat): Promise<string> {
  try {
    const { types, rows } = await texts.read(texts.file('a.csv', content, format));
    return [types.join(', '), ...rows.map((row) => row.map((value) => value ?? '-').join('|'))].join('\n');
  } catch (error) {
    return isPondError(error) ? `${error.code}: ${error.message}` : String(error);
  }
}

const fixture = readFileSync(new URL('../fixtures/readers/files.txt', import.meta.url), 'utf8');
const blocks = fixture.split(/^## /m).slice(1);
assert.ok(blocks.length > 10);
for (const block of blocks) {
  const [, title = '', stated = '{}', content = '', expected = ''] =
    /^([^{\n]*?) ?(\{.*\})?\n([^]*?)^=> ([^]*?)\n$/m.exec(block) ?? [];
  test(`reads ${title}`, async () => {
    const format = JSON.parse(stated) as TextFormat;
    const bytes = content.includes('^L') ? bytesOf(content) : marks(content);
    assert.equal(await readingOf(bytes, format), marks(expected));
  });
}

test('an error names the file of a pattern that cannot be read', async () => {
  const files = [
    texts.file('a.csv', 't,v\n1,2\n'),
    texts.file('b.csv', 't,v\n1,2\n3\n'),
    texts.file('c.csv', 't,v\n1,2\n'),
  ];
  await assert.rejects(texts.read(...files), {
    code: 'invalid-content',
    path: '/b.csv',
    message: /\/b\.csv .* line 3/,
  });
});

test('a file without a header is refused next to one of as many columns, until its names are stated', async () => {
  const [head, bare] = ['t,v\n1,2\n', '3,4\n5,6\n'];
  await assert.rejects(texts.read(texts.file('a.csv', head), texts.file('b.csv', bare)), {
    code: 'invalid-content',
    path: '/b.csv',
    message: /line 1 is a row, where \/a\.csv has a header/,
  });
  const stated = texts.file('b.csv', bare, { header: false, names: ['t', 'v'] });
  assert.deepEqual((await texts.read(texts.file('a.csv', head), stated)).rows, [
    ['1', '2'],
    ['3', '4'],
    ['5', '6'],
  ]);
});

test('the values of an empty key of JSON are read', async () => {
  const { rows } = await texts.read(texts.file('a.ndjson', '{"":1,"a":2}\n{"a":3,"":4}\n'));
  assert.deepEqual(rows, [
    ['1', '2'],
    ['4', '3'],
  ]);
});

test('files of blank lines and comments are left out like empty ones', async () => {
  const blank = ['# a\n# b\n', '\n\n', '\ufeff', ''].map((content, index) => texts.file(`${index}.csv`, content));
  assert.deepEqual((await texts.read(...blank, texts.file('t.csv', 't,v\n1,2\n'))).rows, [['1', '2']]);
  assert.deepEqual((await texts.read(...blank)).rows, []);
});

for (const [name, start] of [
  ['a ZIP archive', 'PK\u0003\u0004\u0014'],
  ['compressed with bzip2', 'BZh91AY&SY'],
  ['a Parquet file', 'PAR1\u0015\0'],
  ['an Arrow file', 'ARROW1\0\0'],
  ['a PDF', '%PDF-1.4\n'],
  ['a file of macOS with attributes of the file next to it', '\0\u0005\u0016\u0007\0\u0002\0\0Mac OS X\n'],
  ['the older format, .xls', '\u00d0\u00cf\u0011\u00e0\u00a1'],
  ['text in UTF-32', '\u00ff\u00fe\0\0t\0\0\0'],
  ['an HTML page', '\n<!DOCTYPE html>\n'],
  ['an XML document', '<?xml version="1.0"?>\n'],
] as const) {
  test(`a file that is ${name} is refused as such, whatever its extension`, async () => {
    const file = texts.file('a.csv', Buffer.from(start, 'latin1'));
    await assert.rejects(texts.read(file), { code: 'invalid-content', message: new RegExp(name.replace('.', '\\.')) });
  });
}

test('columns that are called PAR1 are not a Parquet file', async () => {
  assert.deepEqual((await texts.read(texts.file('a.csv', 'PAR1,PAR2\n1,2\n'))).types, ['BIGINT', 'BIGINT']);
});
