import { throwIfCancelled } from '../../base/cancelled.ts';
import { PondError } from '../../base/error.ts';
import { type SourceFile } from '../sources.ts';
import { type TextFormat } from '../textFormat.ts';
import { type ValueRules } from './columnFacts.ts';
import { formatTest } from './dateFormat.ts';
import {
  chunksOf,
  decoded,
  type Encoding,
  encodingOf,
  encodingNamed,
  encodings,
  singleByteEncoding,
  type TextScope,
  UndecodableError,
} from './decoded.ts';
import { dateOrders } from './dateShape.ts';
import { findLayout } from './findLayout.ts';
import { type TextLayout } from './layout.ts';
import { requireText } from './notText.ts';
import { faultError, RecordFault } from './recordFault.ts';
import { RecordReader } from './records.ts';
import { type FileScan, type TakeRow, TableScan } from './tableScan.ts';
import { withoutThousands } from './thousands.ts';

/** A text whose layout is known, such as the lines above the rows of a file and a part of its rows. */
interface ScannedText {
  readonly scan: FileScan;
  /** Number of ends of lines. */
  readonly lines: number;
}

/** Options of scanning a text with a known layout. */
interface TextScanOptions {
  readonly layout: TextLayout;
  /** True for a text whose last line may have no end. */
  readonly isLast: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Bytes in which the layout is found. */
export const headBytes = 128 * 1024;

/** Reads all of a CSV file. Fails `invalid-content` with the line of what is not a table. */
export async function scanFile(scope: TextScope, file: SourceFile): Promise<FileScan> {
  const stated = statedEncoding(file);
  const start = await firstChunk(scope, file);
  requireText(start, file.pondPath);
  const found = stated ?? encodingOf(start);
  const encoding = found ?? 'utf-8';
  try {
    return await scanAs(scope, file, encoding);
  } catch (error) {
    if (!(error instanceof UndecodableError) || found !== undefined) throw error;
    const other = await singleByteEncoding(chunksOf(scope, file));
    if (other === undefined) throw error;
    return await scanAs(scope, file, other);
  }
}

/** The rows of a file that was scanned before, in the same way; `afterChunk` is called after every megabyte or so. */
export async function readRows(scope: TextScope, file: SourceFile, encoding: Encoding, rows: RowTaker): Promise<void> {
  await scanAs(scope, file, encoding, rows);
}

/** Takes the rows in place of the facts. */
interface RowTaker {
  readonly take: TakeRow;
  readonly afterChunk: () => Promise<void>;
}

async function firstChunk(scope: TextScope, file: SourceFile): Promise<Buffer> {
  for await (const chunk of chunksOf(scope, file)) return chunk;
  return Buffer.alloc(0);
}

function statedEncoding({ format, pondPath }: SourceFile): Encoding | undefined {
  const name = format?.encoding;
  if (name === undefined) return undefined;
  const found = encodingNamed(name);
  if (found !== undefined) return found;
  throw new PondError('invalid-content', `${pondPath} cannot be read: "${name}" is not a known encoding`, {
    path: pondPath,
    hint: `State one of ${encodings.join(', ')}.`,
  });
}

async function scanAs(scope: TextScope, file: SourceFile, encoding: Encoding, rows?: RowTaker): Promise<FileScan> {
  const { format = {}, pondPath } = file;
  const text = (): AsyncIterable<Buffer> => decoded(() => chunksOf(scope, file), encoding, pondPath);
  const endLine = format.footer === undefined ? Infinity : await footerLine(text(), format.footer);
  const scan = new Scan({ ...defaultsOf(file), pondPath, endLine, ...(rows && { takeRow: rows.take }) });
  try {
    for await (const chunk of text()) {
      if (!scan.read(chunk)) break;
      await rows?.afterChunk();
    }
    const found = scan.end(encoding, format.footer === undefined);
    requireLines(found, endLine, file);
    return found;
  } catch (error) {
    if (!(error instanceof RecordFault)) throw error;
    throw faultError(error.fault, pondPath);
  }
}

/**
 * Scans a text in UTF-8. Undefined for one that ends within a record or a line, unless it is the last. Throws RecordFault,
 * and fails as scanFile and `cancelled`.
 */
export async function scanText(
  text: AsyncIterable<Buffer>,
  file: StatedFile,
  { layout, isLast, signal }: TextScanOptions,
): Promise<ScannedText | undefined> {
  const scan = new Scan({ ...defaultsOf(file), pondPath: file.pondPath, endLine: Infinity, layout });
  for await (const chunk of text) {
    throwIfCancelled(signal, 'the query');
    scan.read(chunk);
  }
  const { lines, isComplete } = scan;
  // At an end that is not that of the file, an open quote is not a fault.
  return isComplete || isLast ? { scan: scan.end('utf-8', true), lines } : undefined;
}

/** The layout of a file by its first bytes in UTF-8: `headBytes`, or all of them. Fails as scanFile. */
export function layoutOf(head: Buffer, file: StatedFile): TextLayout {
  const { format } = defaultsOf(file);
  const isWhole = head.length < headBytes;
  return findLayout({ bytes: head.subarray(0, headBytes), isWhole, format, pondPath: file.pondPath });
}

/** Fails for statements that leave out all lines, and with them the header. */
function requireLines({ layout, table }: FileScan, endLine: number, { format, pondPath }: SourceFile): void {
  const isBeyond = layout.names.length === 0 && (format?.skip ?? 0) > 0;
  const isCovered = layout.hasHeader && table.rowCount === 0 && endLine <= layout.skip + 1;
  if (!isBeyond && !isCovered) return;
  const [option, count] = isBeyond ? ['skip', format?.skip] : ['footer', format?.footer];
  throw new PondError(
    'invalid-content',
    `${pondPath} cannot be read: no line is left of it, as \`${option}: ${count}\` is stated`,
    { path: pondPath, hint: `State another \`${option}\` for this file.` },
  );
}

/** The 1-based line of the footer's first line; blank lines do not count. */
async function footerLine(text: AsyncIterable<Buffer>, count: number): Promise<number> {
  const last: number[] = [];
  const reader = new RecordReader({ delimiter: ',', quote: '', comment: '', wholeLines: Infinity }, (record) => {
    if (!record.isBlank) last.push(record.line);
    if (last.length > count) last.shift();
    return true;
  });
  for await (const chunk of text) reader.read(chunk, false);
  reader.read(Buffer.alloc(0), true);
  return last[0] ?? Infinity;
}

interface ScanSettings {
  readonly format: TextFormat;
  readonly rules: ValueRules;
  readonly pondPath: string;
  /** 1-based line on which the footer begins. */
  readonly endLine: number;
  readonly takeRow?: TakeRow;
  /** Found in the first bytes when undefined. */
  readonly layout?: TextLayout;
}

/** Parts of a file that decide about its reading, apart from its content. */
export type StatedFile = Pick<SourceFile, 'format' | 'pondPath' | 'reading'>;

function defaultsOf({ format = {}, reading }: StatedFile): { readonly format: TextFormat; readonly rules: ValueRules } {
  return {
    format: reading.delimiter === undefined ? format : { delimiter: reading.delimiter, ...format },
    rules: valueRules(format),
  };
}

/** The rules for values that a format states. */
export function valueRules({ nulls, dates, thousands }: TextFormat): ValueRules {
  const isOrder = dates === undefined || dateOrders.some((order) => order === dates);
  return {
    nulls: new Set(nulls),
    isFormatted: isOrder ? undefined : formatTest(dates),
    withoutThousands: thousands && ((text) => withoutThousands(text, thousands)),
  };
}

/**
 * Bytes of a file from which regular rows are passed together: the tables for it cost more than the rows of a smaller
 * one.
 */
const regularBytesMin = 8 * 1024;

const lineEndBytes: ReadonlySet<number> = new Set([0x0a, 0x0d]);

/** Collects the first bytes, finds the layout in them, and passes all to a scan. */
class Scan {
  readonly #settings: ScanSettings;
  #head: Buffer = Buffer.alloc(0);
  /** The last byte so far. */
  #last: number | undefined;
  #layout: TextLayout | undefined;
  #reader: RecordReader | undefined;
  #table: TableScan | undefined;

  constructor(settings: ScanSettings) {
    this.#settings = settings;
    if (settings.layout !== undefined) this.#useLayout(settings.layout, { isSmall: false });
  }

  /** Number of ends of lines so far. */
  get lines(): number {
    return this.#reader === undefined ? 0 : this.#reader.line - 1;
  }

  /** True at the end of a record. */
  get isComplete(): boolean {
    return this.#reader?.isComplete === true;
  }

  /** Takes the next bytes; false when no more are wanted. */
  read(chunk: Buffer): boolean {
    this.#last = chunk.at(-1) ?? this.#last;
    if (this.#reader !== undefined) this.#reader.read(chunk, false);
    else {
      // A copy: the chunk is valid during the call alone.
      this.#head = Buffer.concat([this.#head, chunk]);
      if (this.#head.length >= headBytes) this.#begin(false);
    }
    return this.#reader?.isOpen !== false;
  }

  end(encoding: Encoding, canBePlain: boolean): FileScan {
    if (this.#reader === undefined) this.#begin(true);
    if (this.#reader!.isOpen) this.#reader!.read(Buffer.alloc(0), true);
    const [layout, table, reader] = [this.#layout!, this.#table!, this.#reader!];
    const lineEnds = (['LF', 'CRLF', 'CR'] as const).filter((end) => reader.lineEnds[end] > 0);
    const isOdd =
      table.needsOwnReading ||
      reader.hasSpacedQuotes ||
      reader.hasInnerMarks ||
      reader.hasLongRecords ||
      lineEnds.length > 1 ||
      lineEnds[0] === 'CR';
    const isPlain = canBePlain && encoding === 'utf-8' && layout.comment === '' && !isOdd;
    const hasLastEnd = this.#last === undefined || lineEndBytes.has(this.#last);
    return { encoding, layout, table: table.result, lineEnds, hasLastEnd, isPlain };
  }

  #begin(isWhole: boolean): void {
    const { format, pondPath } = this.#settings;
    const layout = findLayout({ bytes: this.#head.subarray(0, headBytes), isWhole, format, pondPath });
    this.#useLayout(layout, { isSmall: isWhole && this.#head.length < regularBytesMin });
    this.#reader!.read(this.#head, isWhole);
    this.#head = Buffer.alloc(0);
  }

  #useLayout(layout: TextLayout, { isSmall }: { readonly isSmall: boolean }): void {
    this.#layout = layout;
    this.#table = new TableScan(layout, this.#settings);
    const { delimiter, quote, comment, skip } = layout;
    const options = { delimiter, quote, comment, wholeLines: skip, endLine: this.#settings.endLine };
    const takeRegular = isSmall ? undefined : this.#table.takeRegular;
    this.#reader = new RecordReader(options, this.#table.take, takeRegular);
  }
}
