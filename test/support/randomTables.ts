import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';

type Random = (count: number) => number;

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => String(random(10))).join('');
const pair = (random: Random, most: number): string => String(random(most + 1)).padStart(2, '0');
export const oneOf = <T>(random: Random, all: readonly T[]): T => all[random(all.length)]!;

const isoDate = (random: Random): string => `${1990 + random(40)}-${pair(random, 13)}-${pair(random, 31)}`;
const clock = (random: Random): string => `${pair(random, 24)}:${pair(random, 60)}:${pair(random, 59)}`;

/** Values as columns have them: most are of a common form. */
const values: readonly ((random: Random) => string)[] = [
  (random) => String(random(100_000)),
  (random) => `${oneOf(random, ['', '', '-', '+'])}${digits(random, 1 + random(4))}.${digits(random, random(5))}`,
  (random) => `${isoDate(random)}${oneOf(random, [' ', 'T'])}${clock(random)}`,
  (random) => `${2000 + random(9)}-01-${pair(random, 28)} ${pair(random, 23)}:${pair(random, 59)}:00`,
  (random) => `station-${random(5)}`,
  (random) => oneOf(random, ['true', 'false', 'TRUE', 'False']),
  (random) => isoDate(random),
  (random) => `${pair(random, 28)}/${pair(random, 12)}/${2000 + random(30)}`,
  (random) => clock(random),
  (random) => `1${digits(random, 14 + random(8))}`,
  (random) => `${random(999)}${oneOf(random, ['.', ','])}${digits(random, 3)}`,
];

/** Values that are rare in any column. */
export const oddities: readonly ((random: Random) => string)[] = [
  ...values,
  ...[
    '',
    ' ',
    '-',
    '.',
    '+',
    'e5',
    '1e5',
    '2.e-3',
    '1e9999',
    '007',
    '-0',
    'nan',
    '+Inf',
    'Infinity',
    'in',
    'T',
    'NAN',
    '-9999',
  ].map((text) => () => text),
  ...[
    ' 5',
    '5 ',
    'a,b',
    'a"b',
    'ä€',
    'x\ny',
    '2024-02-29',
    '2023-02-29',
    '2020-01-01 24:00:00',
    '#5',
    'time',
    '\t',
  ].map((text) => () => text),
  (random) =>
    `${isoDate(random)} ${clock(random)}${oneOf(random, ['Z', '+01', '-0130', '+01:00', ' UTC', '.5', '.1234567'])}`,
  (random) => `${isoDate(random).replaceAll('-', '/')} ${clock(random).slice(0, 5)}`,
  (random) => `${random(13)}:${pair(random, 59)} PM`,
];

const formats: readonly TextFormat[] = [
  ...[{}, {}, {}, {}],
  { nulls: ['NAN', '-9999', 'station-1'] },
  { nulls: ['2024-01-05', ' x'] },
  { dates: '%d/%m/%Y' },
  { ragged: 'fill' },
  { ragged: 'skip' },
  { quote: '' },
  { comment: '#' },
  { units: true },
  { units: true, below: 1 },
  { below: 2 },
  { types: { b: 'integer', c: 'text' } },
  { types: { '*': 'number' } },
  { header: false },
];

/** A CSV file, and what is stated about it. */
export interface RandomTable {
  readonly bytes: Buffer;
  readonly format: TextFormat;
}

/** Rows as loggers write them, with values and lines that are rare. */
export function randomTable(random: Random): RandomTable {
  const delimiter = oneOf(random, [',', ',', ';', '\t', '|', ' ']);
  const width = 1 + random(5);
  const columns = Array.from({ length: width }, () => ({
    value: oneOf(random, values),
    odd: oneOf(random, [0, 0, 2, 8]),
  }));
  const header = ['time', 'b', 'c', 'd', 'e'].slice(0, width);
  const quotes = random(3) === 0;
  const field = (text: string): string =>
    quotes || /["\n\r]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
  // Of many odd values, one may hide another.
  let single = random(3) === 0 ? 10 + random(10) : 0;
  const isOdd = (odd: number): boolean => (single > 0 ? (single -= 1) === 0 : odd > 0 && random(40) < odd);
  const row = (): string =>
    columns.map(({ value, odd }) => field((isOdd(odd) ? oneOf(random, oddities) : value)(random))).join(delimiter);
  const oddLine = (): string =>
    oneOf(random, [
      header.join(delimiter),
      header.toReversed().join(delimiter),
      header.join(delimiter).toUpperCase(),
      header.map((name) => `  ${name} `).join(delimiter),
      '',
      ' ',
      '#x',
      '"a" ',
      'x',
      `${row()}${delimiter}`,
      `${row()}${delimiter}1`,
    ]);
  const oddLines = oneOf(random, [0, 0, 0, 1, 5]);
  const end = oneOf(random, ['\n', '\n', '\r\n']);
  const oddEnds = random(8) === 0;
  const lines = Array.from({ length: 20 + random(200) }, () => (random(200) < oddLines ? oddLine() : row()));
  const text = [header.join(delimiter), ...lines]
    .map((line) => `${line}${oddEnds && random(20) === 0 ? oneOf(random, ['\r', '\r\n', '\n']) : end}`)
    .join('');
  const format = { ...oneOf(random, formats), ...(random(2) === 0 && { delimiter }) };
  return { bytes: Buffer.from(random(4) === 0 ? text.slice(0, -1) : text), format };
}
