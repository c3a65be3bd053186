import { nameKey } from '../uniqueNames.ts';
import { type HeadRecord, repeatsHeader } from './head.ts';
import { isName, isValue } from './headField.ts';

/**
 * Names in a header, in lower case, of the columns whose first rows are mostly values: a name in such a column is not a
 * value of it. `rows` are the records below the header.
 */
export function namesAboveValues(header: readonly string[], rows: readonly HeadRecord[]): readonly string[] {
  const own = rows.filter(({ trimmed }) => trimmed.length >= header.length && !isSame(trimmed, header));
  return header.flatMap((name, index) => {
    const filled = own.map(({ trimmed }) => trimmed[index] ?? '').filter((text) => text !== '');
    const isOfValues = filled.length > 0 && filled.filter(isValue).length * 2 >= filled.length;
    return name !== '' && !isValue(name) && isOfValues ? [nameKey(name)] : [];
  });
}

/** The table above a record. */
interface TableAbove {
  /** The names in the header of the rows above, without spaces around them. */
  readonly header: readonly string[];
  /** See namesAboveValues. */
  readonly namesAboveValues: readonly string[];
  /** True when it is stated that the file has a header. */
  readonly isStated: boolean;
}

/**
 * Decides if a record is another header, by its fields without spaces around them. Undefined when it can be either: no
 * column above it has values, so that its words may be those of a row.
 */
export function isHeaderAgain(fields: readonly string[], above: TableAbove): boolean | undefined {
  const { header } = above;
  // Names that are numbers, such as years, are names again where the whole line is that of the header.
  if (header.some(isValue) && header.some(isName) && isSame(fields, header)) return true;
  if (!repeatsHeader(fields, header)) return false;
  const names = new Set(header.map(nameKey));
  const known = fields.filter((field) => field !== '' && names.has(nameKey(field))).length;
  const isOtherWidth = fields.length !== header.length;
  const ofValues = new Set(above.namesAboveValues);
  const columns = header.flatMap((name, index) => (ofValues.has(nameKey(name)) ? [index] : []));
  if (columns.length > 0) {
    const words = columns.map((index) => fields[index] ?? '').filter((field) => field !== '');
    if (words.some((word) => names.has(nameKey(word)))) return true;
    return words.length > 0 && (known > 1 || isOtherWidth);
  }
  // A row may begin with the name of its column: status,comment above status,changed.
  if (known < 2 || (!isOtherWidth && !haveSameNames(fields, header))) return false;
  return above.isStated ? true : undefined;
}

/** True for the names of a header in any order and case. */
function haveSameNames(fields: readonly string[], header: readonly string[]): boolean {
  const [own, known] = [fields, header].map((names) => names.map(nameKey).sort());
  return JSON.stringify(own) === JSON.stringify(known);
}

const isSame = (fields: readonly string[], header: readonly string[]): boolean =>
  fields.length === header.length && fields.every((field, index) => field === header[index]);
