import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLineMap } from '../../server/src/base/lineMap.ts';

test('lines end with LF, CR LF or CR, and characters are UTF-16 code units', () => {
  const lines = createLineMap('a\n🦆b\r\nc\rd');
  const positions = [0, 1, 2, 4, 5, 6, 7, 8, 9, 10].map((offset) => {
    const { line, character } = lines.positionAt(offset);
    return `${line}:${character}`;
  });
  assert.deepEqual(positions, ['0:0', '0:1', '1:0', '1:2', '1:3', '1:3', '2:0', '2:1', '3:0', '3:1']);
});

test('an offset outside the text is moved to its nearest end', () => {
  const lines = createLineMap('ab');
  assert.deepEqual(lines.positionAt(-1), { line: 0, character: 0 });
  assert.deepEqual(lines.positionAt(9), { line: 0, character: 2 });
  assert.deepEqual(lines.rangeOf(2, 1), { start: { line: 0, character: 2 }, end: { line: 0, character: 2 } });
  assert.deepEqual(createLineMap('').positionAt(0), { line: 0, character: 0 });
});

test('positions are converted back to offsets, and clamped to their line', () => {
  const text = 'a\n🦆b\r\nc\rd';
  const lines = createLineMap(text);
  // The offset between CR and LF is not a position of its own.
  for (let offset = 0; offset <= text.length; offset++) {
    assert.equal(lines.offsetAt(lines.positionAt(offset)), offset === 6 ? 5 : offset);
  }
  assert.equal(lines.offsetAt({ line: 0, character: 9 }), 1);
  assert.equal(lines.offsetAt({ line: 9, character: 0 }), 9);
  assert.equal(lines.offsetAt({ line: -1, character: -1 }), 0);
});
