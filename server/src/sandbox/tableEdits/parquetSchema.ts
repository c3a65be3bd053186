import { type Connection } from '../../duckdb/connection.ts';
import { literal, sql } from '../../duckdb/sql.ts';

/** A node of the schema of a Parquet file, below its root. */
export interface SchemaNode {
  readonly name: string;
  /** Number of nodes above it, 0 for a column of the table. */
  readonly depth: number;
  readonly repetition: string;
  /** Meaning of its values, whatever their encoding: `string`, `int64`, `timestamp millis`. */
  readonly meaning: string;
  readonly fieldId: string | null;
}

/** Returns the schema of a file, in its order. */
export async function schemaOf(connection: Connection, hostPath: string): Promise<readonly SchemaNode[]> {
  const rows = await connection.textColumns(
    sql`SELECT name, repetition_type, type, CAST(type_length AS VARCHAR), CAST(num_children AS VARCHAR),
      CAST(converted_type AS VARCHAR), CAST(scale AS VARCHAR), CAST(precision AS VARCHAR), CAST(field_id AS VARCHAR),
      logical_type FROM parquet_schema(${literal(hostPath)})`,
  );
  const [names = [], repetitions = []] = rows;
  const nodes: SchemaNode[] = [];
  const open: number[] = [];
  names.forEach((name, row) => {
    const [, , type, length, children, converted, scale, precision, fieldId] = rows.map(
      (column) => column[row] ?? null,
    );
    const logical = rows[9]?.[row] ?? null;
    const depth = open.length - 1;
    if (depth >= 0) {
      const form = { type, length, converted, decimal: `${precision},${scale}`, logical };
      const meaning = meaningOf({ ...form, type: type ?? null, length: length ?? null, converted: converted ?? null });
      nodes.push({ name: name ?? '', depth, repetition: repetitions[row] ?? '', meaning, fieldId: fieldId ?? null });
    }
    if (open.length > 0) open.push((open.pop() ?? 0) - 1);
    if (Number(children ?? 0) > 0) open.push(Number(children));
    while (open.at(-1) === 0) open.pop();
  });
  return nodes;
}

interface NodeForm {
  readonly type: string | null;
  readonly length: string | null;
  readonly converted: string | null;
  readonly decimal: string;
  readonly logical: string | null;
}

const plainMeanings: ReadonlyMap<string, string> = new Map([
  ['UTF8', 'string'],
  ['INT_32', 'int32'],
  ['INT_64', 'int64'],
  ['DATE', 'date'],
]);

/** Programs write one type in several ways: an integer with or without its size, a text with an old or a new name. */
function meaningOf({ type, length, converted, decimal, logical }: NodeForm): string {
  const time = /^Time(stamp)?Type\(isAdjustedToUTC=(\d).*?(MilliSeconds|MicroSeconds|NanoSeconds)/.exec(logical ?? '');
  if (time !== null) return `time${time[1] ?? ''} ${time[3]}${time[2] === '1' ? ' UTC' : ''}`;
  if (converted === 'DECIMAL' || logical?.startsWith('DecimalType') === true) return `decimal ${decimal}`;
  if (logical?.startsWith('StringType') === true) return 'string';
  if (logical?.startsWith('DateType') === true) return 'date';
  if (converted !== null) return plainMeanings.get(converted) ?? converted.toLowerCase();
  if (logical !== null) return logical;
  if (type === null) return 'group';
  return type.startsWith('INT') && type !== 'INT96' ? type.toLowerCase() : `${type} ${length ?? ''}`.trim();
}
