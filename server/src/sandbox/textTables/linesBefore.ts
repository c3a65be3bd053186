/** Lines of a file that matter to the lines that follow them, for a file that is read part by part. */
import { createYield } from '../../base/yieldToEventLoop.ts';
import { type ColumnFacts } from './columnFacts.ts';
import { possibleOrders } from './columnType.ts';
import { decimalOf } from './decimalSign.ts';
import { forms } from './numberForm.ts';
import { layoutOf, scanText, type StatedFile } from './scanFile.ts';
import { type FileScan } from './tableScan.ts';

/** Lines that matter to those that follow, 1-based. */
interface LinesBefore {
  /** The last one that is another header; undefined when the lines have the header above them alone. */
  readonly header: number | undefined;
  /** Those whose values show the order of dates. */
  readonly dates: readonly number[];
  /** Those whose numbers show the decimal sign. */
  readonly decimal: readonly number[];
}

const none: LinesBefore = { header: undefined, dates: [], decimal: [] };

/** Finds the lines that matter in whole lines of a file and the header above them. Fails as scanFile, and `cancelled`. */
export async function linesBefore(bytes: Buffer, file: StatedFile, signal: AbortSignal): Promise<LinesBefore> {
  const layout = layoutOf(bytes, file);
  const scanned = await scanText(chunksOf(bytes, signal), file, { layout, isLast: true, signal });
  if (scanned === undefined) return none;
  const { table } = scanned.scan;
  const dates = table.columns.map(({ facts }) => linesOfOrder(facts)).find((lines) => lines.length > 0) ?? [];
  return { header: table.laterHeaderLines.at(-1), dates, decimal: linesOfSigns(scanned.scan) };
}

const chunkBytes = 1024 * 1024;

async function* chunksOf(bytes: Buffer, signal: AbortSignal): AsyncIterable<Buffer> {
  const yieldToEventLoop = createYield(signal, 'the run');
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    await yieldToEventLoop();
    yield bytes.subarray(at, at + chunkBytes);
  }
}

/** The lines that leave one order of the dates in a column; none where they have one by their form, or several. */
function linesOfOrder(facts: ColumnFacts): readonly number[] {
  if (facts.found !== forms.date || possibleOrders(facts).length !== 1) return [];
  return [...facts.shapes.values()].flatMap((shape) => [...shape.excluded.values()].map(({ line }) => line));
}

/** A line for each decimal sign that a column shows: several are as undecided as none. */
function linesOfSigns({ layout: { delimiter }, table }: FileScan): readonly number[] {
  const lines = new Map<string, number>();
  for (const { name, facts } of table.columns) {
    const sign = decimalOf([[{ pondPath: '', delimiter, name, facts }]]);
    const shown = (['comma', 'point', 'thousands'] as const).flatMap((form) => facts.firstOf(form) ?? []);
    const [first] = shown;
    if (sign !== undefined && first !== undefined && !lines.has(sign)) lines.set(sign, first.line);
  }
  return [...lines.values()];
}
