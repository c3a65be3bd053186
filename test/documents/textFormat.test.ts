import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { decode } from '../../server/src/documents/decode.ts';
import { parseDocuments } from '../../server/src/documents/document.ts';
import {
  combineFormats,
  formatAt,
  formatAttributes,
  formatOfSpec,
  formatText,
  formatTexts,
  parseFormat,
  type StatedFormat,
} from '../../server/src/documents/statedFormat.ts';
import { formatOptions, textFormatSchema } from '../../server/src/documents/textFormat.ts';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { format as formatVerb } from '../../client/cli/formatVerb.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

/** Usable values of each option. */
const samples: { readonly [K in keyof Required<StatedFormat>]: readonly Required<StatedFormat>[K][] } = {
  delimiter: [',', ';', '\t', ' ', '||'],
  quote: ['"', "'", ''],
  encoding: ['utf-8', 'utf-16le', 'utf-16be', 'latin-1', 'windows-1252'],
  comment: ['#', '%', ''],
  skip: [0, 4],
  header: [true, false],
  names: [['time'], ['time', 'a, b', '[c]']],
  units: [true, false],
  below: [0, 2],
  footer: [0, 2],
  nulls: [['NAN'], [' '], ['', '-9999'], ['a,b']],
  decimal: ['.', ','],
  thousands: ['space', 'apostrophe'],
  dates: ['day-first', 'month-first', 'year-first', '%d.%m.%Y %H:%M'],
  zone: ['UTC', 'America/Denver', '-07:00'],
  repeated: ['first', 'second'],
  ragged: ['fill', 'skip'],
  types: [{ id: 'text' }, { 'a b': 'number', id: 'timestamp' }],
};

test('the options are the fields of what readers take', () => {
  const format: TextFormat = parseFormat({ skip: 4 });
  const readable: { readonly [K in keyof Required<TextFormat>]: unknown } = samples;
  assert.deepEqual(format, { skip: 4 });
  assert.deepEqual(formatOptions, Object.keys(readable));
});

test('the help of the verb names every option', () => {
  const details = formatVerb.details.join(' ');
  const missing = formatOptions.filter((option) => !new RegExp(`\\b${option}\\b`).test(details));
  assert.deepEqual(missing, []);
});

/** Checks a random format, unless its options exclude each other. */
function checkRandom(random: (count: number) => number): void {
  const chosen = formatOptions.filter(() => random(3) === 0);
  const values = Object.fromEntries(chosen.map((key) => [key, samples[key][random(samples[key].length)]]));
  let format: StatedFormat;
  try {
    format = parseFormat(values);
  } catch (error) {
    assert.ok(isPondError(error, 'usage') && /cannot|no header/.test(error.message), String(error));
    return;
  }
  assert.deepEqual(format, values);
  assert.deepEqual(parseFormat(JSON.parse(formatText(format)) as Record<string, unknown>), format);
  assert.deepEqual(parseFormat(Object.fromEntries(formatTexts(format))), format);
  const root = parseDocuments(`${JSON.stringify(values)}\n`)[0]?.root;
  if (root === undefined || chosen.length === 0) return;
  const { value, problems } = decode(textFormatSchema, root, root.range);
  assert.deepEqual(problems, []);
  assert.deepEqual(value && formatOfSpec(value), format);
}

test('every format is read back from its attribute, from the texts of a terminal and from a document', () => {
  for (const seed of seeds(300)) {
    try {
      checkRandom(randomOf(seed));
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

test('the attribute is the same text whatever the order of the options', () => {
  assert.equal(
    formatText(parseFormat({ skip: 1, delimiter: 'tab' })),
    formatText(parseFormat({ delimiter: '\t', skip: '1' })),
  );
});

const refused: readonly (readonly [values: Record<string, unknown>, message: RegExp, hint?: RegExp])[] = [
  [{ delimeter: ';' }, /"delimeter" is not known/, /Did you mean "delimiter"/],
  [{ skip: 'two' }, /expected a whole number/],
  [{ skip: -1 }, /from 0/],
  [{ skip: 1.5 }, /whole number/],
  [{ header: 'no' }, /expected true or false/],
  [{ encoding: 'latin1' }, /"latin1" is not an encoding/, /latin-1/],
  [{ quote: '""' }, /one character/],
  [{ delimiter: '' }, /at least one character/],
  [{ delimiter: 'a\nb' }, /line break/],
  [{ dates: 'dayfirst' }, /not an order/, /day-first/],
  [{ zone: 'Mars/Olympus' }, /not a time zone/, /America\/Denver/],
  [{ zone: '+25:00' }, /not a time zone/],
  [{ ragged: 'drop' }, /not a treatment/],
  [{ nulls: {} }, /expected a list/],
  [{ names: ['a', 'a'] }, /twice/],
  [{ types: { id: 'varchar' } }, /not a type of column/],
  [{ types: {} }, /at least one entry/],
  [{ delimiter: ',', decimal: ',' }, /both the delimiter and the decimal sign/],
  [{ delimiter: '"', quote: '"' }, /both the quote/],
  [{ delimiter: '#', comment: '#' }, /begin a comment/],
  [{ header: false, units: true }, /no header/],
  [{ header: false, below: 1 }, /no header/],
  [{ zone: '{{ zone }}' }, /template/],
];

for (const [values, message, hint] of refused) {
  test(`${JSON.stringify(values)} is refused`, () => {
    assert.throws(
      () => parseFormat(values),
      (error) => isPondError(error, 'usage') && message.test(error.message) && (hint?.test(error.hint ?? '') ?? true),
    );
  });
}

const chain = (...texts: readonly (string | undefined)[]) =>
  texts.map((text) => ({ attributes: text === undefined ? {} : { [formatAttributes.stated]: text } }));

test('of each option, the nearest statement holds', () => {
  const at = { path: '/data/a.csv', chain: chain(undefined, '{"skip":2,"dates":"day-first"}', '{"skip":4}') };
  assert.deepEqual(formatAt(at), { skip: 4, dates: 'day-first' });
  const typed = chain(undefined, '{"types":{"a":"text","b":"text"}}', '{"types":{"b":"number"}}');
  assert.deepEqual(formatAt({ path: '/data/a.csv', chain: typed }), { types: { a: 'text', b: 'number' } });
  assert.equal(formatAt({ path: '/data', chain: chain(undefined, undefined) }), undefined);
  assert.throws(
    () => combineFormats('/data/a.csv', [{ delimiter: ',' }, { decimal: ',' }]),
    (error) => isPondError(error, 'invalid-content') && /exclude each other/.test(error.message),
  );
});

for (const text of ['', '{', '[]', 'null', '{"skip":"many"}', '{"speed":1}', '{"__proto__":{"skip":1}}']) {
  test(`an attribute of a stranger, ${JSON.stringify(text)}, is an error with its path`, () => {
    assert.throws(
      () => formatAt({ path: '/data/a.csv', chain: chain(undefined, text, undefined) }),
      (error) => isPondError(error, 'invalid-content') && error.path === '/data' && /--clear/.test(error.hint ?? ''),
    );
  });
}
