/**
 * Durations in the schema of Arrow that writers such as pandas, pyarrow and polars store in a Parquet file. Parquet has no
 * type for them: without that schema they are integers of an unknown unit.
 */
import { fieldIn, targetOf } from '../flatTables.ts';
import { soundSchema } from './arrowMetadata.ts';
import { childrenField, fieldsField, kindField, nameOf, tablesIn, typeField } from './arrowSchema.ts';

/** A top column of durations in a schema. */
interface DurationField {
  /** Its place among the top columns, 0-based. */
  readonly index: number;
  readonly name: string;
  /** Decimal digits of its unit in a second: 3 for milliseconds; undefined for durations inside of other values. */
  readonly digits: number | undefined;
}

/** Digits of a signed integer of 64 bits. */
export const durationDigits = 19;

const durationKind = 18;
const unitField = 0;
/** Decimal digits in a second of the units by their numbers: seconds, milliseconds, microseconds and nanoseconds. */
const unitDigits = [0, 3, 6, 9];
/** The unit of a type that states none: milliseconds. */
const unitDefault = 1;

/** Returns the top columns with durations of a schema in a message; none for bytes that are not one. */
export function durationFields(message: Uint8Array): readonly DurationField[] {
  const schema = soundSchema(message);
  if (schema === undefined) return [];
  const { view, position } = schema;
  return tablesIn(view, position, fieldsField).flatMap((field, index) => {
    const name = nameOf(view, field);
    if (isDuration(view, field)) return [{ index, name, digits: digitsOf(view, field) }];
    return hasDuration(view, field) ? [{ index, name, digits: undefined }] : [];
  });
}

const hasDuration = (view: DataView, field: number): boolean =>
  isDuration(view, field) || tablesIn(view, field, childrenField).some((child) => hasDuration(view, child));

function isDuration(view: DataView, field: number): boolean {
  const at = fieldIn(view, field, kindField);
  return at !== undefined && view.getUint8(at) === durationKind;
}

function digitsOf(view: DataView, field: number): number | undefined {
  const at = fieldIn(view, field, typeField);
  const unitAt = at === undefined ? undefined : fieldIn(view, targetOf(view, at), unitField);
  return unitDigits[unitAt === undefined ? unitDefault : view.getInt16(unitAt, true)];
}
