import { nameKey } from '../uniqueNames.ts';
import { PondError } from '../../base/error.ts';
import { type SqlType } from '../../duckdb/sqlType.ts';
import { type TextFormat } from '../textFormat.ts';
import { noDelimiter } from './layout.ts';
import { type NotedColumn } from './notation.ts';
import { forms } from './numberForm.ts';
import {
  bitsOf,
  type FileColumn,
  formsOf,
  isOnly,
  misfit,
  shown,
  type ShownSign,
  type SourceColumn,
  type TypeRules,
  type ReadingKind,
} from './sourceColumn.ts';

const pointNumbers = bitsOf(['integer', 'point', 'pointOrThousands', 'thousands', 'special']);
const commaNumbers = bitsOf(['integer', 'comma', 'commaOrThousands', 'pointOrThousands', 'special']);
/** Forms of numbers. */
export const allNumbers = pointNumbers | commaNumbers | forms.id;

const commas = bitsOf(['comma', 'commaOrThousands', 'thousands']);
/** Forms that both signs fit. */
const eitherSign = bitsOf(['pointOrThousands', 'commaOrThousands']);

/**
 * Commas inside values of lines that commas divide may also divide values, such as a reading and its quality, and so may
 * those of lines that nothing divides, such as whole lines in quotes.
 */
export function hasDividingCommas({ delimiter, facts }: Pick<FileColumn, 'delimiter' | 'facts'>): boolean {
  const found = delimiter === ',' ? forms.comma : delimiter === noDelimiter ? commas : 0;
  return (facts.found & found) !== 0;
}

/** The decimal sign that numbers of several columns show; undefined when they show none. */
export function signOf(columns: readonly NotedColumn[]): ShownSign | undefined {
  const numeric = columns.filter(({ found, hasDividing }) => !hasDividing && isOnly(found, allNumbers));
  const hasComma = numeric.some(({ found }) => (found & forms.comma) !== 0 && (found & forms.point) === 0);
  const hasPoint = numeric.some(({ found }) => (found & (forms.point | forms.thousands)) !== 0);
  if (hasComma && hasPoint) return 'both';
  return hasComma ? ',' : hasPoint ? '.' : undefined;
}

/** The reading of numbers with decimals of these forms, by the decimal sign; undefined where both signs are possible. */
export function decimalKind(
  column: SourceColumn,
  rules: TypeRules,
  all = formsOf(column),
): Extract<ReadingKind, 'number' | 'commaNumber'> | undefined {
  const { decimal: stated } = rules.format;
  const found = all & ~forms.id;
  if (stated === ',' && (found & (forms.point | forms.thousands)) !== 0)
    throw misfit(column, forms.point, 'the stated decimal comma');
  if (stated === '.' && (found & forms.comma) !== 0) throw misfit(column, forms.comma, 'the stated decimal point');
  if (stated === undefined && column.some(hasDividingCommas)) return undefined;
  const nearest = signOfOpenFiles(column);
  const own = columnSign(found);
  // A file whose other numbers show another sign than this column in the other files.
  if (stated === undefined && own !== undefined && nearest !== undefined && own !== nearest) return undefined;
  const certain = stated ?? own ?? (nearest === undefined ? signInOthers(column, rules) : undefined);
  const sign = certain ?? nearest ?? rules.sign;
  if (certain === ',' && isOnly(found, commaNumbers)) return 'commaNumber';
  // 1.013 is a thousand where the decimal sign is a comma, as it may be where semicolons divide lines.
  const isThousand = (found & forms.pointOrThousands) !== 0 && certain === undefined;
  const isEither = isThousand && sign !== '.' && (sign !== undefined || hasSemicolons(column));
  if (isOnly(found, pointNumbers)) return isEither ? undefined : 'number';
  if (sign === '.' && isOnly(found, pointNumbers | forms.commaOrThousands)) return 'number';
  return sign === ',' && isOnly(found, commaNumbers) && !isThousand ? 'commaNumber' : undefined;
}

const hasSemicolons = (column: SourceColumn): boolean => column.some(({ delimiter }) => delimiter === ';');

/** The decimal sign that a column's own numbers show. */
function columnSign(found: number): TextFormat['decimal'] {
  const hasComma = (found & forms.comma) !== 0;
  const hasPoint = (found & (forms.point | forms.thousands)) !== 0;
  return hasComma === hasPoint ? undefined : hasComma ? ',' : '.';
}

/** True for numbers that both signs fit, none of which shows the sign of the others. */
export const isOpen = (found: number): boolean =>
  (found & eitherSign) !== 0 && isOnly(found, allNumbers) && columnSign(found) === undefined;

/** The sign that other columns show in those files in which this one is open: a file is written with one sign. */
function signOfOpenFiles(column: SourceColumn): ShownSign | undefined {
  const [first, ...others] = new Set(
    column.flatMap(({ facts, sign }) => (sign !== undefined && isOpen(facts.found) ? [sign] : [])),
  );
  return others.length > 0 ? 'both' : first;
}

/** The sign that numbers of the same name show in the files that share a notation. */
function signInOthers([first]: SourceColumn, { noted }: TypeRules): TextFormat['decimal'] {
  const column = noted.get(nameKey(first?.name ?? ''));
  const sign = column && signOf([column]);
  return sign === 'both' ? undefined : sign;
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
