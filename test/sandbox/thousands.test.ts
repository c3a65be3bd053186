/** Numbers with stated separators of thousands. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TextFormat } from '../../server/src/sandbox/textFormat.ts';
import { TextFiles } from '../support/textFiles.ts';

const texts = new TextFiles();
before(() => texts.open());
after(() => texts.close());

/** [title, format, content, rows]. */
const cases: readonly (readonly [string, TextFormat, string, (string | null)[][]])[] = [
  [
    'thousands: space',
    { thousands: 'space' },
    't;v\n1;1 234,5\n2;12,25\n3;-1\u00a0234\u202f567,5\n4; 7 000 \n',
    [
      ['1', '1234.5'],
      ['2', '12.25'],
      ['3', '-1234567.5'],
      ['4', '7000.0'],
    ],
  ],
  [
    'thousands: apostrophe',
    { thousands: 'apostrophe' },
    "t,v\n1,1'234.5\n2,12.25\n3,1\u2019234\u2019567\n",
    [
      ['1', '1234.5'],
      ['2', '12.25'],
      ['3', '1234567.0'],
    ],
  ],
  [
    'thousands among integers',
    { thousands: 'space' },
    't,v\n1,1 234\n2,9\n',
    [
      ['1', '1234'],
      ['2', '9'],
    ],
  ],
  [
    'thousands, and other groups, which are text',
    { thousands: 'space' },
    't,v\n1,1 234\n2,12 34\n',
    [
      ['1', '1 234'],
      ['2', '12 34'],
    ],
  ],
];
for (const [title, format, content, rows] of cases) {
  test(`honors ${title}`, async () => {
    assert.deepEqual((await texts.read(texts.file('a.csv', content, format))).rows, rows);
  });
}
