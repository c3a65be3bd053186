/** Text of a CSV file, in UTF-8, as records. */
import { RecordFault } from './recordFault.ts';

/** Rules by which bytes are divided into fields. */
export interface RecordOptions {
  readonly delimiter: string;
  /** One character; empty for none. */
  readonly quote: string;
  /** Lines that begin with it are comments; empty for none. */
  readonly comment: string;
  /** Number of lines at the start that are not divided into fields. */
  readonly wholeLines: number;
  /** 1-based line from which nothing is read; the end when undefined. */
  readonly endLine?: number;
}

/**
 * Takes records that need no division into fields, from a position of the reader's bytes on, and counts their lines. Returns
 * the start of the first record that it did not take.
 */
export type TakeRegular = (reader: RecordReader, from: number) => number;

const newline = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/** Ctrl-Z, which the command `copy` of Windows adds to files that it joins. */
const endOfFile = '\u001a';

/** Maximum size of a record, bytes. */
const recordBytesMax = 32 * 1024 * 1024;

/** Records after a failed attempt to take regular ones, before the next one, at most. */
const pauseMax = 64;

/** Maximum size of a record for DuckDB's own reader, bytes. */
const engineBytesMax = 2_000_000;

/**
 * Divides chunks of bytes into records and calls `onRecord` for each, blank lines included; the reader itself is the
 * record, valid until the call returns. A quote counts at the start of a field alone.
 */
export class RecordReader {
  /** The bytes in which the record is. */
  bytes: Buffer = Buffer.alloc(0);
  /** Start of each field in `bytes`, without a quote. */
  starts = new Int32Array(64);
  /** End of each field, exclusive. */
  ends = new Int32Array(64);
  /** 0 for a field without quotes, 1 for one in quotes, 3 when quotes inside are doubled. */
  quoted = new Uint8Array(64);
  /** Number of fields. */
  width = 0;
  /** 1-based line on which the record begins. */
  line = 1;
  /** Position of `bytes` in the text. */
  base = 0;
  /** Start and end of the record in `bytes`, with the end of its line. */
  from = 0;
  to = 0;
  /** True for a comment, and for a line that is not divided: one field. */
  isWhole = false;
  /** Numbers of ends of lines by kind; the last line may have none. */
  readonly lineEnds = { LF: 0, CRLF: 0, CR: 0 };
  /** True when a quoted field has spaces outside its quotes. */
  hasSpacedQuotes = false;
  /** True when a record of fields has lines inside quotes. */
  hasInnerLines = false;
  /** True when a line begins with a byte-order mark, which is no character. */
  hasInnerMarks = false;
  /** True when a record is longer than DuckDB's own reader takes. */
  hasLongRecords = false;
  /** False once `onRecord` returned false, and at the line that ends the reading. */
  isOpen = true;

  readonly #delimiter: Buffer;
  readonly #quote: number;
  /** Two quotes. */
  readonly #doubled: string;
  readonly #comment: number;
  readonly #wholeLines: number;
  readonly #endLine: number;
  readonly #onRecord: (record: RecordReader) => boolean;
  #rest: Buffer = Buffer.alloc(0);
  /** Lines that the current record spans, less one. */
  #innerLines = 0;
  readonly #takeRegular: TakeRegular | undefined;
  /** Records before the next attempt to take regular ones, and after one that takes none. */
  #wait = 0;
  #pause = 1;

  constructor(options: RecordOptions, onRecord: (record: RecordReader) => boolean, takeRegular?: TakeRegular) {
    this.#delimiter = Buffer.from(options.delimiter);
    this.#quote = options.quote === '' ? -1 : options.quote.charCodeAt(0);
    this.#doubled = options.quote.repeat(2);
    this.#comment = options.comment === '' ? -1 : (Buffer.from(options.comment)[0] ?? -1);
    this.#wholeLines = options.wholeLines;
    this.#endLine = options.endLine ?? Infinity;
    this.#onRecord = onRecord;
    this.#takeRegular = options.endLine === undefined || options.endLine === Infinity ? takeRegular : undefined;
  }

  /** Reads the next bytes; `isLast` ends the text. Throws RecordFault. */
  read(chunk: Buffer, isLast: boolean): void {
    // Most often, the line of the rest is all that has to be copied.
    const end = this.#rest.length === 0 ? 0 : chunk.indexOf(newline) + 1;
    if (end > 0) this.#read(chunk.subarray(0, end), false);
    if (this.isOpen) this.#read(chunk.subarray(end), isLast);
  }

  #read(chunk: Buffer, isLast: boolean): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.base += this.bytes.length - this.#rest.length;
    this.bytes = bytes;
    let from = 0;
    while (this.isOpen && from < bytes.length) {
      if (this.line >= this.#endLine) {
        this.isOpen = false;
        return;
      }
      from = this.#afterRegular(from);
      if (from === bytes.length) break;
      this.#innerLines = 0;
      const end = this.#record(from, isLast);
      if (end < 0) break;
      if (end - from >= engineBytesMax) this.hasLongRecords = true;
      this.from = from;
      this.to = end;
      this.isOpen = this.#onRecord(this);
      this.line += 1 + this.#innerLines;
      from = end;
    }
    this.#rest = Buffer.from(bytes.subarray(from));
    if (this.#rest.length > recordBytesMax && this.isOpen) throw this.#tooLong();
  }

  /** True where the bytes so far end with a record. */
  get isComplete(): boolean {
    return this.#rest.length === 0;
  }

  /** The text of a field. */
  text(index: number): string {
    const text = this.bytes.toString('utf8', this.starts[index], this.ends[index]);
    return this.quoted[index] === 3 ? text.replaceAll(this.#doubled, this.#doubled.slice(1)) : text;
  }

  /** The texts of all fields. */
  texts(): string[] {
    return Array.from({ length: this.width }, (_, index) => this.text(index));
  }

  /** True for a line without characters other than spaces, or with the end-of-file mark of DOS alone. */
  get isBlank(): boolean {
    if (this.width !== 1 || this.quoted[0] !== 0) return false;
    const text = this.text(0);
    return text === endOfFile || text.trim() === '';
  }

  /** Passes the regular records at `from`. Where there are few of them, it tries more seldom. */
  #afterRegular(from: number): number {
    if (this.#takeRegular === undefined) return from;
    this.#wait -= 1;
    if (this.#wait > 0) return from;
    const line = this.line;
    const to = this.#takeRegular(this, from);
    this.#pause = this.line - line > this.#pause ? 1 : Math.min(this.#pause * 2, pauseMax);
    this.#wait = this.#pause;
    return to;
  }

  #tooLong(): RecordFault {
    const text = 'has more than 32 MB; a quote that is not closed makes one record of all lines below it';
    return this.#fault(`the record that begins here ${text}`);
  }

  /** A fault of the record that begins on the current line. */
  #fault(problem: string): RecordFault {
    return new RecordFault({ kind: 'quotes', line: this.line, problem });
  }

  /** Finds the fields of the record at `from`, and returns its end: negative when the bytes end before it. */
  #record(from: number, isLast: boolean): number {
    const { bytes } = this;
    this.width = 0;
    let at = from;
    if (bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) {
      at += 3;
      this.hasInnerMarks = true;
    }
    this.isWhole = this.line <= this.#wholeLines || bytes[at] === this.#comment;
    for (;;) {
      at = this.#field(at, isLast);
      if (at < 0) return -1;
      if (at === bytes.length) return isLast ? at : -1;
      const byte = bytes[at];
      if (byte !== newline && byte !== carriageReturn) at += this.#delimiter.length;
      else return this.#lineEnd(at, isLast);
    }
  }

  #lineEnd(at: number, isLast: boolean): number {
    const { bytes } = this;
    if (bytes[at] === newline) {
      this.lineEnds.LF += 1;
      return at + 1;
    }
    if (at + 1 === bytes.length && !isLast) return -1;
    const isPair = bytes[at + 1] === newline;
    this.lineEnds[isPair ? 'CRLF' : 'CR'] += 1;
    return at + (isPair ? 2 : 1);
  }

  /** Adds the field at `from`, and returns the index after it; negative when the bytes end before it. */
  #field(from: number, isLast: boolean): number {
    const { bytes } = this;
    const delimiter = this.isWhole ? -1 : this.#delimiter[0];
    if (this.#quote >= 0 && !this.isWhole) {
      let start = from;
      if (delimiter !== space) while (bytes[start] === space) start += 1;
      if (bytes[start] === this.#quote) return this.#quotedField(from, start, isLast);
    }
    let at = from;
    const end = bytes.length;
    for (; at < end; at += 1) {
      const byte = bytes[at];
      if (byte === newline || byte === carriageReturn) break;
      if (byte === delimiter && (this.#delimiter.length === 1 || this.#isDelimiter(at))) break;
    }
    this.#add(from, at, 0);
    return at;
  }

  #isDelimiter(at: number): boolean {
    return this.#delimiter.every((byte, index) => this.bytes[at + index] === byte);
  }

  #quotedField(from: number, start: number, isLast: boolean): number {
    const { bytes } = this;
    let kind = 1;
    let close = start + 1;
    for (;;) {
      close = bytes.indexOf(this.#quote, close);
      if (close < 0 && isLast) throw this.#fault('a quote that opens here is not closed');
      if (close < 0 || (close + 1 === bytes.length && !isLast)) return -1;
      if (bytes[close + 1] !== this.#quote) break;
      kind = 3;
      close += 2;
    }
    let at = close + 1;
    if (this.#delimiter[0] !== space) while (bytes[at] === space) at += 1;
    const byte = bytes[at];
    const isEnd = byte === undefined || byte === newline || byte === carriageReturn || this.#isDelimiter(at);
    if (!isEnd) throw this.#fault('a field goes on after its closing quote');
    if (start > from || at > close + 1) this.hasSpacedQuotes = true;
    this.#countLines(start + 1, close);
    this.#add(start + 1, close, kind);
    return at;
  }

  #countLines(start: number, end: number): void {
    for (let at = this.bytes.indexOf(newline, start); at >= 0 && at < end; at = this.bytes.indexOf(newline, at + 1)) {
      this.#innerLines += 1;
      this.hasInnerLines = true;
    }
  }

  #add(start: number, end: number, quoted: number): void {
    const index = this.width;
    if (index === this.starts.length) this.#grow();
    this.starts[index] = start;
    this.ends[index] = end;
    this.quoted[index] = quoted;
    this.width = index + 1;
  }

  #grow(): void {
    const grown = <T extends Int32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const length = this.starts.length * 4;
    this.starts = grown(this.starts, new Int32Array(length));
    this.ends = grown(this.ends, new Int32Array(length));
    this.quoted = grown(this.quoted, new Uint8Array(length));
  }
}
