import { StateMarks, stateShift, unknownStep } from '../lazyAutomaton.ts';
import { PassPauses } from '../records/passPauses.ts';
import { type RecordAutomaton } from '../records/recordAutomaton.ts';
import { knownLines, type LineState } from './knownLines.ts';
import { type DividedLine, divideLine, type Scalar } from './lineForm.ts';
import { kindOf, ScalarAutomaton, scalarExits } from './scalarAutomaton.ts';

/** Facts about the values of one key. */
class KeyValues {
  /** The outermost key. */
  readonly root: string;
  /** States whose kinds are in `kinds`. */
  readonly known = new StateMarks();
  readonly kinds = new Set<string>();

  constructor(root: string) {
    this.root = root;
  }

  /** True when values of this kind say nothing new about the type: next to a text, a date is a text as well. */
  shows(kind: string): boolean {
    return this.kinds.has(kind) || (kind.startsWith('text') && this.kinds.has('text'));
  }
}

/** Lines that are equal but for their scalars. */
interface LineForm {
  /** The bytes before each scalar, and those after the last with the line feed. */
  readonly parts: readonly Buffer[];
  readonly keys: readonly KeyValues[];
  readonly known: RecordAutomaton<LineState>;
}

const newline = 0x0a;

/** Forms of lines, at most. */
const formsMax = 500;

/** Bytes of example lines, at most. */
const examplesBytesMax = 8 * 1024 * 1024;

/**
 * Chooses lines of NDJSON that show all that a reader can find in all of them: one line of each form, for each key one
 * of each kind of value (of dates and times, those before a text), and each line that is not an object of JSON that is
 * certain to be valid.
 */
export class ExampleLines {
  /** The chosen lines, in order, with their ends. */
  readonly lines: Buffer[] = [];
  /** Outermost keys with texts, of which only the first is in the lines unless they are dates or times. */
  readonly textKeys = new Set<string>();
  readonly #automaton = new ScalarAutomaton();
  readonly #values = new Map<string, KeyValues>();
  readonly #forms = new Map<string, LineForm>();
  readonly #pauses = new PassPauses();
  #form: LineForm | undefined;
  #open: (Scalar & { readonly index: number })[] = [];
  #bytes = 0;

  /** False when so many lines differ that they are not examples. */
  get isUseful(): boolean {
    return this.#bytes <= examplesBytesMax && this.#forms.size <= formsMax;
  }

  /** Takes the whole lines at the start of a text, and returns the number of their bytes. */
  take(text: Buffer): number {
    const end = text.lastIndexOf(newline) + 1;
    let at = 0;
    while (at < end && this.isUseful) {
      at = this.#afterKnown(text, at, end);
      if (at < end) at = this.#takeRegular(text, at, end) ?? this.#takeLine(text, at);
    }
    return end;
  }

  /** Passes lines of the last form that show nothing new, and returns the start of the next line. */
  #afterKnown(text: Buffer, from: number, end: number): number {
    if (this.#form === undefined || !this.#pauses.isDue()) return from;
    const { begin, rows } = this.#form.known.pass(text, from, end);
    this.#pauses.note(rows);
    return begin;
  }

  /** Takes a line of the last form; undefined for another one. */
  #takeRegular(text: Buffer, from: number, end: number): number | undefined {
    const form = this.#form;
    if (form === undefined) return undefined;
    const { parts, keys } = form;
    const automaton = this.#automaton;
    let { table } = automaton;
    let at = from;
    for (let index = 0; index < parts.length; index += 1) {
      const part = parts[index]!;
      const { length } = part;
      if (at + length > end) return undefined;
      for (let byte = 0; byte < length; byte += 1) if (text[at + byte] !== part[byte]) return undefined;
      at += length;
      if (index === keys.length) break;
      const start = at;
      let state = automaton.start;
      let previous = state;
      do {
        previous = state;
        state = table[previous + text[at]!]!;
        if (state === unknownStep) {
          state = automaton.step(previous, text[at]!);
          table = automaton.table;
        }
        at += 1;
      } while (state >= 0);
      if (state === scalarExits.invalid) return undefined;
      if (state === scalarExits.after) at -= 1;
      if (keys[index]!.known.bytes[previous >> stateShift] !== 1)
        this.#open.push({ from: start, to: at, state: previous, index });
    }
    if (this.#open.length > 0 && this.#takeOpen(text, form)) this.#add(text, from, at);
    return at;
  }

  /** Takes the kinds of the open scalars; true if one of them is new. */
  #takeOpen(text: Buffer, { keys }: LineForm): boolean {
    let isNew = false;
    for (const { index, ...scalar } of this.#open) {
      const values = keys[index]!;
      const { key, isSettled, isOtherText } = this.#kindOf(text, scalar);
      if (isOtherText) this.textKeys.add(values.root);
      if (isSettled) values.known.add(scalar.state);
      if (!values.shows(key)) isNew = true;
      values.kinds.add(key);
    }
    this.#open = [];
    return isNew;
  }

  #kindOf(text: Buffer, { from, to, state }: Scalar): ReturnType<typeof kindOf> {
    return kindOf(this.#automaton.stateOf(state), () => text.toString('latin1', from, to));
  }

  #takeLine(text: Buffer, from: number): number {
    this.#open = [];
    const to = text.indexOf(newline, from) + 1;
    const line = divideLine(this.#automaton, text, from, to);
    if (line === undefined) this.#add(text, from, to);
    else this.#takeDivided(text, line, from, to);
    return to;
  }

  #takeDivided(text: Buffer, line: DividedLine, from: number, to: number): void {
    const starts = [from, ...line.scalars.map((scalar) => scalar.to)];
    const ends = [...line.scalars.map((scalar) => scalar.from), to];
    const parts = starts.map((start, index) => text.subarray(start, ends[index]));
    const name = JSON.stringify([parts.map((part) => part.toString('latin1')), line.paths]);
    const known = this.#forms.get(name);
    this.#form = known ?? this.#formOf(parts, line.paths);
    this.#forms.set(name, this.#form);
    this.#open = line.scalars.map((scalar, index) => ({ ...scalar, index }));
    const isNew = this.#takeOpen(text, this.#form);
    if (known === undefined || isNew) this.#add(text, from, to);
  }

  #formOf(texts: readonly Buffer[], paths: DividedLine['paths']): LineForm {
    // Copies, as the text is a part of the file.
    const parts = texts.map((part) => Buffer.from(part));
    const keys = paths.map((path) => this.#valuesOf(path));
    const isKnown = (scalar: number, state: number): boolean => keys[scalar]!.known.has(state);
    return { parts, keys, known: knownLines({ automaton: this.#automaton, parts, isKnown }) };
  }

  #valuesOf(path: readonly string[]): KeyValues {
    const name = JSON.stringify(path);
    const known = this.#values.get(name) ?? new KeyValues(path[0]!);
    this.#values.set(name, known);
    return known;
  }

  #add(text: Buffer, from: number, to: number): void {
    this.#bytes += to - from;
    // A copy, as the text is a part of the file.
    this.lines.push(Buffer.from(text.subarray(from, to)));
  }
}
