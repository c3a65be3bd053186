import { StateMarks, stateShift, unknownStep } from '../lazyAutomaton.ts';
import { PassPauses } from '../records/passPauses.ts';
import { type RecordAutomaton, recordBytesMax } from '../records/recordAutomaton.ts';
import { type ColumnFacts } from './columnFacts.ts';
import { type HeaderStarts } from './headerStarts.ts';
import { isMark, knownRows, type RowState } from './knownRows.ts';
import { type RecordReader } from './records.ts';
import { endIn, exits, type FieldEnd, type FieldMarks, automatonOf } from './valueAutomaton.ts';
import { extendedClass } from './valueClass.ts';

/** The rows that regular records are. */
interface RegularRowsOptions {
  readonly marks: FieldMarks;
  /** First byte of a comment; -1 for none. */
  readonly comment: number;
  /** A record that begins with one of them may be another header. */
  readonly headerStarts: HeaderStarts;
  /** The facts of each field's column: at least two. */
  readonly facts: readonly ColumnFacts[];
  /** Texts that stand for a missing value. */
  readonly nulls: ReadonlySet<string>;
}

const newline = 0x0a;

/** Fields of a record, at most, for which rows of known values are passed: states of more fill caches of the processor. */
const knownFieldsMax = 100;

/** A field whose value has to be looked at, in the current record. */
interface OpenField {
  readonly field: number;
  readonly start: number;
  /** Index after the byte that ended the field. */
  readonly to: number;
  readonly state: number;
}

/**
 * Takes the facts of records without dividing them: the first value of each class in a column is given to its facts, and
 * the values that follow are only counted. Equal to giving all of them, record by record, and several times as fast.
 */
export class RegularRows {
  readonly #automaton: ReturnType<typeof automatonOf>;
  readonly #options: RegularRowsOptions;
  /** Classes of texts that stand for missing values: their values are looked at one by one. */
  readonly #nullClasses: ReadonlySet<string>;
  /** State at the start of each field. */
  readonly #starts: Int32Array;
  /** For each field, the states whose classes its facts have. */
  readonly #known: readonly StateMarks[];
  /** Rows of the current run that are not in the count of a column's values, or were counted already. */
  readonly #uncounted: Float64Array;
  #open: OpenField[] = [];
  #rows = 0;
  #pairs = 0;
  /** For the present `#starts`; made when it is needed. */
  #knownRows: RecordAutomaton<RowState> | undefined;
  readonly #pauses = new PassPauses();

  constructor(options: RegularRowsOptions) {
    const { marks, facts, nulls } = options;
    this.#automaton = automatonOf(marks);
    this.#options = options;
    this.#nullClasses = new Set([...nulls].map((text) => Buffer.from(text).reduce(extendedClass, '')));
    this.#starts = new Int32Array(facts.length).fill(this.#automaton.start);
    this.#known = facts.map(() => new StateMarks());
    this.#uncounted = new Float64Array(facts.length);
  }

  /**
   * Takes the records of the reader's bytes from `from` on, up to one that is not regular or not complete. Returns the
   * start of that one, and the number of rows taken.
   */
  read(reader: RecordReader, from: number): { readonly to: number; readonly rows: number } {
    const { facts } = this.#options;
    if (reader.starts.length < facts.length) return { to: from, rows: 0 };
    for (const [field, each] of facts.entries()) if (each.isFinal) this.#useText(field);
    const firstLine = reader.line;
    [this.#rows, this.#pairs] = [0, 0];
    const to = this.#run(reader, from, firstLine);
    const [rows, pairs] = [this.#rows, this.#pairs];
    reader.line = firstLine + rows;
    reader.lineEnds.LF += rows - pairs;
    reader.lineEnds.CRLF += pairs;
    for (const [field, each] of facts.entries()) {
      if (!each.isFinal) each.values += rows - (this.#uncounted[field] ?? 0);
    }
    this.#uncounted.fill(0);
    return { to, rows };
  }

  /** Takes all further values of a field as text. */
  #useText(field: number): void {
    if (this.#starts[field] === this.#automaton.textStart) return;
    this.#starts[field] = this.#automaton.textStart;
    this.#knownRows = undefined;
  }

  /** Passes rows of known values from the start of a record on, up to `end`, and returns the start of the next record. */
  #afterKnown(bytes: Buffer, from: number, end: number): number {
    if (this.#starts.length > knownFieldsMax || !this.#pauses.isDue()) return from;
    const { marks, comment, headerStarts } = this.#options;
    this.#knownRows ??= knownRows({
      ...{ marks, comment, headerStarts, starts: this.#starts.slice() },
      isKnown: (field, state) => this.#known[field]!.has(state),
    });
    const { begin, rows, pairs, empty } = this.#knownRows.pass(bytes, from, end);
    this.#rows += rows;
    this.#pairs += pairs;
    for (const [field, count] of empty.entries()) this.#uncounted[field]! += count;
    this.#pauses.note(rows);
    return begin;
  }

  /** The loop over all bytes: see `read`. Ends before the last line feed, so that no field is read beyond the bytes. */
  #run(reader: RecordReader, from: number, firstLine: number): number {
    const { bytes } = reader;
    const [automaton, starts, known] = [this.#automaton, this.#starts, this.#known];
    const last = starts.length - 1;
    const end = bytes.lastIndexOf(newline);
    let { table } = automaton;
    let begin = from;
    let at = from;
    for (;;) {
      at = this.#afterKnown(bytes, at, end + 1);
      begin = at;
      if (at > end || this.#isSpecial(bytes, at)) break;
      let field = 0;
      let state = 0;
      let isOpen = false;
      for (; field <= last; field += 1) {
        const start = at;
        let previous = 0;
        state = starts[field]!;
        for (;;) {
          do {
            previous = state;
            state = table[previous + bytes[at]!]!;
            at += 1;
          } while (state >= 0);
          if (state !== unknownStep) break;
          state = automaton.step(previous, bytes[at - 1]!);
          table = automaton.table;
          if (state < 0) break;
        }
        if (known[field]!.bytes[previous >> stateShift] !== 1) {
          isOpen = true;
          this.#open.push({ field, start, to: at, state: previous });
        }
        if (state !== exits.field) break;
      }
      const isRow = field === last && state >= exits.pair && at - begin < recordBytesMax;
      if (!isRow) break;
      if (isOpen) this.#take(reader, firstLine);
      this.#rows += 1;
      if (state === exits.pair) this.#pairs += 1;
      begin = at;
    }
    this.#open = [];
    return begin;
  }

  /** True for a record that may be a comment or another header. */
  #isSpecial(bytes: Buffer, at: number): boolean {
    const { comment, marks, headerStarts } = this.#options;
    const first = bytes[at];
    if (isMark(first, comment)) return true;
    const from = first === marks.quote ? at + 1 : at;
    if (from > at && bytes[from] === marks.quote) return headerStarts.isUnnamed;
    return headerStarts.isAt(bytes, from);
  }

  /** Gives the values of the open fields to their columns. */
  #take(reader: RecordReader, firstLine: number): void {
    reader.line = firstLine + this.#rows;
    for (const { field, start, to, state } of this.#open) {
      const end = endIn(this.#automaton.stateOf(state));
      const facts = this.#options.facts[field]!;
      if (!end.isText && end.name !== '') this.#takeValue(reader, field, { start, to, ...end });
      else if (!end.isText) this.#uncounted[field]! += 1;
      const isKnown =
        end.isText || (end.isComplete && facts.isByClass && !facts.has('text') && !this.#nullClasses.has(end.name));
      if (isKnown) this.#known[field]!.add(state);
      if (facts.isFinal) this.#useText(field);
    }
    this.#open = [];
  }

  #takeValue(
    reader: RecordReader,
    field: number,
    { start, to, isQuoted, tail }: { readonly start: number; readonly to: number } & FieldEnd,
  ): void {
    const facts = this.#options.facts[field]!;
    facts.values += this.#rows - this.#uncounted[field]!;
    this.#uncounted[field] = this.#rows + 1;
    reader.starts[field] = isQuoted ? start + 1 : start;
    // The byte that ended the field is not part of it.
    reader.ends[field] = to - 1 - tail;
    reader.quoted[field] = isQuoted ? 1 : 0;
    facts.take(reader, field);
  }
}
