import { unknownStep } from '../lazyAutomaton.ts';
import { RecordAutomaton } from '../records/recordAutomaton.ts';
import { recordExits } from '../records/recordTable.ts';
import { type ScalarAutomaton, scalarExits } from './scalarAutomaton.ts';

/** Lines of one form: parts that are equal, with scalars between them. */
interface KnownLinesOptions {
  readonly automaton: ScalarAutomaton;
  /** The bytes before each scalar, and those after the last with the line feed. */
  readonly parts: readonly Buffer[];
  /** True for a state at the end of a scalar whose kind is known. */
  readonly isKnown: (scalar: number, state: number) => boolean;
}

/** A state in a line. */
export interface LineState {
  /** Index of the part, or of the scalar after it. */
  readonly index: number;
  /** Number of bytes of the part. */
  readonly offset: number;
  /** State of the automaton of scalars; -1 in a part. */
  readonly scalar: number;
}

/** An automaton that passes lines of one form with scalars of known kinds. */
export function knownLines(options: KnownLinesOptions): RecordAutomaton<LineState> {
  return new RecordAutomaton<LineState>({
    start: { index: 0, offset: 0, scalar: -1 },
    next: (state, byte) => nextState(state, byte, options),
    keyOf: ({ index, offset, scalar }) => `${index} ${offset} ${scalar}`,
    width: 0,
  });
}

function nextState({ index, offset, scalar }: LineState, byte: number, options: KnownLinesOptions): LineState | number {
  if (scalar < 0) return afterPart(index, offset, byte, options);
  const { automaton, isKnown } = options;
  const known = automaton.table[scalar + byte]!;
  const next = known === unknownStep ? automaton.step(scalar, byte) : known;
  if (next >= 0) return { index, offset, scalar: next };
  if (next === scalarExits.invalid) return recordExits.irregular;
  if (!isKnown(index, scalar)) return unknownStep;
  if (next === scalarExits.closed) return { index: index + 1, offset: 0, scalar: -1 };
  return afterPart(index + 1, 0, byte, options);
}

/** Successor of a byte of a part. */
function afterPart(
  index: number,
  offset: number,
  byte: number,
  { automaton, parts }: KnownLinesOptions,
): LineState | number {
  const part = parts[index]!;
  if (part[offset] !== byte) return recordExits.irregular;
  if (offset + 1 < part.length) return { index, offset: offset + 1, scalar: -1 };
  return index + 1 < parts.length ? { index, offset: 0, scalar: automaton.start } : recordExits.line;
}
