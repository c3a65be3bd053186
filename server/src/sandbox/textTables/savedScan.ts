import { ColumnFacts, type PlacedValue } from './columnFacts.ts';
import { DateShape, type SavedShape } from './dateShape.ts';
import { type NumberSizes } from './numberForm.ts';
import { type FileScan } from './scanFile.ts';
import { type ScannedTable } from './tableScan.ts';

/** The facts of a column as JSON. */
interface SavedFacts {
  readonly found: number;
  readonly values: number;
  readonly formattedValues: number;
  readonly hasSpaces: boolean;
  readonly sizes: NumberSizes;
  readonly shapes: readonly SavedShape[];
  readonly first: readonly (readonly [form: number, value: PlacedValue])[];
  readonly valuesBeforeText: number;
  readonly unfit?: PlacedValue | undefined;
}

interface SavedColumn {
  readonly name: string;
  readonly unit?: string;
  readonly facts: SavedFacts;
}

type SavedScan = Omit<FileScan, 'table'> & {
  readonly table: Omit<ScannedTable, 'columns'> & { readonly columns: readonly SavedColumn[] };
};

/** A scan as JSON, for another process. */
export function textOfScan({ table, ...scan }: FileScan): string {
  const columns = table.columns.map(({ name, unit, facts }): SavedColumn => ({
    name,
    ...(unit !== undefined && { unit }),
    facts: {
      found: facts.found,
      values: facts.values,
      formattedValues: facts.formattedValues,
      hasSpaces: facts.hasSpaces,
      sizes: facts.sizes,
      shapes: [...facts.shapes.values()].map((shape) => shape.saved),
      first: [...facts.first],
      valuesBeforeText: facts.valuesBeforeText,
      unfit: facts.unfit,
    },
  }));
  const saved: SavedScan = { ...scan, table: { ...table, columns } };
  return JSON.stringify(saved);
}

/** The scan of a text that textOfScan of this version made. */
export function scanOfText(text: string): FileScan {
  const { table, ...scan } = JSON.parse(text) as SavedScan;
  const columns = table.columns.map(({ name, unit, facts }) => ({ name, unit, facts: restored(facts) }));
  return { ...scan, table: { ...table, columns } };
}

function restored({ sizes, shapes, first, ...saved }: SavedFacts): ColumnFacts {
  const facts = new ColumnFacts({ nulls: new Set(), isFormatted: undefined });
  Object.assign(facts, saved);
  Object.assign(facts.sizes, sizes);
  for (const [form, value] of first) facts.first.set(form, value);
  for (const [index, shape] of shapes.entries()) facts.shapes.set(index, DateShape.restore(shape));
  return facts;
}
