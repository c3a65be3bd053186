/** The notation of the text from which a series was appended: it holds for the batches that follow. */
import { PondError } from '../../base/error.ts';
import { decidedByOthers, joinNotations } from '../../sandbox/textTables/findNotation.ts';
import { firstAlike, numberedAlike, otherNames, otherNamesError } from '../../sandbox/textTables/alikeNames.ts';
import { signOf } from '../../sandbox/textTables/decimalSign.ts';
import { type FileNotation, type Notation } from '../../sandbox/textTables/notation.ts';
import { isNumber } from '../../base/typeClass.ts';
import { type Column } from '../../protocol/results.ts';

/** A batch of text with the series that it is appended to. */
interface AppendedText {
  /** Path of the series. */
  readonly path: string;
  readonly known: FileNotation | undefined;
  /** Path of the batch. */
  readonly from: string;
  readonly own: FileNotation;
}

/** Returns the notation to read a batch with; undefined where it is read the same alone. */
export function notationForBatch(text: AppendedText): Notation | undefined {
  const notation = joined(text);
  return decidedByOthers(text.own, notation) === undefined ? undefined : notation;
}

const joined = ({ path, known, from, own }: AppendedText): Notation =>
  joinNotations([...(known ? [{ path, notation: known }] : []), { path: from, notation: own }]);

/**
 * Fails `invalid-content` for a batch with decimal commas after numbers that were read with a decimal point, as nothing
 * showed the sign: they may be thousands, and a series keeps its rows.
 */
export function requireSameSign({ path, known, from, own }: AppendedText): void {
  const [open] = known?.openNumbers ?? [];
  if (open === undefined || signOf(own.columns) !== ',') return;
  throw new PondError(
    'invalid-content',
    `${from} has decimal commas, and earlier numbers of column "${open}" of ${path}, such as 1.234, were read with a decimal point, as no number showed the sign`,
    {
      path: from,
      formats: [{ decimal: ',' }],
      hint: 'State `decimal: ,` and make the series again, or append these rows to another series.',
    },
  );
}

/** Fails for a batch with names that differ in case alone, of which the series has one: its values would be of the other. */
export function requireSeriesNames({ path, known, from, own }: AppendedText, columns: readonly Column[]): void {
  const series = { alike: known?.alike ?? [], names: columns.map(({ name }) => name) };
  const other = otherNames(series, joinNotations([{ path: from, notation: own }]));
  if (other !== undefined) throw otherNamesError(from, other.known, { names: other.own, path });
}

/** As requireSeriesNames, of a batch in a format other than CSV, whose columns have the names that DuckDB gave them. */
export function requireNumberedNames(
  { path, known, from }: Omit<AppendedText, 'own'>,
  batch: readonly Column[],
  columns: readonly Column[],
): void {
  const own = named(from, batch);
  const series = { ...named(path, columns), ...(known && { alike: known.alike }) };
  const other = otherNames(own, { alike: firstAlike([series]) });
  if (other !== undefined) throw otherNamesError(from, other.own, { names: other.known, path });
  const unlike = otherNames(series, { alike: firstAlike([own]) });
  if (unlike !== undefined) throw otherNamesError(from, unlike.known, { names: unlike.own, path });
}

function named(path: string, columns: readonly Column[]): Pick<FileNotation, 'alike' | 'names'> & { path: string } {
  const names = columns.map(({ name }) => name);
  return { path, names, alike: numberedAlike(names) };
}

/** Returns the notation of a series after a batch, whose columns were read with these types. */
export function notationAfter(text: AppendedText, columns: readonly Column[]): FileNotation {
  const all = joined(text);
  const numbers = new Set(columns.filter(({ type }) => isNumber(type)).map(({ name }) => name.toLowerCase()));
  const open = text.own.openNumbers.filter((name) => numbers.has(name));
  const isSettled = signOf(all.columns) !== undefined;
  return {
    columns: all.columns,
    openNumbers: isSettled ? [] : [...new Set([...(text.known?.openNumbers ?? []), ...open])],
    orders: all.orders.map(({ order }) => order),
    hasOpenDates: false,
    names: [],
    alike: all.alike.map(({ names }) => names),
    bareColumns: 0,
  };
}
