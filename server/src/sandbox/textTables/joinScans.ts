/**
 * Joins the scans of the parts of a file into the scan of all of it, exactly as one pass finds it. Undefined where one
 * pass reads a part otherwise, as it knows the parts before it: columns that a later header adds, the form of a date
 * that earlier dates make known, days and months whose order no value of one part alone contradicts.
 */
import { type PlacedValue, shapeKeyOf, shapesMax } from './columnFacts.ts';
import { type SavedShape } from './dateShape.ts';
import { type SkippedLines } from './description.ts';
import { forms, type NumberSizes } from './numberForm.ts';
import { type SavedColumn, type SavedFacts, type SavedScan } from './savedScan.ts';
import { type Fault, faultError } from './recordFault.ts';
import { aboveHeader, belowHeader } from './tableScan.ts';

/** Scan of the lines above the rows of a file, and of a part of its rows. */
export interface PartScan {
  readonly scan: SavedScan;
  /** Number of ends of lines. */
  readonly lines: number;
}

/** The first fault of a part. Its line is that in the part, with the lines above the rows. */
export interface PartFault {
  readonly fault: Fault;
}

/** True for a part with a fault, which is the last one that counts. */
export const hasFault = (part: PartScan | PartFault): part is PartFault => 'fault' in part;

/** The file that was scanned in parts. */
interface JoinedFile {
  /** Number of lines above the rows. */
  readonly headLines: number;
  readonly pondPath: string;
}

/**
 * Joins the scans of all parts, in their order. Fails `invalid-content` at a part with a fault, with the line in the
 * file.
 */
export function joinScans(
  parts: readonly (PartScan | PartFault)[],
  { headLines, pondPath }: JoinedFile,
): SavedScan | undefined {
  let all: SavedScan | undefined;
  // What is added to the lines of a part.
  let shift = 0;
  for (const part of parts) {
    if (hasFault(part)) throw faultError({ ...part.fault, line: part.fault.line + shift }, pondPath);
    if (part.scan.table.laterHeaderLines.length > 0) return undefined;
    all = all === undefined ? part.scan : joined(all, part.scan, shift);
    if (all === undefined) return undefined;
    shift += part.lines - headLines;
  }
  return all;
}

function joined(one: SavedScan, next: SavedScan, shift: number): SavedScan | undefined {
  const columns = joinedColumns(one.table.columns, next.table.columns, shift);
  if (columns === undefined) return undefined;
  const lineEnds = (['LF', 'CRLF', 'CR'] as const).filter((end) => [...one.lineEnds, ...next.lineEnds].includes(end));
  const skipped = joinedLines(one.table.skipped, next.table.skipped, shift);
  const table = { ...one.table, columns, rowCount: one.table.rowCount + next.table.rowCount, skipped };
  return {
    ...one,
    table,
    lineEnds,
    hasLastEnd: next.hasLastEnd,
    isPlain: one.isPlain && next.isPlain && lineEnds.length < 2,
  };
}

function joinedLines(
  one: readonly SkippedLines[],
  next: readonly SkippedLines[],
  shift: number,
): readonly SkippedLines[] {
  const all = new Map(one.map((lines) => [lines.reason, lines]));
  for (const { reason, count, firstLine } of next) {
    // Each part has the lines above its rows.
    if (reason === aboveHeader || reason === belowHeader) continue;
    const known = all.get(reason);
    all.set(reason, { reason, count: (known?.count ?? 0) + count, firstLine: known?.firstLine ?? firstLine + shift });
  }
  return [...all.values()];
}

function joinedColumns(
  one: readonly SavedColumn[],
  next: readonly SavedColumn[],
  shift: number,
): readonly SavedColumn[] | undefined {
  if (one.length !== next.length) return undefined;
  const all: SavedColumn[] = [];
  for (const [index, column] of one.entries()) {
    const other = next[index]!;
    const facts = column.name === other.name ? joinedFacts(column.facts, other.facts, shift) : undefined;
    if (facts === undefined) return undefined;
    all.push({ ...column, facts });
  }
  return all;
}

function joinedFacts(one: SavedFacts, next: SavedFacts, shift: number): SavedFacts | undefined {
  // Nothing changes the facts of a column of text.
  if ((one.found & forms.text) !== 0) return one;
  const shapes = joinedShapes(one, next, shift);
  if (shapes === undefined) return undefined;
  return {
    found: one.found | next.found,
    values: one.values + next.values,
    formattedValues: one.formattedValues + next.formattedValues,
    hasSpaces: one.hasSpaces || next.hasSpaces,
    sizes: joinedSizes(one.sizes, next.sizes),
    shapes,
    first: withNew(one.first, next.first, (value) => moved(value, shift)),
    valuesBeforeText: (next.found & forms.text) === 0 ? 0 : one.values + next.valuesBeforeText,
    unfit: undefined,
  };
}

function joinedSizes(one: NumberSizes, next: NumberSizes): NumberSizes {
  return {
    whole: Math.max(one.whole, next.whole),
    scale: Math.max(one.scale, next.scale),
    isBig: one.isBig || next.isBig,
    isDouble: one.isDouble && next.isDouble,
    hasExponent: one.hasExponent || next.hasExponent,
  };
}

/** The forms of dates of both. Undefined where those of the first make another value of one of the second. */
function joinedShapes(one: SavedFacts, next: SavedFacts, shift: number): SavedFacts['shapes'] | undefined {
  const text = next.first.find(([form]) => form === forms.text)?.[1].text;
  const textKey = text === undefined ? undefined : shapeKeyOf(text);
  if (one.shapes.some(([, { example }]) => shapeKeyOf(example) === textKey)) return undefined;
  const others = new Map(next.shapes);
  const known = one.shapes.map(([key, shape]) => [key, joinedShape(shape, others.get(key), shift)] as const);
  const isContradicted = known.some(([, { possible }]) => possible.length === 0);
  const all = withNew(known, next.shapes, (shape) => movedShape(shape, shift));
  return isContradicted || all.length >= shapesMax ? undefined : all;
}

function joinedShape(one: SavedShape, next: SavedShape | undefined, shift: number): SavedShape {
  if (next === undefined) return one;
  return {
    example: one.example,
    possible: one.possible.filter((order) => next.possible.includes(order)),
    differingDay: one.differingDay ?? next.differingDay,
    differingYear: one.differingYear ?? next.differingYear,
    hasDayEnd: one.hasDayEnd || next.hasDayEnd,
    excluded: withNew(one.excluded, next.excluded, (value) => moved(value, shift)),
    openCenturies: withNew(one.openCenturies, next.openCenturies, (value) => moved(value, shift)),
  };
}

const moved = ({ line, text }: PlacedValue, shift: number): PlacedValue => ({ line: line + shift, text });

const movedShape = ({ excluded, openCenturies, ...shape }: SavedShape, shift: number): SavedShape => ({
  ...shape,
  excluded: excluded.map(([order, value]) => [order, moved(value, shift)]),
  openCenturies: openCenturies.map(([order, value]) => [order, moved(value, shift)]),
});

/** The entries of the first, and those of the second with other keys. */
function withNew<K, V>(
  one: readonly (readonly [key: K, value: V])[],
  next: readonly (readonly [key: K, value: V])[],
  change: (value: V) => V,
): readonly (readonly [key: K, value: V])[] {
  const known = new Set(one.map(([key]) => key));
  return [...one, ...next.filter(([key]) => !known.has(key)).map(([key, value]) => [key, change(value)] as const)];
}
