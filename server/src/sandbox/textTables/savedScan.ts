import { ColumnFacts, type PlacedValue } from './columnFacts.ts';
import { DateShape, type SavedShape } from './dateShape.ts';
import { type NumberSizes } from './numberForm.ts';
import { type FileScan, type ScannedTable } from './tableScan.ts';

/** The facts of a column as plain data. */
export interface SavedFacts {
  readonly found: number;
  readonly values: number;
  readonly formattedValues: number;
  readonly hasSpaces: boolean;
  readonly sizes: NumberSizes;
  readonly shapes: readonly (readonly [key: number, shape: SavedShape])[];
  readonly first: readonly (readonly [form: number, value: PlacedValue])[];
  readonly valuesBeforeText: number;
  readonly unfit: PlacedValue | undefined;
}

/** A column as plain data. */
export interface SavedColumn {
  readonly name: string;
  readonly unit?: string;
  readonly facts: SavedFacts;
}

/** A scan as plain data, for another thread or process. */
export type SavedScan = Omit<FileScan, 'table'> & {
  readonly table: Omit<ScannedTable, 'columns'> & { readonly columns: readonly SavedColumn[] };
};

/** A scan as JSON, for another process. */
export const textOfScan = (scan: FileScan): string => JSON.stringify(savedOf(scan));

/** The scan of a text that textOfScan of this version made. */
export const scanOfText = (text: string): FileScan => scanOf(JSON.parse(text) as SavedScan);

/** A scan as plain data. */
export function savedOf({ table, ...scan }: FileScan): SavedScan {
  const columns = table.columns.map(({ name, unit, facts }): SavedColumn => ({
    name,
    ...(unit !== undefined && { unit }),
    facts: {
      found: facts.found,
      values: facts.values,
      formattedValues: facts.formattedValues,
      hasSpaces: facts.hasSpaces,
      sizes: facts.sizes,
      shapes: [...facts.shapes].map(([key, shape]) => [key, shape.saved]),
      first: [...facts.first],
      valuesBeforeText: facts.valuesBeforeText,
      unfit: facts.unfit,
    },
  }));
  return { ...scan, table: { ...table, columns } };
}

/** The scan that `savedOf` of this version made plain data of. */
export function scanOf({ table, ...scan }: SavedScan): FileScan {
  const columns = table.columns.map(({ name, unit, facts }) => ({ name, unit, facts: restored(facts) }));
  return { ...scan, table: { ...table, columns } };
}

function restored({ sizes, shapes, first, ...saved }: SavedFacts): ColumnFacts {
  const facts = new ColumnFacts({ nulls: new Set(), isFormatted: undefined });
  Object.assign(facts, saved);
  Object.assign(facts.sizes, sizes);
  for (const [form, value] of first) facts.first.set(form, value);
  for (const [key, shape] of shapes) facts.shapes.set(key, DateShape.restore(shape));
  return facts;
}
