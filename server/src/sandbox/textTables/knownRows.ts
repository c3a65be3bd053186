import { unknownStep } from '../lazyAutomaton.ts';
import { RecordAutomaton } from '../records/recordAutomaton.ts';
import { EmptyField } from '../records/recordTable.ts';
import { type HeaderStarts } from './headerStarts.ts';
import { automatonOf, endIn, exits, type FieldMarks } from './valueAutomaton.ts';

/** Rows that are passed without a look at their values. */
interface KnownRowsOptions {
  readonly marks: FieldMarks;
  /** First byte of a comment; -1 for none. */
  readonly comment: number;
  /** A record that begins with one of them may be another header. */
  readonly headerStarts: HeaderStarts;
  /** State of the automaton of values at the start of each field. */
  readonly starts: Int32Array;
  /** True for a state at the end of a field whose values the facts of the column have, but for their number. */
  readonly isKnown: (field: number, state: number) => boolean;
}

/** A state in a record: that of the automaton of values, in one of its fields. */
export interface RowState {
  readonly field: number;
  readonly value: number;
  /** The start of a name of the header, with which the record begins; undefined after any other byte. */
  readonly named: string | undefined;
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
  const { starts } = options;
  return new RecordAutomaton<RowState>({
    start: { field: 0, value: starts[0]!, named: '' },
    next: (state, byte) => nextState(state, byte, options),
    keyOf: ({ field, value, named }) => JSON.stringify([field, value, named]),
    width: starts.length,
  });
}

function nextState(state: RowState, byte: number, options: KnownRowsOptions): RowState | EmptyField<RowState> | number {
  const { field, value, named } = state;
  const { marks, comment, headerStarts, starts } = options;
  const automaton = automatonOf(marks);
  const isFirst = field === 0 && value === starts[0];
  if (isFirst && isMark(byte, comment)) return exits.irregular;
  const step = automaton.table[value + byte]!;
  const result = step === unknownStep ? automaton.step(value, byte) : step;
  const isQuote = named === '' && byte === marks.quote;
  // A name in quotes that is empty.
  if (isQuote && !isFirst && headerStarts.isUnnamed) return exits.irregular;
  const nowNamed = named === undefined || (isQuote && isFirst) ? named : headerStarts.next(named, byte);
  if (nowNamed === true) return exits.irregular;
  if (result >= 0) return { field, value: result, named: nowNamed };
  const isLast = field === starts.length - 1;
  if (result === exits.irregular || isLast === (result === exits.field)) return exits.irregular;
  const next = result === exits.field ? { field: field + 1, value: starts[field + 1]!, named: nowNamed } : result;
  const end = endIn(automaton.stateOf(value));
  if (!end.isText && end.name === '') return new EmptyField(field, next);
  return options.isKnown(field, value) ? next : unknownStep;
}
