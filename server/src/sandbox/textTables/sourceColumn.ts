import { PondError } from '../../base/error.ts';
import { requireSqlType, type SqlType } from '../../duckdb/sqlType.ts';
import { type TextFormat } from '../textFormat.ts';
import { type ColumnFacts, type PlacedValue } from './columnFacts.ts';
import { type NotedColumn } from './notation.ts';
import { type Form, forms } from './numberForm.ts';

/** Reading of the values of a column. */
export type ReadingKind = 'text' | 'truth' | 'number' | 'commaNumber' | 'date' | 'time' | 'formatted' | 'cast';

/** The type of a column, equal for all files of a source. */
export interface ColumnType {
  readonly kind: ReadingKind;
  readonly type: SqlType;
  /** Why, where the values do not show it. */
  readonly reason?: string;
}

/** The column of a file. */
export interface FileColumn {
  readonly pondPath: string;
  /** Delimiter of the file. */
  readonly delimiter: string;
  readonly name: string;
  readonly facts: ColumnFacts;
  /** Decimal sign that the columns of the file show. */
  readonly sign: ShownSign | undefined;
}

/** A decimal sign, or both in different columns. */
export type ShownSign = NonNullable<TextFormat['decimal']> | 'both';

/** A column of a source: those of its files that have the name; at least one. */
export type SourceColumn = readonly FileColumn[];

/** Options for all columns of a source. */
export interface TypeRules {
  readonly format: TextFormat;
  /** The columns of all files that share a notation, by name. */
  readonly noted: ReadonlyMap<string, NotedColumn>;
  /** Decimal sign that they show. */
  readonly sign: ShownSign | undefined;
}

/** The bits of several forms. */
export const bitsOf = (names: readonly Form[]): number => names.reduce((bits, name) => bits | forms[name], 0);

/** True where all forms that were found are allowed. */
export const isOnly = (found: number, allowed: number): boolean => (found & ~allowed) === 0;

/** The forms of a column's values in all files. */
export function formsOf(column: SourceColumn): number {
  return column.reduce((bits, { facts }) => bits | facts.found, 0);
}

/** The type of text, with the reason. */
export const textType = (reason?: string): ColumnType => ({
  kind: 'text',
  type: requireSqlType('VARCHAR'),
  ...(reason && { reason }),
});

/** The error of a column with a value, of one of the forms in `form`, that does not fit what is stated. */
export function misfit(column: SourceColumn, form: number, expected: string): PondError {
  const file = column.find(({ facts }) => (facts.found & form) !== 0) ?? column[0]!;
  return misfitValue(file, file.facts.first.get(form), expected);
}

/** The error of a value that does not fit what is stated. */
export function misfitValue(
  { pondPath, name }: FileColumn,
  value: PlacedValue | undefined,
  expected: string,
): PondError {
  const place = value === undefined ? '' : ` in line ${value.line}`;
  return new PondError(
    'invalid-content',
    `${pondPath} cannot be read: "${value === undefined ? '' : shown(value)}"${place}, column "${name}", does not fit ${expected}`,
    {
      path: pondPath,
      hint: 'Change what is stated about the text of the file, or state the text as a missing value: `nulls`.',
    },
  );
}

/** The first value of a form and its place, for a reason. */
export function placeOf(column: SourceColumn, form: number): string {
  const file = column.find(({ facts }) => (facts.found & form) !== 0);
  const value = file?.facts.first.get(form);
  return value === undefined ? '' : `line ${value.line} of ${file?.pondPath} has "${shown(value)}"`;
}

/** A value at a length that a message can have. */
export const shown = ({ text: value }: PlacedValue): string => (value.length > 40 ? `${value.slice(0, 40)}…` : value);
