import { unknownStep } from '../lazyAutomaton.ts';
import { RecordAutomaton } from '../records/recordAutomaton.ts';
import { EmptyField } from '../records/recordTable.ts';
import { automatonOf, endIn, exits, type FieldMarks } from './valueAutomaton.ts';

/** Rows that are passed without a look at their values. */
interface KnownRowsOptions {
  readonly marks: FieldMarks;
  /** First byte of a comment; -1 for none. */
  readonly comment: number;
  /** A record that begins with it may be another header: see headerStart. Empty for none. */
  readonly headerStart: Buffer;
  /** State of the automaton of values at the start of each field. */
  readonly starts: Int32Array;
  /** True for a state at the end of a field whose values the facts of the column have, but for their number. */
  readonly isKnown: (field: number, state: number) => boolean;
}

/** A state in a record: that of the automaton of values, in one of its fields. */
export interface RowState {
  readonly field: number;
  readonly value: number;
  /** Number of bytes of the header's start that the record begins with; -1 after any other byte. */
  readonly named: number;
}

/** First byte of a byte-order mark. */
const byteOrderMark = 0xef;

/** Begins a page, above a header that is printed on each. */
const formFeed = 0x0c;

/** True for the first byte of a record that may be a comment or another header, or begin with a byte-order mark. */
export function isMark(byte: number | undefined, comment: number): boolean {
  return byte === comment || byte === byteOrderMark || byte === formFeed;
}

/** An automaton that passes records all of whose values are of known classes. */
export function knownRows(options: KnownRowsOptions): RecordAutomaton<RowState> {
  const { starts, headerStart } = options;
  return new RecordAutomaton<RowState>({
    start: { field: 0, value: starts[0]!, named: headerStart.length === 0 ? -1 : 0 },
    next: (state, byte) => nextState(state, byte, options),
    keyOf: ({ field, value, named }) => `${field} ${value} ${named}`,
    width: starts.length,
  });
}

function nextState(state: RowState, byte: number, options: KnownRowsOptions): RowState | EmptyField<RowState> | number {
  const { field, value, named } = state;
  const { marks, comment, headerStart, starts } = options;
  const automaton = automatonOf(marks);
  const isFirst = field === 0 && value === starts[0];
  if (isFirst && isMark(byte, comment)) return exits.irregular;
  const step = automaton.table[value + byte]!;
  const result = step === unknownStep ? automaton.step(value, byte) : step;
  const isQuote = named === 0 && byte === marks.quote;
  const isUnnamed = headerStart[0] === marks.delimiter;
  // A name in quotes that is empty.
  if (isQuote && !isFirst && isUnnamed) return exits.irregular;
  const nowNamed = isQuote && isFirst ? named : named >= 0 && byte === headerStart[named] ? named + 1 : -1;
  if (result >= 0) {
    const isHeader = nowNamed === headerStart.length && nowNamed > 0;
    return isHeader ? exits.irregular : { field, value: result, named: nowNamed };
  }
  const isLast = field === starts.length - 1;
  if (result === exits.irregular || isLast === (result === exits.field)) return exits.irregular;
  const next = result === exits.field ? { field: field + 1, value: starts[field + 1]!, named: nowNamed } : result;
  const end = endIn(automaton.stateOf(value));
  if (!end.isText && end.name === '') return new EmptyField(field, next);
  return options.isKnown(field, value) ? next : unknownStep;
}
