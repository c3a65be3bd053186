/** A file that is read alone with the notation of others has the values that it has in one table with them. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { isNumber, isPointInTime } from '../../server/src/base/typeClass.ts';
import { type SourceFile } from '../../server/src/sandbox/sources.ts';
import { mapLimit } from '../../server/src/base/mapLimit.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { TextFiles } from '../support/textFiles.ts';

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

/** Values of one kind of column each; a column has those of one to three of them. */
const kinds: readonly (readonly string[])[] = [
  ['1', '-2', '+3', '40'],
  ['12.5', '-0.25', '1234.5'],
  ['12,5', '-0,25', '1234,5'],
  ['1.234', '10.500'],
  ['1,234', '10,500'],
  ['1,234.5', '1,234,567.25'],
  ['1.234,5', '1.234.567,25'],
  ['007', '0012', '-01'],
  ['1E10', '2E5', '3e7'],
  ['12E5', '44e3'],
  ['1e+3', '2.5E-2'],
  ['+491701234567', '+12345678'],
  ['nan', '-inf', 'Infinity'],
  ['9007199254740993', '9223372036854775808'],
  ['0.12345678901234567890'],
  ['TRUE', 'false'],
  ['2026-02-01', '2026/2/3'],
  ['05/02/2026', '07/03/2026'],
  ['02/14/2026', '03/25/2026'],
  ['14.02.2026', '25.03.2026'],
  ['2026-02-01 10:30', '2026-02-01T10:30:15.25'],
  ['2026-02-01T10:30Z', '2026-02-01 10:30:15+02:00'],
  ['2026-02-01 10:30:15.123456789'],
  ['3:05', '23:59:59'],
  ['', ' ', ''],
  ['a', 'x y', '"q"', ' 5'],
];

interface Shared {
  readonly delimiter: string;
  /** Values by file. */
  readonly values: readonly (readonly string[])[];
}

function randomShared(random: (count: number) => number): Shared {
  const some = Array.from({ length: 1 + random(3) }, () => kinds[random(kinds.length)]!);
  const files = 2 + random(2);
  const values = Array.from({ length: files }, () => {
    const own = some[random(some.length)]!;
    return Array.from({ length: 1 + random(3) }, () => own[random(own.length)]!);
  });
  return { delimiter: [',', ';', '\t'][random(3)]!, values };
}

const quoted = (value: string, delimiter: string): string =>
  value.includes(delimiter) || value.includes('"') ? `"${value.replaceAll('"', '""')}"` : value;

function filesOf({ delimiter, values }: Shared): readonly SourceFile[] {
  return values.map((own, index) =>
    texts.file(
      `${index}.csv`,
      [['key', 'v'], ...own.map((value, row) => [`k${index}${row}`, quoted(value, delimiter)])]
        .map((fields) => `${fields.join(delimiter)}\n`)
        .join(''),
    ),
  );
}

interface ReadColumn {
  readonly kind: string;
  readonly values: readonly (string | null)[];
}

/** The column of values; undefined when the files are refused. */
async function columnOf(read: Promise<Awaited<ReturnType<TextFiles['read']>>>): Promise<ReadColumn | undefined> {
  try {
    const { types, rows } = await read;
    const type = types[1]!;
    const kind = isNumber(type) ? 'number' : isPointInTime(type) ? 'date' : type;
    return { kind, values: rows.map((row) => normal(kind, row[1] ?? null)) };
  } catch (error) {
    assert.ok(isPondError(error), String(error));
    return undefined;
  }
}

/** A value without what the type of its column adds: `7.0` and `7` are one number, and a day is its midnight. */
function normal(kind: string, value: string | null): string | null {
  if (value === null || value.trim() === '') return null;
  if (kind === 'number') return String(Number(value));
  return kind === 'date' ? value.replace(/ 00:00:00(\.0+)?$/, '') : value;
}

/**
 * Asserts that files read alone have the values of one table, or that a resource which joins them refuses them: one is
 * refused, or their kinds differ. The exception is a file that shows a notation of its own, which it keeps.
 */
async function checkShared(shared: Shared, context: string): Promise<void> {
  const files = filesOf(shared);
  const whole = await columnOf(texts.read(...files));
  const each = await mapLimit(files, 1, (file) => columnOf(texts.readAmong(file, files)));
  const filled = each.filter((own) => own === undefined || own.values.some((value) => value !== null));
  const areRefused = filled.includes(undefined) || new Set(filled.map((own) => own?.kind)).size > 1;
  if (whole === undefined || whole.kind === 'VARCHAR') {
    const isText = filled.every((own) => own?.kind === 'VARCHAR');
    assert.ok(areRefused || (isText && whole !== undefined) || haveOwnNotations(shared), context);
    return;
  }
  assert.ok(!areRefused, context);
  const values = each.flatMap((own) => own?.values ?? []);
  assert.deepEqual([filled[0]?.kind ?? whole.kind, values], [whole.kind, whole.values], context);
}

/** True where files have different decimal signs, orders of dates or zones, or more digits than a double holds. */
function haveOwnNotations({ values }: Shared): boolean {
  const has = (form: RegExp): boolean => values.flat().some((value) => form.test(value));
  const isMixed = has(/^[^,]*,\d+$|\.\d+,/) && has(/^[^.]*\.\d+(e[-+]?\d+)?$|,\d+\./i);
  const orders = [/^\d{4}[-/]/, /^(1[3-9]|2\d)[/.]/, /^\d\d\/(1[3-9]|2\d)/].filter(has).length;
  return isMixed || orders > 1 || (has(/:.*(Z|[+]\d\d:\d\d)$/) && has(/:\d\d(\.\d+)?$/)) || has(/\d{16,}/);
}

test('a file that is read alone with the notation of others has the values of one table with them', async () => {
  for (const seed of seeds(60)) {
    const shared = randomShared(randomOf(seed));
    await checkShared(shared, `seed ${seed}: ${JSON.stringify(shared)}`);
  }
});

for (const [what, delimiter, values, expected] of [
  ['ids like exponents next to decimals', ',', [['1E10'], ['12.5']], ['10000000000', '12.5']],
  ['ids with zeros next to decimals', ',', [['007'], ['12.5']], ['7', '12.5']],
  ['ids with zeros next to decimal commas', ';', [['007'], ['12,5']], ['7', '12.5']],
  ['ids next to thousands with a decimal point', '\t', [['007'], ['1,234.5']], ['7', '1234.5']],
  [
    'thousands next to twenty decimals',
    '\t',
    [['10,500'], ['0.12345678901234567890']],
    ['10500', '0.12345678901234568'],
  ],
] as const) {
  test(`${what} of another file are numbers, alone and in one table`, async () => {
    const shared = { delimiter, values };
    assert.deepEqual((await columnOf(texts.read(...filesOf(shared))))?.values, expected);
    await checkShared(shared, what);
  });
}
