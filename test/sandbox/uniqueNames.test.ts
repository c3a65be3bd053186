/** Names and formats of strangers cost in proportion to their number: each of these would take minutes otherwise. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FreeNames, uniqueNames } from '../../server/src/sandbox/uniqueNames.ts';
import { timeFormatOf } from '../../server/src/sandbox/xlsx/timeFormat.ts';
import { randomOf } from '../support/random.ts';

test('a name that occurred before gets the first number that is free', () => {
  const free = new FreeNames();
  assert.deepEqual(
    ['Temp', 'temp', 'TEMP', 'temp_3', 'temp'].map((name) => free.take(name)),
    ['Temp', 'temp_1', 'TEMP_2', 'temp_3', 'temp_4'],
  );
  assert.deepEqual(uniqueNames(['a', 'a', 'A_1', '', 'column3']), ['a', 'a_2', 'A_1', 'column3_1', 'column3']);
});

test('names differ without case, and those that a column has of its own stay', () => {
  const random = randomOf(11);
  const parts = ['a', 'A', 'a_1', 'A_1', 'a_2', 'a_1_1', '', 'column0', 'column2'];
  for (let round = 0; round < 2000; round += 1) {
    const names = Array.from({ length: random(9) }, () => parts[random(parts.length)]!);
    const found = uniqueNames(names);
    assert.equal(new Set(found.map((name) => name.toLowerCase())).size, names.length, JSON.stringify(names));
    for (const [index, name] of names.entries()) {
      const isFirst = names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) === index;
      if (isFirst && name !== '') assert.equal(found[index], name, JSON.stringify(names));
    }
  }
});

test('200,000 columns of one name have names', () => {
  const names = uniqueNames(Array<string>(200_000).fill('a'));
  assert.deepEqual([names[0], names[1], names.at(-1)], ['a', 'a_1', 'a_199999']);
});

test('a number format of a stranger is read at once, or refused', () => {
  for (const part of ['[', '[h', '"', '\\', '_', '*', '(']) {
    assert.throws(() => timeFormatOf(200, part.repeat(1_000_000)), /too long/);
    timeFormatOf(200, part.repeat(512));
  }
  assert.equal(timeFormatOf(200, 'yyyy-mm-dd'), 'date');
});
