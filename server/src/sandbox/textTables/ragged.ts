import { fieldsOf } from './skippedLines.ts';

/** A line that has not as many fields as those before it. */
export interface OddLine {
  /** 1-based. */
  readonly line: number;
  readonly fields: number;
  /** Fields of all lines before it. */
  readonly expected: number;
  readonly delimiter: string;
}

const delimiters = [',', ';', '\t', '|'];

/** So many lines at the least are a table. */
const linesMin = 3;

/** Share of the lines of a table that are as its first one. */
const alikeShare = 0.9;

/**
 * The first line that is not as wide as the first, by the delimiter that divides the first into the most fields;
 * undefined where none divides it, or it is followed by no line like it. With `isMostlyAlike` nearly all of the lines
 * have to be as wide as the first.
 */
export function firstOddLine(
  lines: readonly string[],
  { isMostlyAlike }: { readonly isMostlyAlike: boolean },
): OddLine | undefined {
  const filled = lines.map((line, index) => ({ line, number: index + 1 })).filter(({ line }) => line !== '');
  const [first] = filled;
  if (first === undefined || filled.length < linesMin) return undefined;
  const widthBy = (line: string, delimiter: string): number => fieldsOf(line, { delimiter, quote: '"' }).length;
  const [best] = delimiters
    .map((delimiter) => ({ delimiter, expected: widthBy(first.line, delimiter) }))
    .sort((a, b) => b.expected - a.expected);
  if (best === undefined || best.expected < 2) return undefined;
  const { delimiter, expected } = best;
  const widths = filled.map(({ line }) => widthBy(line, delimiter));
  const odd = widths.findIndex((width) => width !== expected);
  const alike = widths.filter((width) => width === expected).length;
  if (odd < 2 || (isMostlyAlike && alike < alikeShare * widths.length)) return undefined;
  return { line: filled[odd]!.number, fields: widths[odd]!, expected, delimiter };
}
