/**
 * Names that differ in case alone, in the files of one table. SQL takes `Temp` and `temp` for one name, so that in a
 * file with both the second is `temp_1`; in a file with the other one first, or alone, the same name would be the other
 * column.
 */
import { PondError } from '../../base/error.ts';
import { nameKey } from '../uniqueNames.ts';
import { type FileNotation, type Notation } from './notation.ts';

/** Columns of a file that have the name of others in an earlier file. */
interface OtherNames {
  readonly own: readonly string[];
  readonly known: readonly string[];
  /** Path of the earlier file. */
  readonly path: string;
}

/** Returns the first names that differ in case alone, of each such name, in files in their order. */
export function firstAlike(
  files: readonly { readonly path: string; readonly alike: FileNotation['alike'] }[],
): Notation['alike'] {
  const found = new Map<string, Notation['alike'][number]>();
  for (const { path, alike } of files) {
    for (const names of alike) {
      const key = nameKey(names[0] ?? '');
      if (!found.has(key)) found.set(key, { names, path });
    }
  }
  return [...found.values()];
}

/**
 * Returns the groups of names that differ in case alone, of columns as DuckDB names them: `Temp` and `temp_1` were `Temp` and
 * `temp`, in this order.
 */
export function numberedAlike(names: readonly string[]): FileNotation['alike'] {
  const known = new Map(names.map((name) => [nameKey(name), name]));
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const own = name.replace(/_\d+$/, '');
    const first = own === name ? undefined : known.get(nameKey(own));
    if (first === undefined || first === own) continue;
    const group = groups.get(first);
    if (group === undefined) groups.set(first, [first, own]);
    else group.push(own);
  }
  return [...groups.values()];
}

/** Returns the first such columns of a file; undefined without any. */
export function otherNames(
  { alike, names }: Pick<FileNotation, 'alike' | 'names'>,
  source: Pick<Notation, 'alike'>,
): OtherNames | undefined {
  for (const { names: known, path } of source.alike) {
    const isKnown = (name: string | undefined): boolean =>
      name !== undefined && nameKey(name) === nameKey(known[0] ?? '');
    const own = alike.find(([first]) => isKnown(first)) ?? names.filter(isKnown);
    if (own.length > 0 && JSON.stringify(own) !== JSON.stringify(known)) return { own, known, path };
  }
  return undefined;
}

/** Fails for a file whose columns would be other columns of an earlier file. */
export function requireSameNames(
  files: readonly { readonly path: string; readonly notation: FileNotation }[],
  source: Notation,
): void {
  for (const { path, notation } of files) {
    const other = otherNames(notation, source);
    if (other === undefined) continue;
    throw otherNamesError(path, other.own, { names: other.known, path: other.path });
  }
}

/** The error for a file whose columns, which are in its header as given, would be other columns of an earlier file. */
export function otherNamesError(
  path: string,
  names: readonly string[],
  known: { readonly names: readonly string[]; readonly path: string },
): PondError {
  const expected = `expected ${listed(known.names)}, in this order, as in ${known.path}, got ${listed(names)}`;
  return new PondError('invalid-content', `${path} cannot be read: ${expected}`, {
    path,
    hint: 'The names differ in case alone, and would be one column. Give the columns of a CSV file other names with `names`, and those of other files in a Derive.',
  });
}

const listed = (names: readonly string[]): string =>
  `the ${names.length === 1 ? 'column' : 'columns'} ${names.map((name) => `"${name}"`).join(' and ')}`;
