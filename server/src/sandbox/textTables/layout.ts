import { FreeNames, nameKey } from '../uniqueNames.ts';
import { type FormatOffer } from './description.ts';

/** The places of a table in the text of a file. */
export interface TextLayout {
  readonly delimiter: string;
  readonly quote: string;
  /** Stated, or empty: comments that are found are above the header, in `skip`. */
  readonly comment: string;
  /** Lines above the header, or above the first row without a header. */
  readonly skip: number;
  readonly hasHeader: boolean;
  /** Names of the columns of the header, completed; of the first row's fields without a header. */
  readonly names: readonly string[];
  /** The names of the header that differ in case alone, as they are written there: those of each such name, in order. */
  readonly alike: readonly (readonly string[])[];
  /** Names in the header: see namesAboveValues. */
  readonly namesAboveValues: readonly string[];
  /** Options for lines below the header that may be no rows. */
  readonly offers: readonly FormatOffer[];
}

/** A delimiter that occurs in no text: each line is one field. */
export const noDelimiter = '\u001f';

/** Names of columns as DuckDB makes them: empty ones are numbered, and later ones of equal names are. */
export function columnNames(fields: readonly string[], width: number): readonly string[] {
  const digits = String(width).length;
  const free = new FreeNames();
  return Array.from({ length: width }, (_, index) => {
    const own = (fields[index] ?? '').normalize('NFC');
    return free.take(own === '' ? `column${String(index).padStart(digits, '0')}` : own);
  });
}

/** Returns the groups of names that differ in case alone. Those that are equal are numbered in their order. */
export function alikeNames(fields: readonly string[]): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const name of fields.map((field) => field.normalize('NFC'))) {
    const group = groups.get(nameKey(name));
    if (group === undefined) groups.set(nameKey(name), [name]);
    else group.push(name);
  }
  return [...groups.values()].filter((names) => new Set(names).size > 1);
}
