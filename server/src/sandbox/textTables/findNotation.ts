/** Finds the notation that files show, and what it decides about others. */
import { nameKey } from '../uniqueNames.ts';
import { type TextFormat } from '../textFormat.ts';
import { areAmongDecimals, kindOfForms } from './columnType.ts';
import { firstAlike, otherNames } from './alikeNames.ts';
import { differingDate, hasOrder, possibleOrders } from './columnOrders.ts';
import { type DateOrder } from './dateShape.ts';
import { hasDividingCommas, isOpen, signOf } from './decimalSign.ts';
import { type FileNotation, type Notation, type NotedColumn } from './notation.ts';
import { forms } from './numberForm.ts';
import { type FileColumn, type ShownSign } from './sourceColumn.ts';
import { type FileScan } from './tableScan.ts';
import { type OtherUnit, otherUnit } from './units.ts';

/** A file with all that was found in it. */
interface NotedFile {
  readonly file: { readonly pondPath: string; readonly format?: TextFormat };
  readonly scan: FileScan;
}

/** The columns of a file. */
export function columnsOf({ file: { pondPath }, scan }: NotedFile): readonly FileColumn[] {
  const { delimiter } = scan.layout;
  const columns = scan.table.columns.map(({ name, facts }) => ({ pondPath, delimiter, name, facts }));
  const sign = signOf(columns.map(notedColumn));
  return columns.map((column) => ({ ...column, sign }));
}

const notedColumn = (column: Omit<FileColumn, 'sign'>): NotedColumn => ({
  name: nameKey(column.name),
  found: column.facts.found,
  hasDividing: hasDividingCommas(column),
});

/** The notation that a file shows. */
export function notationOfFile(scanned: NotedFile): FileNotation {
  const { file, scan } = scanned;
  const { names, hasHeader } = scan.layout;
  const columns = columnsOf(scanned);
  const dates = columns.filter(({ facts }) => facts.found === forms.date && hasOrder(facts));
  const orders = dates.map(({ facts }) => possibleOrders(facts));
  const { header, names: statedNames, decimal, dates: statedDates } = file.format ?? {};
  const isStated = header !== undefined || statedNames !== undefined;
  const units = scan.table.columns.map(({ unit }) => unit);
  const noted = columns.map((column, index): NotedColumn => {
    const unit = units[index];
    return { ...notedColumn(column), ...(unit !== undefined && { unit }) };
  });
  const open = decimal === undefined && signOf(noted) === undefined ? noted.filter(({ found }) => isOpen(found)) : [];
  return {
    columns: noted,
    openNumbers: open.map(({ name }) => name),
    orders: [...new Set(orders.flatMap((possible) => (possible.length === 1 ? possible : [])))],
    hasOpenDates:
      statedDates === undefined && dates.some(({ facts }, index) => differingDate(facts, orders[index]!) !== undefined),
    ...(hasHeader && { header: names }),
    names,
    alike: scan.layout.alike,
    bareColumns: hasHeader || isStated ? 0 : names.length,
  };
}

/** The notation that several files show together. The order of the files decides paths in messages, and nothing else. */
export function joinNotations(files: readonly { readonly path: string; readonly notation: FileNotation }[]): Notation {
  const columns = new Map<string, NotedColumn>();
  const orders = new Map<DateOrder, string>();
  const headers = new Map<number, Notation['headers'][number]>();
  const openDates: string[] = [];
  const units = new Map<string, Notation['units'][number]>();
  for (const { path, notation } of files) {
    for (const column of notation.columns) {
      const { name, unit } = column;
      columns.set(name, joined(columns.get(name), column));
      if (unit !== undefined && !units.has(name)) units.set(name, { name, unit, path });
    }
    for (const order of notation.orders) if (!orders.has(order)) orders.set(order, path);
    const { header: names } = notation;
    if (names !== undefined && !headers.has(names.length)) headers.set(names.length, { names, path });
    if (notation.hasOpenDates) openDates.push(path);
  }
  return {
    columns: [...columns.values()],
    orders: [...orders].map(([order, path]) => ({ order, path })),
    openDates,
    headers: [...headers.values()],
    alike: firstAlike(files.map(({ path, notation }) => ({ path, alike: notation.alike }))),
    units: [...units.values()],
  };
}

function joined(known: NotedColumn | undefined, column: NotedColumn): NotedColumn {
  if (known === undefined) return column;
  const { name, found, hasDividing, unit } = column;
  return {
    ...(unit !== undefined && { unit }),
    ...known,
    name,
    found: known.found | found,
    hasDividing: known.hasDividing || hasDividing,
  };
}

/** Types that others decide, as a format states them. */
type StatedByOthers = 'text' | 'boolean' | 'time' | 'integer' | 'number';

/** Columns of a file that would have another type in one table with the others. */
export interface ColumnsByOthers {
  /** Their types, by name in lower case, as a format states them. */
  readonly types: Readonly<Record<string, StatedByOthers>>;
  /** Names of those without a value: any type holds them. */
  readonly empty: readonly string[];
}

/** Returns the columns of a file whose type the others decide; undefined without any. */
export function columnsByOthers(own: FileNotation, source: Notation): ColumnsByOthers | undefined {
  const types: Record<string, StatedByOthers> = Object.create(null) as Record<string, never>;
  const empty: string[] = [];
  const noted = new Map(source.columns.map((column) => [column.name, column.found]));
  for (const { name, found } of own.columns) {
    const all = noted.get(name) ?? found;
    const kind = kindOfForms(all);
    if (found === 0 && all !== 0) empty.push(name);
    else if (kindOfForms(found) !== kind) types[name] = kind === 'number' ? kind : 'text';
  }
  if (empty.length > 0 && empty.length === own.columns.length) return oneColumn(empty, noted);
  return empty.length === 0 && Object.keys(types).length === 0 ? undefined : { types, empty };
}

/** The rows of a file without any column would be lost, so one stays: the first whose type can be stated exactly. */
function oneColumn(empty: readonly string[], noted: ReadonlyMap<string, number>): ColumnsByOthers | undefined {
  for (const name of empty) {
    const type = typeToState(noted.get(name) ?? 0);
    if (type !== undefined) return { types: { [name]: type }, empty: empty.filter((other) => other !== name) };
  }
  return undefined;
}

/** Undefined for dates, whose type depends on more than their forms. */
function typeToState(found: number): StatedByOthers | undefined {
  if (found === forms.integer) return 'integer';
  const kind = kindOfForms(found);
  if (kind === 'truth') return 'boolean';
  return kind === 'date' ? undefined : kind;
}

/** The parts of a notation that decide about one of the files. */
export interface DecidedByOthers {
  /** Decimal sign of each column with numbers that both signs fit, and of the source. */
  readonly signs: readonly (readonly [name: string, sign: ShownSign | undefined])[];
  readonly sign: ShownSign | undefined;
  readonly orders: readonly DateOrder[];
  /** Columns of ids, which may be numbers next to the decimals of others; undefined without any. */
  readonly numbers?: readonly NotedColumn[];
  /** The file cannot be read in one table with the others. */
  readonly otherUnit?: OtherUnit;
  /** As otherUnit. */
  readonly hasOtherNames?: boolean;
}

/** Returns what a source decides about one of its files; undefined when the file alone is read the same. */
export function decidedByOthers(own: FileNotation, source: Notation): DecidedByOthers | undefined {
  const openNames = new Set(own.openNumbers);
  const columns = source.columns.filter(({ name }) => openNames.has(name));
  const signs = columns.map((column) => [column.name, signOf([column])] as const);
  const noted = new Map(source.columns.map((column) => [column.name, column]));
  const ids = own.columns.flatMap(({ name, found }) => {
    const column = noted.get(name);
    return column !== undefined && areAmongDecimals(found, column.found) ? [column] : [];
  });
  const sign = signs.length + ids.length === 0 ? undefined : signOf(source.columns);
  const isRefused = source.headers.some(({ names }) => own.bareColumns > 1 && names.length === own.bareColumns);
  const hasSign = signs.length > 0 && (sign !== undefined || signs.some(([, each]) => each !== undefined));
  const other = otherUnit(own, source);
  const hasOtherNames = otherNames(own, source) !== undefined;
  const isOther = isRefused || hasOtherNames || other !== undefined;
  if (!hasSign && !own.hasOpenDates && !isOther && ids.length === 0) return undefined;
  return {
    signs,
    sign,
    orders: own.hasOpenDates ? source.orders.map(({ order }) => order).sort() : [],
    ...(ids.length > 0 && { numbers: ids }),
    ...(other && { otherUnit: other }),
    ...(hasOtherNames && { hasOtherNames }),
  };
}
