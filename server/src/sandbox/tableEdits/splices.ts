import { PondError } from '../../base/error.ts';
import { type RecordReader } from '../textTables/records.ts';
import { type TextTable } from '../textTables/tables.ts';

/** Bytes of a text in UTF-8 that are replaced; of equal start, the one with the lower `end` comes first. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Texts of fields, without quotes, by the index of their column. */
export type RowTexts = ReadonlyMap<number, string>;

/** Edits of the rows of a text. */
export interface TextEdits {
  readonly changed: ReadonlyMap<number, RowTexts>;
  readonly deleted: ReadonlySet<number>;
  readonly inserted: ReadonlyMap<number, readonly RowTexts[]>;
}

const space = 0x20;

const isLineEnd = (byte: number | undefined): boolean => byte === 0x0a || byte === 0x0d;

/** Collects what changes of a text, given its rows in their order; nothing else of the text is touched. */
export class SpliceCollector {
  readonly splices: Splice[] = [];
  readonly #table: TextTable;
  readonly #edits: TextEdits;
  readonly #delimiter: string;
  #row = 0;
  /** End of the last row, and whether its line has an end. */
  #end = 0;
  #lastMap: readonly number[];
  #isEnded = true;

  constructor(table: TextTable, edits: TextEdits) {
    this.#table = table;
    this.#edits = edits;
    this.#delimiter = table.scan.layout.delimiter;
    this.#lastMap = table.columns.map((_, index) => index);
  }

  /** Takes the next row. `map` has the column of each field. */
  take(record: RecordReader, map: readonly number[]): void {
    const row = this.#row;
    this.#row += 1;
    const hasSections = this.#table.scan.table.laterHeaderLines.length > 0;
    if (hasSections && map.length === record.width) this.#lastMap = map;
    const added = this.#edits.inserted.get(row);
    const start = record.base + record.from;
    if (added !== undefined) this.#add({ start, end: start, text: this.#lines(added, this.#lastMap) });
    if (this.#edits.deleted.has(row)) this.#add({ start, end: record.base + record.to, text: '' });
    else this.#change(record, map, this.#edits.changed.get(row));
    this.#end = record.base + record.to;
    this.#isEnded = isLineEnd(record.bytes[record.to - 1]);
  }

  /** Adds the rows after the last; those of a table without rows at the end of the text, whose last bytes are given. */
  finish(text: { readonly length: number; readonly last: number }): void {
    if (this.#row === 0) {
      this.#end = text.length;
      this.#isEnded = isLineEnd(text.last);
    }
    const added = this.#edits.inserted.get(this.#row);
    if (added === undefined) return;
    const lines = this.#lines(added, this.#lastMap);
    const end = this.#lineEnd;
    const rows = this.#isEnded ? lines : `${end}${lines.slice(0, lines.length - end.length)}`;
    this.#add({ start: this.#end, end: this.#end, text: rows });
  }

  #add(splice: Splice): void {
    this.splices.push(splice);
  }

  #change(record: RecordReader, map: readonly number[], texts: RowTexts | undefined): void {
    if (texts === undefined) return;
    let outer = record.from;
    const missing = new Map(texts);
    for (let field = 0; field < record.width; field += 1) {
      const end = this.#fieldEnd(record, field);
      const column = map[field] ?? -1;
      const text = texts.get(column);
      if (text !== undefined) {
        missing.delete(column);
        const isQuoted = record.quoted[field] !== 0;
        const fieldText = this.#field(text, isQuoted, field === 0);
        this.#add({ start: record.base + outer, end: record.base + end, text: fieldText });
      }
      outer = end + Buffer.byteLength(this.#delimiter);
    }
    if (missing.size > 0) this.#complete(record, missing);
  }

  /** Adds the fields that a short line does not have. */
  #complete(record: RecordReader, missing: RowTexts): void {
    const { scan, file } = this.#table;
    const last = Math.max(...missing.keys());
    if (scan.table.laterHeaderLines.length > 0 || Math.min(...missing.keys()) < record.width) {
      const name = this.#table.columns[last]?.name ?? '';
      const message = `expected a column of line ${record.line} of ${file.pondPath}, got "${name}"`;
      throw new PondError('invalid-content', message, {
        path: file.pondPath,
        hint: 'The line is below a header that does not name the column. Edit the file as text.',
      });
    }
    const texts: string[] = [];
    for (let column = record.width; column <= last; column += 1)
      texts.push(this.#delimiter + this.#field(missing.get(column) ?? '', false, false));
    const end = record.base + this.#fieldEnd(record, record.width - 1);
    this.#add({ start: end, end, text: texts.join('') });
  }

  /** End of a field in the bytes of its record, with its closing quote and the spaces after it. */
  #fieldEnd({ bytes, ends, quoted }: RecordReader, field: number): number {
    let end = ends[field] ?? 0;
    if (quoted[field] === 0) return end;
    end += 1;
    if (this.#delimiter !== ' ') while (bytes[end] === space) end += 1;
    return end;
  }

  #lines(rows: readonly RowTexts[], map: readonly number[]): string {
    const known = new Set(map);
    return rows
      .map((texts) => {
        const unknown = [...texts.keys()].find((column) => !known.has(column));
        if (unknown !== undefined) throw this.#unknownColumn(unknown);
        const fields = map.map((column, index) => this.#field(texts.get(column) ?? '', false, index === 0));
        return `${fields.join(this.#delimiter)}${this.#lineEnd}`;
      })
      .join('');
  }

  #unknownColumn(column: number): PondError {
    const { file, columns } = this.#table;
    const message = `the header above row ${this.#row + 1} of ${file.pondPath} has no column "${columns[column]?.name ?? ''}"`;
    return new PondError('invalid-content', message, { path: file.pondPath, hint: 'Edit the file as text.' });
  }

  get #lineEnd(): string {
    const [kind = 'LF'] = this.#table.scan.lineEnds;
    return { LF: '\n', CRLF: '\r\n', CR: '\r' }[kind];
  }

  /**
   * A field with quotes where its text needs them, or had them. Fails `invalid-content` where quotes are needed and
   * there are none.
   */
  #field(text: string, isQuoted: boolean, isFirst: boolean): string {
    const { quote, comment } = this.#table.scan.layout;
    const isMisread =
      text.includes(this.#delimiter) || /[\r\n]|^\s|\s$/.test(text) || (quote !== '' && text.includes(quote));
    const needsQuotes = isMisread || (isFirst && comment !== '' && text.startsWith(comment));
    if (!needsQuotes && !(isQuoted && text !== '')) return text;
    if (quote !== '') return `${quote}${text.replaceAll(quote, quote + quote)}${quote}`;
    const { pondPath } = this.#table.file;
    const got = JSON.stringify(text.slice(0, 80));
    throw new PondError('invalid-content', `expected a text that needs no quotes in ${pondPath}, got ${got}`, {
      path: pondPath,
    });
  }
}

/** Applies splices, in order of their start, to the chunks of a text. */
export async function* spliced(chunks: AsyncIterable<Buffer>, splices: readonly Splice[]): AsyncIterable<Buffer> {
  let [base, next, skipTo] = [0, 0, 0];
  for await (const chunk of chunks) {
    let at = 0;
    const end = base + chunk.length;
    for (let splice = splices[next]; splice !== undefined && splice.start < end; splice = splices[next]) {
      if (splice.start - base > at) yield chunk.subarray(Math.max(at, skipTo - base), splice.start - base);
      if (splice.text !== '') yield Buffer.from(splice.text);
      at = splice.start - base;
      skipTo = splice.end;
      at = Math.max(at, Math.min(skipTo, end) - base);
      next += 1;
    }
    const from = Math.max(at, skipTo - base);
    if (from < chunk.length) yield chunk.subarray(from);
    base = end;
  }
  for (const { text } of splices.slice(next)) if (text !== '') yield Buffer.from(text);
}
