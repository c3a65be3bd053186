/** Columns of durations in Parquet files, which are read as seconds. */
import { type SchemaElement } from 'hyparquet';
import { fieldsOf } from '../base/json.ts';
import { type ParquetFile } from '../parquet/file.ts';
import { afterElement } from '../parquet/footer.ts';
import { durationFields } from './arrow/arrowDurations.ts';
import { type DurationColumn } from './conversion.ts';

/** The durations of a Parquet file. */
interface Durations {
  readonly columns: readonly DurationColumn[];
  /** Name of the first column with durations inside of other values, such as lists, which are not converted. */
  readonly nested: string | undefined;
}

/** Key of the footer with the schema of Arrow, a message in Base64. */
const schemaKey = 'ARROW:schema';

/**
 * Returns the columns that are durations by the schema of Arrow in the footer, which anyone may have written: of a column
 * that has another type in the file, it says nothing.
 */
export function durationsOf({ metadata }: ParquetFile): Durations {
  const text = metadata.key_value_metadata?.find(({ key }) => key === schemaKey)?.value;
  const fields = text === undefined ? [] : durationFields(Buffer.from(text, 'base64'));
  const tops = fields.length === 0 ? [] : topElements(metadata.schema);
  const columns: DurationColumn[] = [];
  for (const { index, name, digits } of fields) {
    const [top, ...inside] = tops[index] ?? [];
    if (top?.name !== name || ![top, ...inside].some(isPlainInteger)) continue;
    if (digits === undefined || inside.length > 0) return { columns, nested: name };
    columns.push({ index, digits });
  }
  return { columns, nested: undefined };
}

/** The top columns of a schema, each with the elements below it. */
function topElements(schema: readonly SchemaElement[]): readonly (readonly SchemaElement[])[] {
  const tops: (readonly SchemaElement[])[] = [];
  for (let at = 1; at < schema.length; at = afterElement(schema, at))
    tops.push(schema.slice(at, afterElement(schema, at)));
  return tops;
}

/** Returns the columns of a text that was saved; undefined for any other text. */
export function parseDurations(value: unknown): readonly DurationColumn[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const columns = value.map(fieldsOf).flatMap(({ index, digits }) => {
    return Number.isSafeInteger(index) && Number.isSafeInteger(digits)
      ? [{ index: Number(index), digits: Number(digits) }]
      : [];
  });
  return columns.length === value.length ? columns : undefined;
}

const isPlainInteger = ({ type, logical_type: logical }: SchemaElement): boolean =>
  type === 'INT64' && (logical === undefined || logical.type === 'INTEGER');
