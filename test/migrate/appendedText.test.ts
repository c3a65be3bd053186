import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordsUpTo } from '../../server/src/migrate/appendedText.ts';
import { bytesOf } from '../support/tree.ts';

test('records are counted at ends, however the text is cut into parts', async () => {
  const text = 'a,b\r\n1,"x\ny"\r\n\r\n2,"""\n"\n3,z';
  const ends = [0, 5, 10, 14, 16, 22, 25, text.length];
  const cases: readonly (readonly [boolean, readonly number[]])[] = [
    [true, [0, 1, 1, 2, 2, 2, 3, 4]],
    [false, [0, 1, 2, 3, 3, 4, 5, 6]],
  ];
  for (const [hasQuotes, expected] of cases) {
    for (const partBytes of [1, 3, 7, 100]) {
      const parts = Array.from({ length: Math.ceil(text.length / partBytes) }, (_, at) =>
        bytesOf(text.slice(at * partBytes, (at + 1) * partBytes)),
      );
      assert.deepEqual(await recordsUpTo(parts, ends, { hasQuotes }), expected, `parts of ${partBytes} bytes`);
    }
  }
  assert.deepEqual(await recordsUpTo([bytesOf('a\nb\n')], [2, 2, 4], { hasQuotes: false }), [1, 1, 2]);
  assert.deepEqual(await recordsUpTo([], [0], { hasQuotes: false }), [0]);
});
