/** Records that are passed in several lanes at once are those that one reading, byte by byte, passes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unknownStep } from '../../server/src/sandbox/lazyAutomaton.ts';
import { RecordAutomaton } from '../../server/src/sandbox/records/recordAutomaton.ts';
import { EmptyField, recordExits } from '../../server/src/sandbox/records/recordTable.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { oneOf } from '../support/randomTables.ts';

/** A state of a random automaton, which says whether the byte before it was a carriage return. */
interface RandomState {
  readonly number: number;
  readonly isReturn: boolean;
}

type Step = (state: RandomState, byte: number) => RandomState | EmptyField<RandomState> | number;

type Random = ReturnType<typeof randomOf>;

const newline = 0x0a;
const carriageReturn = 0x0d;
const start: RandomState = { number: 0, isReturn: false };
const width = 3;

/** Bytes of random texts; the last ones are rare. */
const alphabet = [...Buffer.from('aaabb01,\r"!')];
const rareBytes = 2;
const comma = 0x2c;

/** What is passed, by one look at each byte. */
function plainPass(step: Step, bytes: Buffer, from: number, end: number): unknown {
  const passed = { begin: from, rows: 0, pairs: 0, empty: new Float64Array(width) };
  let state = start;
  let open: number[] = [];
  for (let at = from; at < end; at += 1) {
    const found = step(state, bytes[at]!);
    if (found instanceof EmptyField) open.push(found.field);
    const next = found instanceof EmptyField ? found.next : found;
    if (typeof next !== 'number') {
      state = next;
      continue;
    }
    if (next !== recordExits.line && next !== recordExits.pair) break;
    passed.begin = at + 1;
    passed.rows += 1;
    if (next === recordExits.pair) passed.pairs += 1;
    for (const field of open) passed.empty[field]! += 1;
    open = [];
    state = start;
  }
  return passed;
}

/** What a random table does with a byte. */
type Cell = number | 'irregular' | 'doubtful';

/** Steps by a random table. Line feeds end a record, but in some states. Doubtful steps are made once they are known. */
function randomStep(random: Random, isKnown: () => boolean): Step {
  const states = 1 + random(12);
  const stops = random(4);
  const table = Array.from({ length: states }, () =>
    Array.from({ length: 256 }, (_, byte): Cell => {
      const isRare = byte === newline || alphabet.indexOf(byte) >= alphabet.length - rareBytes;
      if (!isRare || random(6) >= stops) return random(states);
      return random(2) === 0 || byte === newline ? 'irregular' : 'doubtful';
    }),
  );
  const emptyFields = Array.from({ length: states }, () => random(5));
  return ({ number, isReturn }, byte) => {
    const cell = table[number]![byte]!;
    if (cell === 'irregular') return recordExits.irregular;
    if (cell === 'doubtful' && !isKnown()) return unknownStep;
    const end = isReturn ? recordExits.pair : recordExits.line;
    const state = { number: cell === 'doubtful' ? 0 : cell, isReturn: byte === carriageReturn };
    const next = byte === newline ? end : state;
    const field = emptyFields[number]!;
    return byte === comma || (byte === newline && field < width) ? new EmptyField(field % width, next) : next;
  };
}

/** Lines of random lengths, most of them short. */
function randomText(random: Random, bytes: number): Buffer {
  const rare = oneOf(random, [1, 30, 1000, 100_000]);
  const lineBytes = oneOf(random, [5, 60, 900]);
  const text = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 1) {
    const isRare = random(rare) === 0;
    text[at] = random(lineBytes) === 0 ? newline : alphabet[random(alphabet.length - (isRare ? 0 : rareBytes))]!;
  }
  return text;
}

const automatonOf = (next: Step): RecordAutomaton<RandomState> =>
  new RecordAutomaton({ start, next, keyOf: ({ number, isReturn }) => `${number} ${isReturn}`, width });

test('lanes pass what one reading of each byte passes', () => {
  let passedRows = 0;
  for (const seed of seeds(60)) {
    const random = randomOf(seed);
    let isKnown = false;
    const step = randomStep(random, () => isKnown);
    const automaton = automatonOf(step);
    const text = randomText(random, 1 + random(oneOf(random, [9000, 60_000, 400_000])));
    const end = text.lastIndexOf(newline) + 1;
    // Further from one stop to the next; the tables and the windows stay, and doubtful steps become known.
    for (let from = 0; from < end;) {
      const expected = plainPass(step, text, from, end) as { readonly begin: number; readonly rows: number };
      assert.deepEqual(automaton.pass(text, from, end), expected, `seed ${seed}, from ${from}`);
      passedRows += expected.rows;
      from = Math.max(expected.begin, text.indexOf(newline, expected.begin) + 1);
      if (random(10) === 0) isKnown = true;
    }
  }
  assert.ok(passedRows > 10_000, `${passedRows} rows`);
});

/** An automaton of records of equal lengths, whose states are the positions in them. */
function countingAutomaton(recordBytes: number): RecordAutomaton<RandomState> {
  return automatonOf(({ number }, byte) => {
    if (byte === newline) return number === recordBytes - 1 ? recordExits.line : recordExits.irregular;
    return number === recordBytes - 1 ? recordExits.irregular : { number: number + 1, isReturn: false };
  });
}

const equalRecords = (recordBytes: number, count: number): Buffer =>
  Buffer.from(`${'x'.repeat(recordBytes - 1)}\n`.repeat(count));

test('tables that were dropped for others are made again', () => {
  // Together they need more memory than all tables have.
  const lengths = Array.from({ length: 40 }, (_, index) => 400 - index);
  const automata = lengths.map((length) => countingAutomaton(length));
  for (const round of [1, 2]) {
    for (const [index, automaton] of automata.entries()) {
      const text = equalRecords(lengths[index]!, 600);
      const { begin, rows } = automaton.pass(text, 0, text.length);
      assert.deepEqual([begin, rows], [text.length, 600], `${lengths[index]} bytes in round ${round}`);
    }
  }
});

test('records of more states than a table has are not passed', () => {
  const text = Buffer.concat([equalRecords(100, 2000), equalRecords(5000, 1)]);
  const automaton = automatonOf(({ number }, byte) =>
    byte === newline ? recordExits.line : { number: number + 1, isReturn: false },
  );
  const { begin, rows } = automaton.pass(text, 0, text.length);
  assert.deepEqual([begin, rows], [200_000, 2000]);
});

test('records of any length are passed, and those that are longer than what is read together are not', () => {
  for (const recordBytes of [1, 2, 3, 4095, 4096, 4097, 70_000, 500_000, 600_000]) {
    const text = equalRecords(recordBytes, Math.ceil(1_500_000 / recordBytes));
    const automaton = automatonOf((state, byte) => (byte === newline ? recordExits.line : state));
    const { begin, rows } = automaton.pass(text, 0, text.length);
    assert.equal(begin, recordBytes < 600_000 ? text.length : 0, `${recordBytes} bytes`);
    assert.equal(rows, begin / recordBytes);
  }
});

test('a text with more pairs of bytes than the table has columns is passed', () => {
  const random = randomOf(7);
  const text = Buffer.from(Array.from({ length: 700_000 }, () => random(256)));
  const step: Step = ({ number }, byte) => {
    if (byte === newline) return recordExits.line;
    return number === 63 && byte === 0x21
      ? recordExits.irregular
      : { number: (number * 31 + byte) % 64, isReturn: false };
  };
  const automaton = automatonOf(step);
  const end = text.lastIndexOf(newline) + 1;
  for (let from = 0; from < end;) {
    const expected = plainPass(step, text, from, end) as { readonly begin: number };
    assert.deepEqual(automaton.pass(text, from, end), expected, `from ${from}`);
    from = Math.max(expected.begin, text.indexOf(newline, expected.begin) + 1);
  }
});
