import { type TextFormat } from '../textFormat.ts';
import { ColumnFacts, type ValueRules } from './columnFacts.ts';
import { type Encoding } from './decoded.ts';
import { type SkippedLines } from './description.ts';
import { isHeaderAgain } from './headerAgain.ts';
import { HeaderStarts } from './headerStarts.ts';
import { columnNames, type TextLayout } from './layout.ts';
import { RecordFault } from './recordFault.ts';
import { type RecordReader, type TakeRegular } from './records.ts';
import { RegularRows } from './regularRows.ts';
import { statedType, testOfType } from './statedType.ts';
import { isRowOfValues, isSameUnit } from './units.ts';
import { wholeLineTest } from './wholeLine.ts';

/** Reason of the lines above the header, which are no rows. */
export const aboveHeader = 'above the header';
/** Reason of the lines below the header, and below its units, that are not rows. */
export const belowHeader = 'below the header';

/** A column, with the facts about all of its values. */
interface ScannedColumn {
  readonly name: string;
  readonly unit: string | undefined;
  readonly facts: ColumnFacts;
}

/** All that was found in the records of a file. */
export interface ScannedTable {
  readonly columns: readonly ScannedColumn[];
  readonly rowCount: number;
  readonly laterHeaderLines: readonly number[];
  readonly unitsLine?: number | undefined;
  /** The last line of units, or of those to leave out below the header; undefined without any. */
  readonly headEnd?: number | undefined;
  /** The lines that are not rows, by reason. */
  readonly skipped: readonly SkippedLines[];
}

/** All that was found in a file. */
export interface FileScan {
  readonly encoding: Encoding;
  readonly layout: TextLayout;
  readonly table: ScannedTable;
  readonly lineEnds: readonly ('LF' | 'CRLF' | 'CR')[];
  /** True when the last line has an end too; also for an empty file. */
  readonly hasLastEnd: boolean;
  /** True when the engine's CSV reader, with all options set, reads the same rows. */
  readonly isPlain: boolean;
}

/** Takes the fields of each row; `columns` has the index of each field's column. */
export type TakeRow = (record: RecordReader, columns: readonly number[]) => void;

/** Options of a scan in addition to the layout. */
interface ScanOptions {
  readonly format: TextFormat;
  readonly rules: ValueRules;
  /** Takes the rows in place of the facts. */
  readonly takeRow?: TakeRow;
}

/**
 * One pass over the records of a file: each is a header, a row, blank, or left out for a stated reason; everything else
 * is a fault with its line.
 */
export class TableScan {
  /** True when DuckDB's own reader cannot read the rows as this scan does. */
  needsOwnReading = false;
  readonly #layout: TextLayout;
  readonly #options: ScanOptions;
  readonly #columns: ScannedColumn[] = [];
  readonly #laterHeaderLines: number[] = [];
  readonly #skipped = new Map<string, { count: number; readonly firstLine: number }>();
  #rowCount = 0;
  #unitsLine: number | undefined;
  #headEnd: number | undefined;
  /** Names in the header that the next rows are under, with the index of each one's column. */
  #names: readonly string[];
  #header: readonly string[] = [];
  #headerStarts: HeaderStarts;
  #map: readonly number[] = [];
  /** For the rows under the current names; made when it is needed. */
  #regular: RegularRows | undefined;
  #expects: 'header' | 'units' | 'rows';
  readonly #isWholeLine: ReturnType<typeof wholeLineTest>;
  /** Number of records to leave out before the next row. */
  #below = 0;

  constructor(layout: TextLayout, options: ScanOptions) {
    this.#layout = layout;
    this.#options = options;
    this.#isWholeLine = wholeLineTest(layout);
    this.#names = layout.names;
    this.#headerStarts = new HeaderStarts([], layout);
    if (layout.hasHeader) this.#expects = 'header';
    else this.#expects = this.#belowHeader();
    this.#useNames(layout.names);
  }

  /** Takes the next record. Throws RecordFault. */
  readonly take = (record: RecordReader): boolean => {
    if (record.line <= this.#layout.skip) this.needsOwnReading ||= !this.#isWholeLine(record.text(0));
    else if (record.isWhole) this.#leaveOut(record.line, 'comment');
    else if (record.isBlank) this.#takeBlank(record);
    else if (this.#expects !== 'rows') this.#takeHead(record);
    else if (this.#below > 0) this.#takeBelow(record);
    else this.#takeRecord(record);
    return true;
  };

  /** Takes regular rows, if the table's rows can be; equal to `take` of each of them. */
  get takeRegular(): TakeRegular | undefined {
    const { delimiter, quote } = this.#layout;
    const { takeRow } = this.#options;
    const isSimple =
      [delimiter, quote].every((mark) => /^[\t -~]?$/.test(mark)) && delimiter !== '' && delimiter !== quote;
    if (!isSimple || takeRow !== undefined) return undefined;
    return (reader, from) => {
      if (this.#expects !== 'rows' || this.#below > 0 || reader.line <= this.#layout.skip || this.#names.length < 2)
        return from;
      this.#regular ??= this.#regularRows();
      const { to, rows } = this.#regular.read(reader, from);
      this.#rowCount += rows;
      return to;
    };
  }

  #regularRows(): RegularRows {
    const { delimiter, quote, comment } = this.#layout;
    return new RegularRows({
      marks: { delimiter: delimiter.charCodeAt(0), quote: quote === '' ? -1 : quote.charCodeAt(0) },
      comment: Buffer.from(comment)[0] ?? -1,
      headerStarts: this.#headerStarts,
      facts: this.#map.map((column) => this.#columns[column]!.facts),
      nulls: this.#options.rules.nulls,
    });
  }

  /** Result of the records so far. */
  get result(): ScannedTable {
    const above = this.#layout.skip;
    const skipped = [...this.#skipped].map(([reason, lines]) => ({ reason, ...lines }));
    return {
      columns: this.#columns,
      rowCount: this.#rowCount,
      laterHeaderLines: this.#laterHeaderLines,
      unitsLine: this.#unitsLine,
      headEnd: this.#headEnd,
      skipped: above === 0 ? skipped : [{ reason: aboveHeader, count: above, firstLine: 1 }, ...skipped],
    };
  }

  /** The fields of a record above the rows. DuckDB finds the rows by the number of lines, and counts one of several once. */
  #headTexts(record: RecordReader): readonly string[] {
    const texts = record.texts();
    if (texts.some((text) => /[\r\n]/.test(text))) this.needsOwnReading = true;
    return texts;
  }

  /** A line without text is not a row; DuckDB takes it for one in a table of one column. */
  #takeBlank(record: RecordReader): void {
    const isEmpty = record.text(0) === '';
    if (!isEmpty || this.#names.length === 1) this.needsOwnReading = true;
    if (isEmpty && this.#names.length === 1) this.#leaveOut(record.line, 'blank');
  }

  #takeHead(record: RecordReader): void {
    if (this.#expects === 'header') {
      this.#setHeader(record);
      this.#expects = this.#belowHeader();
      return;
    }
    this.#unitsLine ??= record.line;
    if (this.#laterHeaderLines.length === 0) this.#headEnd = record.line;
    const units = this.#headTexts(record);
    if (isRowOfValues(units)) throw new RecordFault({ kind: 'values', line: record.line });
    this.#map.forEach((column, index) => this.#takeUnit(column, units[index]?.trim() ?? '', record.line));
    this.#expects = 'rows';
  }

  #takeUnit(column: number, unit: string, line: number): void {
    const { name, facts, unit: known = unit } = this.#columns[column]!;
    if (unit === '') return;
    if (!isSameUnit(known, unit)) {
      const { below = 0 } = this.#options.format;
      throw new RecordFault({ kind: 'unit', line, name, expected: known, got: unit, below });
    }
    this.#columns[column] = { name, facts, unit: known };
  }

  /** Lines below a header. */
  #belowHeader(): 'units' | 'rows' {
    const { units, below = 0 } = this.#options.format;
    this.#below = below;
    return units === true ? 'units' : 'rows';
  }

  #takeBelow(record: RecordReader): void {
    this.#below -= 1;
    this.#headTexts(record);
    if (this.#laterHeaderLines.length === 0) this.#headEnd = record.line;
    this.#leaveOut(record.line, belowHeader);
  }

  #setHeader(record: RecordReader): void {
    this.#regular = undefined;
    this.#header = this.#headTexts(record).map((name) => name.trim());
    this.#headerStarts = new HeaderStarts(this.#header, this.#layout);
  }

  #takeRecord(record: RecordReader): void {
    if (this.#isHeaderAgain(record)) this.#beginHeader(record);
    else if (record.width === this.#names.length) this.#takeRow(record);
    else this.#takeRagged(record);
  }

  #isHeaderAgain(record: RecordReader): boolean {
    if (this.#header.length < 2 || record.width < 2) return false;
    if (record.width === this.#names.length && !this.#headerStarts.has(record.text(0).trim())) return false;
    const { namesAboveValues } = this.#layout;
    const isAgain = isHeaderAgain(
      record.texts().map((field) => field.trim()),
      { header: this.#header, namesAboveValues, isStated: this.#options.format.header === true },
    );
    if (isAgain === undefined) throw new RecordFault({ kind: 'header', line: record.line });
    return isAgain;
  }

  #beginHeader(record: RecordReader): void {
    this.#setHeader(record);
    this.#laterHeaderLines.push(record.line);
    this.needsOwnReading = true;
    this.#useNames(this.#sectionNames());
    this.#expects = this.#belowHeader();
  }

  /** With stated names, a header of as many columns is another header of the same ones. */
  #sectionNames(): readonly string[] {
    const { names } = this.#options.format;
    return names?.length === this.#header.length ? this.#names : columnNames(this.#header, this.#header.length);
  }

  #useNames(names: readonly string[]): void {
    this.#regular = undefined;
    this.#names = names;
    const known = new Map(this.#columns.map(({ name }, index) => [name.toLowerCase(), index]));
    this.#map = names.map((name) => known.get(name.toLowerCase()) ?? this.#addColumn(name));
  }

  #addColumn(name: string): number {
    const { rules, format } = this.#options;
    const stated = statedType(name, format);
    const facts = new ColumnFacts(stated === undefined ? rules : { ...rules, fits: testOfType(stated) });
    return this.#columns.push({ name, unit: undefined, facts }) - 1;
  }

  #takeRow(record: RecordReader): void {
    this.#rowCount += 1;
    const { takeRow } = this.#options;
    if (takeRow !== undefined) return takeRow(record, this.#map);
    for (let index = 0; index < this.#map.length; index += 1) {
      this.#columns[this.#map[index] ?? index]?.facts.take(record, index);
    }
  }

  #takeRagged(record: RecordReader): void {
    const { ragged } = this.#options.format;
    this.needsOwnReading = true;
    const extra = record.texts().slice(this.#names.length);
    // A delimiter at the end of a line.
    const isEnded = extra.length === 1 && extra[0] === '';
    if (ragged === 'skip' && !isEnded) return this.#leaveOut(record.line, 'other number of fields');
    if (ragged === undefined && !isEnded) {
      throw new RecordFault({ kind: 'width', line: record.line, expected: this.#names.length, got: record.width });
    }
    const width = this.#names.length;
    if (record.width > width && extra.some((field) => field.trim() !== '')) this.#widen(record.width);
    const kept = this.#map;
    if (record.width < width) this.#map = kept.slice(0, record.width);
    this.#takeRow(record);
    this.#map = kept;
  }

  /** Adds numbered columns for fields that have no name. */
  #widen(width: number): void {
    this.#useNames(columnNames(this.#names, width));
  }

  #leaveOut(line: number, reason: string): void {
    const lines = this.#skipped.get(reason);
    if (lines === undefined) this.#skipped.set(reason, { count: 1, firstLine: line });
    else lines.count += 1;
  }
}
