import { PondError } from '../../base/error.ts';
import { parseSqlType, requireSqlType, type SqlType } from '../../duckdb/sqlType.ts';
import { type TextFormat } from '../textFormat.ts';
import { type ColumnFacts, type PlacedValue, settledValues } from './columnFacts.ts';
import { typeOfFormat } from './dateFormat.ts';
import { type DateOrder } from './dateShape.ts';
import { type Form, forms, type NumberSizes } from './numberForm.ts';

/** How the values of a column are read. */
type ValueKind = 'text' | 'truth' | 'number' | 'commaNumber' | 'date' | 'time' | 'formatted' | 'cast';

/** The type of a column, equal for all files of a source. */
export interface ColumnType {
  readonly kind: ValueKind;
  readonly type: SqlType;
  /** Why, where the values do not show it. */
  readonly reason?: string;
}

/** The column of a file. */
export interface FileColumn {
  readonly pondPath: string;
  readonly name: string;
  readonly facts: ColumnFacts;
}

/** A column of a source: those of its files that have the name; at least one. */
type SourceColumn = readonly FileColumn[];

const bitsOf = (names: readonly Form[]): number => names.reduce((bits, name) => bits | forms[name], 0);

const pointNumbers = bitsOf(['integer', 'point', 'pointOrThousands', 'thousands', 'special']);
const commaNumbers = bitsOf(['integer', 'comma', 'commaOrThousands', 'pointOrThousands', 'special']);
const allNumbers = pointNumbers | commaNumbers | forms.zeros;
const decimals = bitsOf(['point', 'pointOrThousands', 'comma', 'commaOrThousands', 'special', 'thousands']);

const text = (reason?: string): ColumnType => ({
  kind: 'text',
  type: requireSqlType('VARCHAR'),
  ...(reason && { reason }),
});

const isOnly = (found: number, allowed: number): boolean => (found & ~allowed) === 0;

/** The forms of a column's values in all files. */
function formsOf(column: SourceColumn): number {
  return column.reduce((bits, { facts }) => bits | facts.found, 0);
}

/** The decimal sign that the numbers of a source show; undefined when they show none, or both. */
export function decimalOf(columns: readonly SourceColumn[]): TextFormat['decimal'] {
  const numeric = columns.map(formsOf).filter((found) => isOnly(found, allNumbers));
  const hasComma = numeric.some((found) => (found & forms.comma) !== 0 && (found & forms.point) === 0);
  const hasPoint = numeric.some((found) => (found & (forms.point | forms.thousands)) !== 0);
  return hasComma === hasPoint ? undefined : hasComma ? ',' : '.';
}

/** What holds for all columns of a source. */
export interface TypeRules {
  readonly format: TextFormat;
  /** Stated, or found. */
  readonly decimal: TextFormat['decimal'];
}

/**
 * The type that holds every value of a column as it is. Fails `invalid-content`, with the line, for a value that does
 * not fit what is stated, or a word far below numbers.
 */
export function typeOf(column: SourceColumn, rules: TypeRules): ColumnType {
  const found = formsOf(column);
  const stated = statedType(column, rules.format);
  if (stated !== undefined) return typeAsStated(column, stated, rules);
  const formatted = formattedType(column, rules.format);
  if (formatted !== undefined) return formatted;
  if (found === 0) return text();
  if ((found & forms.text) !== 0) {
    requireNoLateWord(column);
    return text(found === forms.text ? undefined : `${placeOf(column, forms.text)}`);
  }
  if (isOnly(found, allNumbers)) return numberType(column, rules);
  if (found === forms.truth) return { kind: 'truth', type: requireSqlType('BOOLEAN') };
  if (found === forms.time) return { kind: 'time', type: requireSqlType('TIME') };
  if (found === forms.date) return dateType(column, rules);
  return text('its values are of several kinds');
}

const names: Readonly<Record<string, string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
};

function statedType([first]: SourceColumn, { types }: TextFormat): SqlType | undefined {
  const own = Object.keys(types ?? {}).find((name) => name.toLowerCase() === first?.name.toLowerCase());
  const key = own ?? (types?.['*'] === undefined ? undefined : '*');
  const name = key === undefined ? undefined : types?.[key];
  if (name === undefined) return undefined;
  const type = parseSqlType(names[name.toLowerCase()] ?? name.toUpperCase()) ?? parseSqlType(name);
  if (type !== undefined) return type;
  throw new PondError('invalid-content', `"${name}" is no type of column "${key}"`, {
    hint: `Types are ${Object.keys(names).join(', ')}, and those of DuckDB.`,
  });
}

/** Forms that fit a stated type; undefined for a type that DuckDB's cast decides about. */
function formsFor(type: SqlType): number | undefined {
  if (type.endsWith('INT') || type === 'INTEGER') return bitsOf(['integer', 'zeros']);
  if (/^(DOUBLE|FLOAT|DECIMAL)/.test(type)) return allNumbers;
  if (type === 'DATE' || type.startsWith('TIMESTAMP')) return forms.date | forms.formatted;
  return undefined;
}

function typeAsStated(column: SourceColumn, type: SqlType, rules: TypeRules): ColumnType {
  if (type === 'VARCHAR') return text();
  const fitting = formsFor(type);
  if (fitting === undefined) return { kind: 'cast', type };
  const found = formsOf(column);
  for (const form of Object.values(forms)) {
    if ((found & form) !== 0 && (fitting & form) === 0) throw misfit(column, form, `the stated type ${type}`);
  }
  const scale = Number(/^DECIMAL\(\d+,\s*(\d+)\)/.exec(type)?.[1] ?? Infinity);
  if (column.some(({ facts }) => facts.sizes.scale > scale)) {
    throw misfit(column, found & decimals & -(found & decimals), `the decimals of ${type}`);
  }
  if (fitting === allNumbers) return { ...decimalType(column, rules), type };
  if (fitting === (forms.date | forms.formatted) && found !== 0) {
    return { ...(formattedType(column, rules.format) ?? dateType(column, rules)), type };
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
  if (isMixed && zone === undefined) return text('some of its times have a zone and others have none');
  const isNano = shapes.some(({ fractionDigits }) => fractionDigits > 6);
  const isPlain = shapes.every((shape) => shape.isIso && !shape.hasZone) && zone === undefined;
  if (isNano && !isPlain) return text('its times have more than six decimals of a second');
  if (!column.every(({ facts }) => possibleOrders(facts).length > 0))
    return text('no order of day and month fits all its dates');
  const type = isNano ? 'TIMESTAMP_NS' : shapes.some(({ hasTime }) => hasTime) ? 'TIMESTAMP' : 'DATE';
  return { kind: 'date', type: requireSqlType(type) };
}

/** The orders in which all dates of a column can be read; all of them when none of its dates has an order. */
export function possibleOrders({ shapes }: ColumnFacts): readonly DateOrder[] {
  const ordered = [...shapes.values()].filter(({ hasOrder }) => hasOrder);
  const [first] = ordered;
  if (first === undefined) return ['year-first'];
  return first.possible.filter((order) => ordered.every(({ possible }) => possible.includes(order)));
}

function numberType(column: SourceColumn, rules: TypeRules): ColumnType {
  const found = formsOf(column);
  if ((found & forms.zeros) !== 0 && (found & decimals) === 0) return text(placeOf(column, forms.zeros));
  if ((found & decimals) !== 0) return decimalType(column, rules);
  const sizes = column.map(({ facts }) => facts.sizes);
  if (sizes.every(({ isBig }) => !isBig)) return { kind: 'number', type: requireSqlType('BIGINT') };
  if (sizes.every(({ whole }) => whole <= 38)) {
    return { kind: 'number', type: requireSqlType('HUGEINT'), reason: 'its integers have more than 64 bits' };
  }
  return text('its integers have more than 38 digits');
}

/** The type of numbers with decimals, by the decimal sign. */
function decimalType(column: SourceColumn, { format, decimal }: TypeRules): ColumnType {
  const found = formsOf(column) & ~forms.zeros;
  const certain = format.decimal ?? ownSign(found);
  if (format.decimal === ',' && (found & (forms.point | forms.thousands)) !== 0)
    throw misfit(column, forms.point, 'the stated decimal comma');
  if (format.decimal === '.' && (found & forms.comma) !== 0)
    throw misfit(column, forms.comma, 'the stated decimal point');
  if (certain === ',' && isOnly(found, commaNumbers)) return sized('commaNumber', column);
  const isPoint =
    isOnly(found, pointNumbers) &&
    !(decimal === ',' && certain === undefined && (found & forms.pointOrThousands) !== 0);
  if (isPoint) return sized('number', column);
  const sign = certain ?? decimal;
  if (sign === '.' && isOnly(found, pointNumbers | forms.commaOrThousands)) return sized('number', column);
  if (sign === ',' && isOnly(found, commaNumbers) && (found & forms.pointOrThousands) === 0)
    return sized('commaNumber', column);
  return text('its numbers can be read with a decimal point or with a decimal comma');
}

/** The decimal sign that a column's own numbers show. */
function ownSign(found: number): TextFormat['decimal'] {
  const hasComma = (found & forms.comma) !== 0;
  const hasPoint = (found & (forms.point | forms.thousands)) !== 0;
  return hasComma === hasPoint ? undefined : hasComma ? ',' : '.';
}

function sized(kind: 'number' | 'commaNumber', column: SourceColumn): ColumnType {
  const sizes: readonly NumberSizes[] = column.map(({ facts }) => facts.sizes);
  if (sizes.every(({ isDouble }) => isDouble)) return { kind, type: requireSqlType('DOUBLE') };
  const whole = Math.max(...sizes.map((each) => each.whole));
  const scale = Math.max(...sizes.map((each) => each.scale));
  const isExact = whole + scale <= 38 && (formsOf(column) & forms.special) === 0;
  const reason = 'its numbers have more digits than a double holds';
  if (!isExact || sizes.some(({ hasExponent }) => hasExponent)) return text(reason);
  return { kind, type: requireSqlType(`DECIMAL(${whole + scale},${scale})`), reason };
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

function misfit(column: SourceColumn, form: number, expected: string): PondError {
  const file = column.find(({ facts }) => (facts.found & form) !== 0) ?? column[0]!;
  const value = file.facts.first.get(form);
  const place = value === undefined ? '' : ` in line ${value.line}`;
  return new PondError(
    'invalid-content',
    `${file.pondPath} cannot be read: "${value === undefined ? '' : shown(value)}"${place}, column "${file.name}", does not fit ${expected}`,
    {
      path: file.pondPath,
      hint: 'Change what is stated about the text of the file, or state the text as a missing value: `nulls`.',
    },
  );
}

function placeOf(column: SourceColumn, form: number): string {
  const file = column.find(({ facts }) => (facts.found & form) !== 0);
  const value = file?.facts.first.get(form);
  return value === undefined ? '' : `line ${value.line} of ${file?.pondPath} has "${shown(value)}"`;
}

/** A value at a length that a message can have. */
const shown = ({ text: value }: PlacedValue): string => (value.length > 40 ? `${value.slice(0, 40)}…` : value);
