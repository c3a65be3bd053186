import { scanGlob } from './globPattern.ts';
import { type Issue } from './issue.ts';

/** A `$N` in a text, with its range: 0-based offsets, `end` exclusive. */
interface Placeholder {
  /** Zero-based index of a wildcard. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Returns the placeholders of `text` in order of appearance. A `$` without a digit after it is literal. */
export function parsePlaceholders(text: string): readonly Placeholder[] {
  return [...text.matchAll(/\$(\d+)/g)].map((match) => ({
    index: Number(match[1]),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** Returns the text with each placeholder replaced by the capture that it refers to; empty without such a capture. */
export function fillPlaceholders(text: string, captures: readonly string[]): string {
  return text.replaceAll(/\$(\d+)/g, (_, index: string) => captures[Number(index)] ?? '');
}

/** Returns an issue for each placeholder of `outPattern` that refers to no wildcard of `inPattern`. */
export function checkPlaceholders(inPattern: string, outPattern: string): readonly Issue[] {
  const { wildcards } = scanGlob(inPattern);
  return parsePlaceholders(outPattern)
    .filter(({ index }) => index >= wildcards)
    .map(({ index, start, end }) => ({
      code: 'placeholder-range',
      message: `$${index} stands for no wildcard: ${wildcardsText(wildcards)}`,
      hint: 'The first wildcard is $0.',
      part: { start, end },
    }));
}

function wildcardsText(count: number): string {
  if (count === 0) return 'in_pattern has none';
  return count === 1 ? 'in_pattern has one, $0' : `in_pattern has ${count}, $0 to $${count - 1}`;
}
