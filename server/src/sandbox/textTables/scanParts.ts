import { basename, dirname } from 'node:path';
import { isPondError } from '../../base/error.ts';
import { type OpenDisk } from '../../storage/disk.ts';
import { type PartRange, partsOf, type PartSizes } from '../fileParts.ts';
import { inThreads, partSizes } from '../scanThreads.ts';
import { type SourceFile } from '../sources.ts';
import { type TextFormat } from '../textFormat.ts';
import { decoded, encodingNamed, encodingOf, type TextScope } from './decoded.ts';
import { hasFault, joinScans, type PartFault, type PartScan } from './joinScans.ts';
import { type TextLayout } from './layout.ts';
import { requireText } from './notText.ts';
import { RecordFault } from './recordFault.ts';
import { RecordReader } from './records.ts';
import { savedOf, scanOf } from './savedScan.ts';
import { headBytes, layoutOf, scanText, type StatedFile } from './scanFile.ts';
import { type FileScan } from './tableScan.ts';

/** Lines above the first row of a file. */
interface Head {
  readonly layout: TextLayout;
  /** Position of the first row in the file. */
  readonly end: number;
  readonly lines: number;
}

/** A part of a CSV file, for a thread. */
export interface TablePart {
  readonly kind: 'table';
  readonly file: StatedFile & { readonly hostPath: string };
  readonly layout: TextLayout;
  /** The lines above the first row, and the part without them; of the first part, they are part of it. */
  readonly ranges: readonly PartRange[];
  /** True for the last one, whose last line may have no end. */
  readonly isLast: boolean;
}

const byteOrderMark = Buffer.from('\ufeff');

/** The parts of a file that are scanned by themselves. */
interface PartPlan {
  readonly parts: readonly TablePart[];
  /** Number of lines above the first row. */
  readonly headLines: number;
}

/**
 * Scans a large CSV file in several threads, which read a part each. Returns what scanFile finds in it, and fails as it
 * does at the first fault; undefined where it is scanned in one pass: as planParts and joinScans, for bytes of another
 * encoding, and for a record that begins in one part and ends in the next. Fails `cancelled`.
 */
export async function scanParts({ openDisk, signal }: TextScope, file: SourceFile): Promise<FileScan | undefined> {
  const plan = planParts(openDisk, file, partSizes);
  if (plan === undefined) return undefined;
  const found = await inThreads<TablePart, PartScan | PartFault>(plan.parts, {
    own: (part, ended) => scanPart(openDisk, part, ended),
    isLast: hasFault,
    signal,
  });
  const joined = found && joinScans(found, { headLines: plan.headLines, pondPath: file.pondPath });
  return joined && scanOf(joined);
}

/**
 * Divides a file. Undefined for a small one, one of another encoding than UTF-8, one without lines above its rows or
 * with comments and blank lines between them, and with types or a footer that are stated.
 */
export function planParts(openDisk: OpenDisk, file: SourceFile, sizes: PartSizes): PartPlan | undefined {
  const { hostPath, pondPath, reading, format, sizeBytes } = file;
  if (reading.compression !== undefined || format?.types !== undefined || format?.footer !== undefined)
    return undefined;
  const [disk, name] = [openDisk(dirname(hostPath)), basename(hostPath)];
  const ranges = partsOf(disk, { name, sizeBytes }, sizes);
  if (ranges === undefined) return undefined;
  const head = headOf(Buffer.from(disk.readRange(name, 0, byteOrderMark.length + headBytes) ?? []), file);
  if (head === undefined || head.end > ranges[0]!.to) return undefined;
  const above = { from: 0, to: head.end };
  const stated = { hostPath, pondPath, reading, ...(format && { format }) };
  const parts = ranges.map((range, index): TablePart => ({
    kind: 'table',
    file: stated,
    layout: head.layout,
    ranges: index === 0 ? [range] : [above, range],
    isLast: index === ranges.length - 1,
  }));
  return { parts, headLines: head.lines };
}

/** Scans a part, up to its first fault. Undefined for one that is not whole records, and for one of another encoding. */
export async function scanPart(
  openDisk: OpenDisk,
  { file, layout, ranges, isLast }: TablePart,
  signal?: AbortSignal,
): Promise<PartScan | PartFault | undefined> {
  const text = (): AsyncIterable<Buffer> =>
    decoded(() => bytesOf(openDisk, file.hostPath, ranges), 'utf-8', file.pondPath);
  try {
    const scanned = await scanText(text(), file, { layout, isLast, signal });
    return scanned && { scan: savedOf(scanned.scan), lines: scanned.lines };
  } catch (error) {
    if (error instanceof RecordFault) return { fault: error.fault };
    if (isPondError(error, 'cancelled') || !isPondError(error)) throw error;
    // The pass over the whole file finds its encoding, or reports the failure.
    return undefined;
  }
}

async function* bytesOf(openDisk: OpenDisk, hostPath: string, ranges: readonly PartRange[]): AsyncIterable<Buffer> {
  const disk = openDisk(dirname(hostPath));
  for (const { from, to } of ranges) {
    for await (const bytes of disk.scanStream(basename(hostPath), from, to) ?? []) {
      yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
  }
}

/** Finds the lines above the first row. Undefined for text that is not in UTF-8, and where there are none. */
function headOf(start: Buffer, file: SourceFile): Head | undefined {
  requireText(start, file.pondPath);
  const { encoding = 'utf-8' } = file.format ?? {};
  if (encodingNamed(encoding) !== 'utf-8' || (encodingOf(start) ?? 'utf-8') !== 'utf-8') return undefined;
  const isMarked = start.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  const mark = isMarked ? byteOrderMark.length : 0;
  const text = start.subarray(mark, mark + headBytes);
  const layout = layoutOf(text, file);
  const above = linesAbove(text, layout, file.format);
  return above === undefined ? undefined : { layout, end: mark + above.end, lines: above.lines };
}

/** The lines above the first row. Undefined where there are none, and for blank lines and comments below the header. */
function linesAbove(
  text: Buffer,
  layout: TextLayout,
  { units, below = 0 }: TextFormat = {},
): { readonly end: number; readonly lines: number } | undefined {
  const lines = layout.skip + (layout.hasHeader ? 1 : 0) + (units === true ? 1 : 0) + below;
  let end: number | undefined;
  const reader = new RecordReader({ ...layout, wholeLines: layout.skip }, (record) => {
    const isAbove = record.line <= layout.skip || (!record.isBlank && !record.isWhole);
    if (record.line === lines && isAbove && !record.hasInnerLines) end = record.to;
    return record.line < lines && isAbove;
  });
  try {
    reader.read(text, false);
  } catch (error) {
    if (!(error instanceof RecordFault)) throw error;
  }
  return end === undefined ? undefined : { end, lines };
}
