/** Random tables by a writer with one quirk: what is read is what was written, or the file is refused with the line. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { TextFiles } from '../support/textFiles.ts';

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

type Row = readonly [time: string, value: string, note: string];

interface Written {
  readonly content: string | Uint8Array;
  readonly name?: string;
  readonly format?: TextFormat;
  /** Rows that must be read; those of the table when undefined. */
  readonly rows?: readonly (readonly (string | null)[])[];
  /** The file must be refused with this message. */
  readonly refused?: RegExp;
}

type Random = (count: number) => number;
type Writer = (rows: readonly Row[], random: Random) => Written;

const header = 'Timestamp,Value,Note';
const line = (row: readonly string[]): string => row.map(field).join(',');
const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const csv = (...lines: readonly string[]): string => lines.map((each) => `${each}\n`).join('');
const table = (rows: readonly Row[]): string => csv(header, ...rows.map(line));
const spliced = (lines: readonly string[], at: number, more: string): string[] => [
  ...lines.slice(0, at),
  more,
  ...lines.slice(at),
];
/** A value with one more decimal digit, which is never zero. */
const late: Row = ['2026-12-31 00:00:00', '0.25', 'late'];

const writers: Readonly<Record<string, Writer>> = {
  nothing: (rows) => ({ content: table(rows) }),
  'a byte-order mark': (rows) => ({ content: `\ufeff${table(rows)}` }),
  'UTF-16LE': (rows) => ({ content: Buffer.from(`\ufeff${table(rows)}`, 'utf16le') }),
  'latin-1': (rows) => ({
    content: Buffer.from(table([...rows, ['2026-12-31 00:00:00', '1.5', '5 °C']]), 'latin1'),
    rows: [...rows, ['2026-12-31 00:00:00', '1.5', '5 °C']],
  }),
  'CR LF': (rows) => ({ content: table(rows.filter(([, , note]) => !note.includes('\n'))).replaceAll('\n', '\r\n') }),
  'mixed ends of lines': (rows, random) => ({
    content: [header, ...rows.map(line)].map((each) => `${each}${random(2) === 0 ? '\n' : '\r\n'}`).join(''),
  }),
  'no end of the last line': (rows) => ({ content: table(rows).slice(0, -1) }),
  'a preamble': (rows) => ({ content: `Data of a logger\nStation,Harbor\n\n${table(rows)}` }),
  comments: (rows) => ({ content: `# by hand, 2026\n# 5 columns\n${table(rows)}` }),
  'units, stated': (rows) => ({
    content: csv(header, 's,degC,', ...rows.map(line)),
    format: { units: true },
  }),
  'units and kinds of aggregates, stated': (rows) => ({
    content: csv(header, 's,degC,', ',Avg,', ...rows.map(line)),
    format: { units: true, below: 1 },
  }),
  'decimal commas': (rows) => ({
    content: csv(
      'Timestamp;Value;Note',
      ...rows.map(([time, value, note]) =>
        [time, value.replace('.', ','), `"${note.replaceAll('"', '""')}"`].join(';'),
      ),
    ),
  }),
  'a late type': (rows) => ({
    content: table([...rows.map(([time, , note]): Row => [time, '0', note]), late]),
    rows: [...rows.map(([time, , note]) => [time, '0.0', note]), late],
  }),
  'a late column': (rows) => ({
    content: `${table(rows)}${header},More\n${line(late)},7\n`,
    rows: [...rows.map((row) => [...row, null]), [...late, '7']],
  }),
  'a short line': (rows, random) => {
    const at = 1 + random(rows.length);
    const before = rows.slice(0, at).reduce((sum, row) => sum + 1 + row[2].split('\n').length - 1, 0);
    const content = csv(header, ...spliced(rows.map(line), at, '2026-01-01 00:00:00'), line(late), line(late));
    return { content, refused: new RegExp(`expected 3 fields in line ${before + 2}, .*, got 1$`) };
  },
  'a short line, filled': (rows, random) => {
    const at = 1 + random(rows.length);
    const content = csv(header, ...spliced(rows.map(line), at, '2026-01-01 00:00:00'));
    const filled: readonly (readonly (string | null)[])[] = [
      ...rows.slice(0, at),
      ['2026-01-01 00:00:00', null, null],
      ...rows.slice(at),
    ];
    return { content, format: { ragged: 'fill' }, rows: filled };
  },
  'a footer, stated': (rows) => ({
    content: `${table(rows)}END OF FILE, 3 rows, all good, "done\n`,
    format: { footer: 1 },
  }),
  'rows like comments': (rows) => ({
    content: csv(header, ...rows.flatMap((row) => [line(row), '#N/A,1.5,x'])),
    rows: rows.flatMap((row) => [row, ['#N/A', '1.5', 'x']]),
  }),
  ids: (rows) => ({
    content: csv(
      'Id,Value,Note',
      ...rows.map(([, value, note], i) => line([`8901410321111851${String(i).padStart(4, '0')}`, value, note])),
    ),
    rows: rows.map(([, value, note], i) => [`8901410321111851${String(i).padStart(4, '0')}`, value, note]),
  }),
  'American dates': (rows) => ({
    content: csv(
      header,
      '12/31/2026 00:00:00,0.25,late',
      ...rows.map(([time, value, note]) => line([american(time), value, note])),
    ),
    rows: [late, ...rows],
  }),
  'German dates': (rows) => ({
    content: csv(
      header,
      '31.12.2026 00:00:00,0.25,late',
      ...rows.map(([time, value, note]) => line([time.replace(/^(\d+)-(\d+)-(\d+)/, '$3.$2.$1'), value, note])),
    ),
    rows: [late, ...rows],
  }),
  'a gzip file': (rows) => ({ name: 'a.csv.gz', content: gzipSync(table(rows)) }),
  'a gzip file cut short': (rows, random) => {
    const bytes = gzipSync(table(rows));
    return { name: 'a.csv.gz', content: bytes.subarray(0, 20 + random(bytes.length - 21)), refused: /is cut short/ };
  },
};

const american = (time: string): string => time.replace(/^(\d+)-(\d+)-(\d+)/, '$2/$3/$1');

const two = (value: number): string => String(value).padStart(2, '0');
const notes = ['ok', 'wet, cold', 'he said "no"', 'a\nb', '#4', 'é', 'x;y', "it's"];

function randomRows(random: Random): Row[] {
  return Array.from({ length: 2 + random(30) }, () => [
    `2026-${two(1 + random(12))}-${two(1 + random(28))} ${two(random(24))}:${two(random(60))}:${two(random(60))}`,
    `${random(2) === 0 ? '-' : ''}${1 + random(500)}.${1 + random(9)}`,
    notes[random(notes.length)]!,
  ]);
}

for (const [quirk, write] of Object.entries(writers)) {
  test(`a table with ${quirk} is read as it was written, or refused with the line`, async () => {
    for (const seed of seeds(8)) {
      const random = randomOf(seed);
      const own = randomRows(random).map((row): Row =>
        /CR LF|latin-1|mixed/.test(quirk) && /\n|é/.test(row[2]) ? [row[0], row[1], 'ok'] : row,
      );
      const { content, name = 'a.csv', format = {}, rows = own, refused } = write(own, random);
      const reading = texts.read(texts.file(name, content, format));
      if (refused !== undefined) await assert.rejects(reading, refused, `seed ${seed}`);
      else assert.deepEqual((await reading).rows, rows, `seed ${seed}`);
    }
  });
}
