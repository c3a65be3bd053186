import { LruCache } from '../../base/lruCache.ts';
import { LazyAutomaton } from '../lazyAutomaton.ts';
import { extendedClass, isComplete, otherClass } from './valueClass.ts';

/** Bytes that end a value of a regular file. Both are single bytes. */
export interface FieldMarks {
  readonly delimiter: number;
  /** -1 for none. */
  readonly quote: number;
}

/** Ends of the run of the automaton over a field, in place of a next state. */
export const exits = {
  /** A delimiter. */
  field: -2,
  /** A line feed. */
  line: -3,
  /** A line feed after a carriage return. */
  pair: -4,
  /** Bytes that the reader of records divides into fields. */
  irregular: -5,
} as const;

/** A state in a field. */
interface FieldState {
  /** `closed` is after the second quote, `return` after a carriage return. */
  readonly position: 'start' | 'spaces' | 'bare' | 'quoted' | 'closed' | 'return';
  /** Class of the value so far; empty before its first character. */
  readonly name: string;
  /** True in a column of text, where the class of values does not matter. */
  readonly isText: boolean;
  readonly isQuoted: boolean;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/** Automata, which any number of files use: those of the marks used last. */
const automata = new LruCache<string, ValueAutomaton>({ max: 8 });

/** Returns the automaton of these marks. */
export function automatonOf(marks: FieldMarks): ValueAutomaton {
  const name = `${marks.delimiter} ${marks.quote}`;
  return automata.get(name) ?? automata.set(name, new ValueAutomaton(marks));
}

/** Finds the ends of fields and the classes of their values. */
class ValueAutomaton extends LazyAutomaton<FieldState> {
  /** The state at the start of a field. */
  readonly start: number;
  /** The same for a column of text. */
  readonly textStart: number;

  constructor(marks: FieldMarks) {
    super({
      next: (state, byte) => nextState(state, byte, marks),
      keyOf: ({ position, name, isText, isQuoted }) => JSON.stringify([position, name, isText, isQuoted]),
      simplified: (state) => ({ ...state, name: otherClass }),
    });
    const start: FieldState = { position: 'start', name: '', isText: false, isQuoted: false };
    this.start = this.numberOf(start);
    this.textStart = this.numberOf({ ...start, isText: true });
  }
}

function nextState(state: FieldState, byte: number, { delimiter, quote }: FieldMarks): FieldState | number {
  const { position } = state;
  if (position === 'return') return byte === newline ? exits.pair : exits.irregular;
  if (position === 'quoted') {
    if (byte === quote) return { ...state, position: 'closed' };
    return byte === newline ? exits.irregular : extended(state, byte);
  }
  if (byte === delimiter) return exits.field;
  if (byte === newline) return exits.line;
  if (byte === carriageReturn) return { ...state, position: 'return' };
  if (position === 'closed') return exits.irregular;
  if (position === 'bare') return extended(state, byte);
  // At the start of a field, and after spaces there.
  if (byte === quote) return position === 'start' ? { ...state, position: 'quoted', isQuoted: true } : exits.irregular;
  if (byte === space) return { ...state, position: 'spaces', name: otherClass };
  return extended({ ...state, position: 'bare' }, byte);
}

const extended = (state: FieldState, byte: number): FieldState => ({
  ...state,
  name: state.isText ? otherClass : extendedClass(state.name, byte),
});

/** A field at its end. */
export interface FieldEnd {
  /** Class of the value, empty for no value. */
  readonly name: string;
  readonly isText: boolean;
  readonly isQuoted: boolean;
  /** True when the class is of complete values. */
  readonly isComplete: boolean;
  /** Number of bytes between the value and the byte that ends the field. */
  readonly tail: number;
}

/** The field that ends in a state. */
export function endIn({ position, name, isText, isQuoted }: FieldState): FieldEnd {
  const tail = (isQuoted ? 1 : 0) + (position === 'return' ? 1 : 0);
  return { name, isText, isQuoted, isComplete: isComplete(name), tail };
}
