import { nameKey } from '../uniqueNames.ts';
import { PondError } from '../../base/error.ts';
import { requireSqlType, type SqlType } from '../../duckdb/sqlType.ts';
import { decimalOf, isInteger, isNumber, isPointInTime } from '../../base/typeClass.ts';
import { type TextFormat } from '../textFormat.ts';
import { settledValues } from './columnFacts.ts';
import { possibleOrders } from './columnOrders.ts';
import { typeOfFormat } from './dateFormat.ts';
import { allNumbers, decimalKind, requireSign } from './decimalSign.ts';
import { forms, type NumberSizes } from './numberForm.ts';
import {
  bitsOf,
  type ColumnType,
  formsOf,
  isOnly,
  misfit,
  misfitValue,
  placeOf,
  shown,
  type SourceColumn,
  textType,
  type TypeRules,
} from './sourceColumn.ts';
import { statedType } from './statedType.ts';

const fractions = bitsOf(['point', 'pointOrThousands', 'comma', 'commaOrThousands', 'thousands']);
const decimals = fractions | forms.special;

/**
 * The type that holds every value of a column as it is. Fails `invalid-content`, with the line, for a value that does
 * not fit what is stated, or a word far below numbers.
 */
export function typeOf(column: SourceColumn, rules: TypeRules): ColumnType {
  const found = formsOf(column);
  const stated = statedType(column[0]!.name, rules.format);
  if (stated !== undefined) return typeAsStated(column, stated, rules);
  const formatted = formattedType(column, rules.format);
  if (formatted !== undefined) return formatted;
  if (found === 0) return textType();
  if ((found & forms.text) !== 0) {
    requireNoLateWord(column);
    return textType(found === forms.text ? undefined : placeOf(column, forms.text));
  }
  if (isOnly(found, allNumbers)) return numberType(column, rules);
  if (found === forms.truth) return { kind: 'truth', type: requireSqlType('BOOLEAN') };
  if (found === forms.time) return { kind: 'time', type: requireSqlType('TIME') };
  if (found === forms.date) return dateType(column, rules);
  return textType('its values are of several kinds');
}

/** The kind of values that have these forms, whatever their decimal sign and their order of dates. */
export function kindOfForms(found: number): 'text' | 'number' | 'truth' | 'time' | 'date' {
  if (isOnly(found, allNumbers)) return isId(found) ? 'text' : 'number';
  if (found === forms.truth) return 'truth';
  if (found === forms.time) return 'time';
  return isOnly(found, forms.date | forms.formatted) ? 'date' : 'text';
}

/** True for ids next to which other files have decimals; `noted` are the forms of all files. */
export function areAmongDecimals(found: number, noted: number): boolean {
  return isOnly(found | noted, allNumbers) && isId(found) && !isId(found | noted);
}

const isId = (found: number): boolean => (found & forms.id) !== 0 && (found & fractions) === 0;

/** Forms that fit a stated type; undefined for a type that DuckDB's cast decides about. */
function formsFor(type: SqlType): number | undefined {
  if (isInteger(type)) return bitsOf(['integer', 'id']);
  if (isNumber(type)) return allNumbers;
  if (isPointInTime(type)) return forms.date | forms.formatted;
  return undefined;
}

function typeAsStated(column: SourceColumn, type: SqlType, rules: TypeRules): ColumnType {
  if (type === 'VARCHAR') return textType();
  const unfit = column.find(({ facts }) => facts.unfit !== undefined);
  if (unfit?.facts.unfit !== undefined) throw misfitValue(unfit, unfit.facts.unfit, `the stated type ${type}`);
  const fitting = formsFor(type);
  if (fitting === undefined) return { kind: 'cast', type };
  const found = formsOf(column);
  for (const form of Object.values(forms)) {
    if ((found & form) !== 0 && (fitting & form) === 0) throw misfit(column, form, `the stated type ${type}`);
  }
  const scale = decimalOf(type)?.scale ?? Infinity;
  if (column.some(({ facts }) => facts.sizes.scale > scale)) {
    throw misfit(column, found & decimals & -(found & decimals), `the decimals of ${type}`);
  }
  if (fitting === allNumbers) return { kind: decimalKind(column, rules) ?? requireSign(column, type), type };
  if (fitting === (forms.date | forms.formatted) && found !== 0) {
    const read = formattedType(column, rules.format) ?? dateType(column, rules);
    if (read.kind === 'text') throw unreadable(column, `${read.reason}, which ${type} does not hold`);
    const isCut = read.type === 'TIMESTAMP_NS' && type === 'TIMESTAMP';
    return isCut ? read : { ...read, type };
  }
  return { kind: 'number', type };
}

/** The type of values in the stated format of dates. Fails for a column in which only some are. */
function formattedType(column: SourceColumn, { dates }: TextFormat): ColumnType | undefined {
  const filled = column.filter(({ facts }) => facts.values > 0);
  if (dates === undefined || filled.every(({ facts }) => facts.formattedValues === 0)) return undefined;
  if (filled.every(({ facts }) => facts.formattedValues === facts.values)) {
    return { kind: 'formatted', type: requireSqlType(typeOfFormat(dates)) };
  }
  const found = formsOf(column);
  if ((found & forms.formatted) === 0) return undefined;
  const other = Object.values(forms).find((form) => form !== forms.formatted && (found & form) !== 0) ?? 0;
  throw misfit(column, other, `the stated format of dates, ${dates}`);
}

function dateType(column: SourceColumn, { format: { zone } }: TypeRules): ColumnType {
  const shapes = column.flatMap(({ facts }) => [...facts.shapes.values()]);
  const isMixed = shapes.some(({ hasZone }) => hasZone) && shapes.some((shape) => shape.hasTime && !shape.hasZone);
  if (isMixed && zone === undefined) return textType('some of its times have a zone and others have none');
  const isNano = shapes.some(({ fractionDigits }) => fractionDigits > 6);
  if (!column.every(({ facts }) => possibleOrders(facts).length > 0))
    return textType('no order of day and month fits all its dates');
  const type = isNano ? 'TIMESTAMP_NS' : shapes.some(({ hasTime }) => hasTime) ? 'TIMESTAMP' : 'DATE';
  return { kind: 'date', type: requireSqlType(type) };
}

function numberType(column: SourceColumn, rules: TypeRules): ColumnType {
  const found = formsOf(column);
  if (isId(found))
    return isNumberByOthers(column, rules) ? sized('number', column) : textType(placeOf(column, forms.id));
  if ((found & decimals) !== 0) return decimalType(column, rules);
  const sizes = column.map(({ facts }) => facts.sizes);
  if (sizes.every(({ isBig }) => !isBig)) return { kind: 'number', type: requireSqlType('BIGINT') };
  if (sizes.every(({ whole }) => whole <= 38)) {
    // Parquet, in which the rows may be stored, has no integers of 128 bits.
    return { kind: 'number', type: requireSqlType('DECIMAL(38,0)'), reason: 'its integers have more than 64 bits' };
  }
  return textType('its integers have more than 38 digits');
}

/** True for ids that are numbers in one table with the decimals of other files. */
function isNumberByOthers(column: SourceColumn, rules: TypeRules): boolean {
  const noted = rules.noted.get(nameKey(column[0]!.name));
  if (noted === undefined || noted.hasDividing || !areAmongDecimals(formsOf(column), noted.found)) return false;
  return decimalKind(column, rules, noted.found) !== undefined;
}

/** The type of numbers with decimals, by the decimal sign. */
function decimalType(column: SourceColumn, rules: TypeRules): ColumnType {
  const kind = decimalKind(column, rules);
  return kind === undefined
    ? textType('its numbers can be read with a decimal point or with a decimal comma')
    : sized(kind, column);
}

function sized(kind: 'number' | 'commaNumber', column: SourceColumn): ColumnType {
  const sizes: readonly NumberSizes[] = column.map(({ facts }) => facts.sizes);
  if (sizes.every(({ isDouble }) => isDouble)) return { kind, type: requireSqlType('DOUBLE') };
  // Sizes are those of 10,500 with a decimal comma.
  const thousands = kind === 'number' && (formsOf(column) & forms.commaOrThousands) !== 0 ? 6 : 0;
  const whole = Math.max(thousands, ...sizes.map((each) => each.whole));
  const scale = Math.max(...sizes.map((each) => each.scale));
  const isExact = whole + scale <= 38 && (formsOf(column) & forms.special) === 0;
  const reason = 'its numbers have more digits than a double holds';
  if (!isExact || sizes.some(({ hasExponent }) => hasExponent)) return textType(reason);
  return { kind, type: requireSqlType(`DECIMAL(${whole + scale},${scale})`), reason };
}

function unreadable([first]: SourceColumn, reason: string): PondError {
  const { pondPath, name } = first!;
  return new PondError('invalid-content', `${pondPath} cannot be read as stated: column "${name}": ${reason}`, {
    path: pondPath,
    hint: 'State another type of the column, or the `zone` of times without one.',
  });
}

/** Words that come only after very many values of another form are faults of their lines. */
function requireNoLateWord(column: SourceColumn): void {
  for (const { name, pondPath, facts } of column) {
    const word = facts.firstOf('text');
    if (word === undefined || facts.valuesBeforeText < settledValues || facts.found === forms.text) continue;
    throw new PondError(
      'invalid-content',
      `${pondPath} cannot be read: expected a value like the ${facts.valuesBeforeText} before it in line ${word.line}, column "${name}", got "${shown(word)}"`,
      {
        path: pondPath,
        formats: [{ types: { [name]: 'text' } }],
        hint: `\`nulls: ["${shown(word)}"]\` reads it as a missing value, \`types: {${JSON.stringify(name)}: text}\` reads the column as text.`,
      },
    );
  }
}
