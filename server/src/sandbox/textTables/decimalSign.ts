import { PondError } from '../../base/error.ts';
import { type SqlType } from '../../duckdb/sqlType.ts';
import { type TextFormat } from '../textFormat.ts';
import { noDelimiter } from './layout.ts';
import { forms } from './numberForm.ts';
import {
  bitsOf,
  formsOf,
  isOnly,
  misfit,
  shown,
  type SourceColumn,
  type TypeRules,
  type ReadingKind,
} from './sourceColumn.ts';

const pointNumbers = bitsOf(['integer', 'point', 'pointOrThousands', 'thousands', 'special']);
const commaNumbers = bitsOf(['integer', 'comma', 'commaOrThousands', 'pointOrThousands', 'special']);
/** Forms of numbers. */
export const allNumbers = pointNumbers | commaNumbers | forms.id;

const commas = bitsOf(['comma', 'commaOrThousands', 'thousands']);

/**
 * Commas inside values of lines that commas divide may also divide values, such as a reading and its quality, and so may
 * those of lines that nothing divides, such as whole lines in quotes.
 */
function hasDividingCommas(column: SourceColumn): boolean {
  return column.some(({ delimiter, facts }) => {
    const found = delimiter === ',' ? forms.comma : delimiter === noDelimiter ? commas : 0;
    return (facts.found & found) !== 0;
  });
}

/** The decimal sign that the numbers of a source show; undefined when they show none, or both. */
export function decimalOf(columns: readonly SourceColumn[]): TextFormat['decimal'] {
  const certain = columns.filter((column) => !hasDividingCommas(column));
  const numeric = certain.map(formsOf).filter((found) => isOnly(found, allNumbers));
  const hasComma = numeric.some((found) => (found & forms.comma) !== 0 && (found & forms.point) === 0);
  const hasPoint = numeric.some((found) => (found & (forms.point | forms.thousands)) !== 0);
  return hasComma === hasPoint ? undefined : hasComma ? ',' : '.';
}

/** The reading of numbers with decimals, by the decimal sign; undefined where both signs are possible. */
export function decimalKind(
  column: SourceColumn,
  { format, decimal }: TypeRules,
): Extract<ReadingKind, 'number' | 'commaNumber'> | undefined {
  const found = formsOf(column) & ~forms.id;
  if (format.decimal === ',' && (found & (forms.point | forms.thousands)) !== 0)
    throw misfit(column, forms.point, 'the stated decimal comma');
  if (format.decimal === '.' && (found & forms.comma) !== 0)
    throw misfit(column, forms.comma, 'the stated decimal point');
  if (format.decimal === undefined && hasDividingCommas(column)) return undefined;
  const certain = format.decimal ?? ownSign(found);
  const sign = certain ?? decimal;
  if (certain === ',' && isOnly(found, commaNumbers)) return 'commaNumber';
  // 1.013 is a thousand where the decimal sign is a comma, as it may be where semicolons divide lines.
  const isThousand = (found & forms.pointOrThousands) !== 0 && certain === undefined;
  const isEither = isThousand && (sign === ',' || (sign === undefined && hasSemicolons(column)));
  if (isOnly(found, pointNumbers)) return isEither ? undefined : 'number';
  if (sign === '.' && isOnly(found, pointNumbers | forms.commaOrThousands)) return 'number';
  return sign === ',' && isOnly(found, commaNumbers) && !isThousand ? 'commaNumber' : undefined;
}

const hasSemicolons = (column: SourceColumn): boolean => column.some(({ delimiter }) => delimiter === ';');

/** The decimal sign that a column's own numbers show. */
function ownSign(found: number): TextFormat['decimal'] {
  const hasComma = (found & forms.comma) !== 0;
  const hasPoint = (found & (forms.point | forms.thousands)) !== 0;
  return hasComma === hasPoint ? undefined : hasComma ? ',' : '.';
}

/** Fails `invalid-content` for numbers that both decimal signs fit. */
export function requireSign(column: SourceColumn, type: SqlType): never {
  const { pondPath, name, facts } = column[0]!;
  const value = [...facts.first.values()].find((each) => /[.,]/.test(each.text));
  const place = value === undefined ? '' : `"${shown(value)}" in line ${value.line}, `;
  throw new PondError(
    'invalid-content',
    `${pondPath} cannot be read: ${place}column "${name}", can be read as ${type} with a decimal point or with a decimal comma`,
    {
      path: pondPath,
      formats: [{ decimal: '.' }, { decimal: ',' }],
      hint: 'State the decimal sign: `decimal: .` or `decimal: ,`.',
    },
  );
}
