import { oneOf } from './randomTables.ts';

type Random = (count: number) => number;
type Value = (random: Random) => string;

const pair = (random: Random, most: number): string => String(random(most + 1)).padStart(2, '0');
const day = (random: Random): string => `20${pair(random, 30)}-${pair(random, 12)}-${pair(random, 29)}`;
const goodDay = (random: Random): string =>
  `20${pair(random, 30)}-0${1 + random(9)}-${String(1 + random(28)).padStart(2, '0')}`;
const text = (content: string): string => JSON.stringify(content);

/** Most values of a key are made by one of these. */
const values: readonly Value[] = [
  (random) => String(random(1000)),
  (random) => String(random(2000) - 1000),
  (random) => (random(1000) / 8).toFixed(3),
  (random) => text(`${goodDay(random)} ${pair(random, 23)}:${pair(random, 59)}:00`),
  (random) => text(`${goodDay(random)}T00:00:00Z`),
  (random) => text(`${goodDay(random)}T${pair(random, 23)}:00${oneOf(random, ['', ':00', ':00.5', ':30.123456'])}`),
  (random) => text(goodDay(random)),
  (random) => text(`station-${random(9)}`),
  (random) => oneOf(random, ['true', 'false']),
  (random) => `1${'0'.repeat(14 + random(4))}${random(100)}`,
  (random) => `{"v": ${random(10)}, "u": ${text(`u${random(3)}`)}}`,
  (random) => `[${Array.from({ length: random(3) }, () => random(9)).join(',')}]`,
  (random) => text(`d9428888-122b-11e1-b85c-61cd3cbb32${10 + random(89)}`),
];

/** Values that are rare in any key. */
const oddities: readonly Value[] = [
  ...values,
  ...[
    'null',
    '""',
    '-0',
    '1e5',
    '1E+400',
    '-1.5e-3',
    '9007199254740993',
    '9223372036854775808',
    '18446744073709551616',
  ].map((value) => () => value),
  ...['1'.repeat(40), `-${'9'.repeat(19)}`, '"12:30:00"', '"2024-02-29"', '"2023-02-29"', '"2020-1-5"', '"5.5"'].map(
    (value) => () => value,
  ),
  ...['"a\\"b"', '"\\u00b0C"', '"\\ud83d\\ude00"', '"ä"', '{}', '[]', '[{"a":1}]', '"2020-01-01 24:00:00"', 'NaN'].map(
    (value) => () => value,
  ),
  (random) => text(day(random)),
];

/** Lines of JSON, most of them objects with the same keys. */
export function randomLines(random: Random): string[] {
  const keys = ['time', 'b', 'Key c', 'd'].slice(0, 1 + random(4));
  const columns = keys.map((key) => ({ key, value: oneOf(random, values), odd: oneOf(random, [0, 0, 1, 3]) }));
  const gap = oneOf(random, ['', '', ' ']);
  // Of many odd values, one may hide another.
  const single = random(2) === 0 ? { row: 10 + random(10), key: oneOf(random, keys) } : undefined;
  const isOdd = (odd: number, key: string, row: number): boolean =>
    single === undefined ? random(50) < odd : single.row === row && single.key === key;
  const line = (row: number): string => {
    const used = columns.filter(() => random(60) > 0);
    const more = random(150) === 0 ? [oneOf(random, [`"e":${gap}1`, '"TIME":2', '"b":3', '"\\u0061":4'])] : [];
    const members = used.map(({ key, value, odd }) => {
      const made = isOdd(odd, key, row) ? oneOf(random, oddities) : value;
      return `${text(key)}:${gap}${made(random)}`;
    });
    return `{${[...members, ...more].join(`,${gap}`)}}`;
  };
  const faults = oneOf(random, [0, 0, 0, 0, 1]);
  return Array.from({ length: 30 + random(150) }, (_, row) =>
    random(200) < faults ? oneOf(random, ['', '  ', '[1]', '{"b":1', '{"b":01}', '{"b":+1}', 'x']) : line(row),
  );
}
