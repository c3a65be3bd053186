import { fieldsOf, itemsOf, parseJsonText } from '../base/json.ts';
import { parseSqlType } from '../duckdb/sqlType.ts';
import { type FileFacts, type TypedColumn } from '../sandbox/build.ts';

/** Facts about files as text, for a cache. */
export function writeFacts({ time, ...facts }: FileFacts): string {
  return JSON.stringify({ ...facts, time: time && [String(time.minUs), String(time.maxUs)] });
}

/** The facts in a text; undefined for one that writeFacts did not make, such as a part of it. */
export function readFacts(text: string): FileFacts | undefined {
  const { columns: found, rowCount, isAlike, time } = fieldsOf(parseJsonText(text));
  const columns = Array.isArray(found) ? found.map(readColumn) : [undefined];
  if (!columns.every((column) => column !== undefined)) return undefined;
  if (!Number.isSafeInteger(rowCount) || typeof isAlike !== 'boolean') return undefined;
  const facts = { columns, rowCount: Number(rowCount), isAlike };
  if (time === undefined) return { ...facts, time: undefined };
  const read = readTime(time);
  return read && { ...facts, time: read };
}

/** Undefined for a value that is not a column with the name of a type. */
function readColumn(value: unknown): TypedColumn | undefined {
  const { name, type } = fieldsOf(value);
  const sqlType = typeof type === 'string' ? parseSqlType(type) : undefined;
  return typeof name === 'string' && sqlType !== undefined ? { name, type: sqlType } : undefined;
}

/** Undefined for a value other than two integers as text, the form that writeFacts writes. */
function readTime(value: unknown): FileFacts['time'] {
  const [min, max] = itemsOf(value);
  return isIntegerText(min) && isIntegerText(max) ? { minUs: BigInt(min), maxUs: BigInt(max) } : undefined;
}

const isIntegerText = (value: unknown): value is string => typeof value === 'string' && /^-?\d+$/.test(value);
