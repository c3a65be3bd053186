/** Order, visibility and width of the columns of a table, by name: the columns of a file may change. */
import { type Column } from '../../../../server/src/protocol/commands.ts';

/** The user's choices; columns that are not named keep the order of the table after those that are. */
export interface ColumnChoices {
  readonly order: readonly string[];
  readonly hidden: readonly string[];
  /** Columns that stay at the left edge, before all others. */
  readonly pinned: readonly string[];
  /** Pixels. */
  readonly widths: Readonly<Record<string, number>>;
}

export const noChoices: ColumnChoices = { order: [], hidden: [], pinned: [], widths: {} };

/** Narrowest column, pixels. */
const widthMin = 40;

/** Returns all columns in the chosen order, the pinned ones first. */
function orderedColumns(all: readonly Column[], { order, pinned }: ColumnChoices): readonly Column[] {
  const rank = (name: string): number => {
    const index = order.indexOf(name);
    return index === -1 ? order.length : index;
  };
  const isPinned = ({ name }: Column): boolean => pinned.includes(name);
  const sorted = all.toSorted((a, b) => rank(a.name) - rank(b.name));
  return [...sorted.filter(isPinned), ...sorted.filter((column) => !isPinned(column))];
}

/** Returns the columns that are shown; all of them when each is hidden. */
export function shownColumns(all: readonly Column[], choices: ColumnChoices): readonly Column[] {
  const ordered = orderedColumns(all, choices);
  const shown = ordered.filter(({ name }) => !choices.hidden.includes(name));
  return shown.length === 0 ? ordered : shown;
}

/** Moves a column before another one, or to the end. A column next to a pinned one stays in its own group. */
export function columnMoved(
  all: readonly Column[],
  choices: ColumnChoices,
  { name, before }: { readonly name: string; readonly before: string | undefined },
): ColumnChoices {
  const names = orderedColumns(all, choices).map((column) => column.name);
  if (name === before || !names.includes(name)) return choices;
  const others = names.filter((other) => other !== name);
  const at = before === undefined ? others.length : others.indexOf(before);
  return { ...choices, order: at === -1 ? names : others.toSpliced(at, 0, name) };
}

/** Moves a column by one place among those shown; unchanged at the edge. */
export function columnMovedBy(
  all: readonly Column[],
  choices: ColumnChoices,
  { name, by }: { readonly name: string; readonly by: 1 | -1 },
): ColumnChoices {
  const names = shownColumns(all, choices).map((column) => column.name);
  const at = names.indexOf(name);
  const neighbor = names[at + by];
  if (at === -1 || neighbor === undefined) return choices;
  return columnMoved(all, choices, { name, before: by === -1 ? neighbor : names[at + 2] });
}

/** Hides a column, or shows it. */
export function withHidden(choices: ColumnChoices, name: string, isHidden: boolean): ColumnChoices {
  const hidden = choices.hidden.filter((other) => other !== name);
  return { ...choices, hidden: isHidden ? [...hidden, name] : hidden };
}

/** Pins a column to the left edge, or releases it. */
export function withPinned(choices: ColumnChoices, name: string, isPinned: boolean): ColumnChoices {
  const pinned = choices.pinned.filter((other) => other !== name);
  return { ...choices, pinned: isPinned ? [...pinned, name] : pinned };
}

/** Sets the width of a column; undefined for that of its content. */
export function withWidth(choices: ColumnChoices, name: string, width: number | undefined): ColumnChoices {
  const { [name]: _, ...widths } = choices.widths;
  return {
    ...choices,
    widths: width === undefined ? widths : { ...widths, [name]: Math.max(widthMin, Math.round(width)) },
  };
}
