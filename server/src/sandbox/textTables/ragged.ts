import { fieldsOf } from './skippedLines.ts';

/** A line whose number of fields differs from the lines before it. */
export interface OddLine {
  /** 1-based. */
  readonly line: number;
  readonly fields: number;
  /** Number of fields in each line before it. */
  readonly expected: number;
  readonly delimiter: string;
}

const delimiters = [',', ';', '\t', '|'];

/** Minimum number of lines in a table. */
const linesMin = 3;

/** Minimum share of a table's lines that have the width of its first. */
const alikeShare = 0.9;

/**
 * The first line whose width differs from the first line's, by the delimiter that divides the first into the most
 * fields; undefined when none divides it, or no line like it follows. With `isMostlyAlike`, nearly all lines must have
 * the width of the first.
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
