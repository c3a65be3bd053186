/** Every usual form of header above every usual kind of rows: it is found or refused, and never read as a row. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { findLayout } from '../../server/src/sandbox/textTables/findLayout.ts';
import { randomOf } from '../support/random.ts';

type Random = (count: number) => number;

const columnCount = 6;
const counted = (name: (index: number) => string): readonly string[] =>
  Array.from({ length: columnCount }, (_, index) => name(index));

/** Headers; the first name of some is that of a column of words or times. */
const headers: Readonly<Record<string, readonly string[]>> = {
  words: ['day', 'temp', 'rh', 'flow', 'pH', 'Na'],
  'words with numbers': counted((index) => `T${index + 1}`),
  'padded numbers': counted((index) => `ch0${index + 1}`),
  'several words': counted((index) => `Sensor ${index + 1} (degC)`),
  letters: [...'ABCDEF'],
  percentiles: ['name', ...counted((index) => `${(index + 1) * 15}%`).slice(1)],
  'ranges of depths': ['plot', ...counted((index) => `${index * 10}-${index * 10 + 10} cm`).slice(1)],
  years: ['site', ...counted((index) => String(2015 + index)).slice(1)],
  decades: ['site', ...counted((index) => String(1950 + 10 * index)).slice(1)],
  wavelengths: ['sample', ...counted((index) => String(400 + 5 * index)).slice(1)],
  lags: ['lag', ...counted((index) => String(index - 3)).slice(1)],
  'padded hours': ['day', ...counted((index) => `0${index}`).slice(1)],
  'hours of a clock': ['day', ...counted((index) => `0${index}:00`).slice(1)],
  days: ['site', ...counted((index) => `2026-01-0${index + 1}`).slice(1)],
  depths: ['site', '0.5', '1', '2', '5', '10'],
  doses: ['drug', '0', '1', '10', '100', '1000'],
};

/** Values of the first column, and of the others. */
const firsts: Readonly<Record<string, (random: Random, row: number) => string>> = {
  sites: (random) => ['North', 'South', 'East creek', 'W'][random(4)]!,
  codes: (random) => `KS${random(90)}`,
  times: (_, row) => `2026-03-0${row + 1} 10:00:00`,
};
const others: Readonly<Record<string, (random: Random) => string>> = {
  fractions: (random) => (random(3000) / 100).toFixed(2),
  'whole numbers': (random) => String(random(200)),
  'fractions and gaps': (random) => (random(4) === 0 ? ['', 'NA', 'NaN'][random(3)]! : (random(3000) / 100).toFixed(2)),
  'fractions and flags': (random) => (random(4) === 0 ? ['A', 'P'][random(2)]! : (random(3000) / 100).toFixed(2)),
  words: (random) => ['dry', 'wet', 'wind 5 m/s'][random(3)]!,
};

/** True for a header, undefined for a refused text. */
function hasHeader(lines: readonly (readonly string[])[]): boolean | undefined {
  const bytes = Buffer.from(lines.map((fields) => `${fields.join(',')}\n`).join(''));
  try {
    return findLayout({ bytes, isWhole: true, format: {}, pondPath: '/a.csv' }).hasHeader;
  } catch (error) {
    if (isPondError(error, 'invalid-content')) return undefined;
    throw error;
  }
}

/** Headers that are refused above some rows: those are rows as well as any. */
const mayBeRefused = new Set(['depths', 'doses', 'days', 'hours of a clock']);

for (const [name, header] of Object.entries(headers)) {
  test(`a header of ${name} is not read as a row`, () => {
    for (const [firstName, first] of Object.entries(firsts)) {
      for (const [otherName, other] of Object.entries(others)) {
        const random = randomOf(name.length + otherName.length);
        const rows = Array.from({ length: 8 }, (_, row) => [
          first(random, row),
          ...counted(() => other(random)).slice(1),
        ]);
        const found = hasHeader([header, ...rows]);
        const shown = `${firstName}, ${otherName}`;
        assert.ok(found === true || (found === undefined && mayBeRefused.has(name)), `${shown}: ${found}`);
        // Without it, no row is lost.
        if (otherName !== 'words') assert.notEqual(hasHeader(rows), true, shown);
      }
    }
  });
}
