/** Units of the columns of text files, and lines in their place. */
import { type ErrorDetails, PondError } from '../../base/error.ts';
import { nameKey } from '../uniqueNames.ts';
import { isNumber, isTime } from './headField.ts';
import { type FileNotation, type Notation } from './notation.ts';

/** True for two ways to write one unit: other spaces, or another code of a character such as µ. Case counts: mPa, MPa. */
export const isSameUnit = (one: string, other: string): boolean => plain(one) === plain(other);

const plain = (unit: string): string => unit.normalize('NFKC').replace(/\s+/g, '');

/** True for the fields of a row, in the place of units: a time, or nothing but numbers. The unit 1 is that of a ratio. */
export function isRowOfValues(fields: readonly string[]): boolean {
  const filled = fields.map((field) => field.trim()).filter((field) => field !== '');
  return filled.some(isTime) || (filled.every(isNumber) && filled.some((field) => field !== '1'));
}

/** Words of messages about a line with values. */
export const whereUnits = 'where it is stated that units are';

/** Options and hint for a file without a row of units. */
export const noUnits = {
  formats: [{ units: false }],
  hint: 'State `units: false` for a file without a row of units.',
};

/** The unit of a column in a file that is another one in an earlier file. */
export interface OtherUnit {
  readonly name: string;
  readonly unit: string;
  readonly known: string;
  /** Path of the earlier file. */
  readonly path: string;
}

/** Returns the first column of a file whose unit differs from that in the files of its source; undefined without any. */
export function otherUnit({ columns }: FileNotation, { units }: Pick<Notation, 'units'>): OtherUnit | undefined {
  const known = new Map(units.map((each) => [each.name, each]));
  for (const { name, unit } of columns) {
    const first = known.get(name);
    if (unit === undefined || first === undefined || isSameUnit(unit, first.unit)) continue;
    return { name, unit, known: first.unit, path: first.path };
  }
  return undefined;
}

/** Fails for a file with another unit for a column than an earlier one, in files of any format. */
export function requireOneUnit(
  files: readonly {
    readonly path: string;
    readonly units: readonly { readonly name: string; readonly unit: string }[];
    readonly format?: { readonly below?: number } | undefined;
  }[],
): void {
  const known = new Map<string, Notation['units'][number]>();
  for (const { path, units, format } of files) {
    for (const { name, unit } of units) {
      const first = known.get(nameKey(name));
      if (first === undefined) known.set(nameKey(name), { name, unit, path });
      else if (!isSameUnit(unit, first.unit))
        throw otherUnitError(path, { name, unit, known: first.unit, path: first.path }, format?.below);
    }
  }
}

/** Fails for a file whose values have another unit than those of the same column in other files. */
export function requireSameUnits(
  files: readonly {
    readonly path: string;
    readonly notation: FileNotation;
    readonly file: { readonly format?: { readonly below?: number } };
  }[],
  source: Notation,
): void {
  for (const { path, notation, file } of files) {
    const other = otherUnit(notation, source);
    if (other === undefined) continue;
    throw otherUnitError(path, other, file.format?.below);
  }
}

function otherUnitError(path: string, { name, unit, known, path: first }: OtherUnit, below = 0): PondError {
  return new PondError(
    'invalid-content',
    `${path} cannot be read: the unit of column "${name}" is ${unit}, and ${known} in ${first}`,
    { path, ...unitDetails(below) },
  );
}

/** Options and hint for units that may differ only in how they are written; `below` is stated for the file. */
export const unitDetails = (below: number): Pick<ErrorDetails, 'formats' | 'hint'> => ({
  formats: [{ units: false, below: below + 1 }],
  hint: `Convert the values in a Derive, or give the column another name with \`names\`. If both are one unit, state \`units: false\` and \`below: ${below + 1}\`: the line of units is left out.`,
});
