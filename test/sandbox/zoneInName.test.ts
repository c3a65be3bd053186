/** Time zones in the names of columns: they are offered, and what is offered reads the times. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { TextFiles } from '../support/textFiles.ts';

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

const hobo = `"Plot Title: Creek"
"#","Date Time, GMT-08:00","Temp, °C (LGR S/N: 1, SEN S/N: 1)"
1,01/13/17 01:00:00 AM,31.440
2,01/14/17 02:00:00 PM,31.390
`;

const rows = (name: string): string => `${name},v\n2026-01-13 01:00,1\n2026-01-13 02:00,2\n`;

/** [title, content, stated before, zone, its first time in UTC]. */
const offered: readonly (readonly [string, string, TextFormat, string, string])[] = [
  ['a HOBO logger', hobo, {}, '-08:00', '2017-01-13 09:00:00'],
  ['one with a space', rows('Date Time - GMT +05:00'), {}, '+05:00', '2026-01-12 20:00:00'],
  ['hours alone', rows('Zeit (UTC+1)'), {}, '+01:00', '2026-01-13 00:00:00'],
  ['four digits', rows('time_[utc-0330]'), {}, '-03:30', '2026-01-13 04:30:00'],
  ['a minus sign of typography', rows('Time UTC−5'), {}, '-05:00', '2026-01-13 06:00:00'],
  [
    'two columns of one zone',
    'a GMT+2,b GMT+02:00\n2026-01-13 01:00,2026-01-13 02:00\n',
    {},
    '+02:00',
    '2026-01-12 23:00:00',
  ],
  ['a format of dates', rows('t UTC+2'), { dates: '%Y-%m-%d %H:%M' }, '+02:00', '2026-01-12 23:00:00'],
];
for (const [title, content, stated, zone, first] of offered) {
  test(`the zone in the name of a column is offered: ${title}`, async () => {
    const [description] = await texts.describe(texts.file('a.csv', content, stated));
    assert.deepEqual(
      description?.offers.map(({ format }) => format),
      [{ zone }],
    );
    const { rows: read } = await texts.read(texts.file('a.csv', content, { ...stated, zone }));
    assert.ok(JSON.stringify(read[0]).includes(first), JSON.stringify(read[0]));
  });
}

for (const [title, content, stated] of [
  ['UTC', rows('time (UTC)'), {}],
  ['no offset', rows('time UTC+00:00'), {}],
  ['a stated zone', rows('time UTC+1'), { zone: 'Europe/Berlin' }],
  ['times with an offset of their own', 'time UTC+1,v\n2026-01-13T01:00+01:00,1\n', {}],
  ['another column of times', 'utc,local UTC+1\n2026-01-13 01:00,2026-01-13 02:00\n', {}],
  ['a column without times', 'day UTC+1,v\n2026-01-13,1\n', {}],
  ['a name of the zone database, whose sign is reversed', rows('time Etc/GMT+5'), {}],
  ['more than an offset', rows('time UTC+16'), {}],
] as const) {
  test(`no zone is offered: ${title}`, async () => {
    const [description] = await texts.describe(texts.file('a.csv', content, stated));
    assert.deepEqual(description?.offers, []);
  });
}
