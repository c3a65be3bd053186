/** The place of a found cell among all matches of a search. */
import { type Cell } from './selection.ts';
import { numberText } from '../../numberStrings.ts';

/** A found cell that is the match `index` (1-based) of `total`; `key` is that of its search. */
export interface MatchPosition {
  readonly key: string;
  readonly cell: Cell;
  readonly index: number;
  readonly total: number;
}

/** A step of a search from one cell to the next match, which after the last one is the first. */
export interface MatchStep {
  readonly key: string;
  readonly from: Cell;
  readonly to: Cell;
  readonly backward: boolean;
}

/** Returns the position after a step from a match whose position is known; undefined from any other cell. */
export function positionAfter(known: MatchPosition | undefined, step: MatchStep): MatchPosition | undefined {
  const { key, from, to, backward } = step;
  if (known?.key !== key || known.cell.row !== from.row || known.cell.column !== from.column) return undefined;
  const { index, total } = known;
  const next = backward ? index - 1 : index + 1;
  return { key, cell: to, index: next < 1 ? total : next > total ? 1 : next, total };
}

/** `3 of 17`. */
export function positionText({ index, total }: MatchPosition): string {
  return `${numberText(index)} of ${numberText(total)}`;
}
