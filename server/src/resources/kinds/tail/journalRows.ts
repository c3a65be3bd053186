import { type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { compareNames } from '../../../tinyfs/path.ts';
import { exactColumn, type JournalEntry } from './journalEntries.ts';

const time: SchemaElement = {
  name: 'Timestamp',
  type: 'INT64',
  converted_type: 'TIMESTAMP_MICROS',
  repetition_type: 'REQUIRED',
};

/**
 * Returns entries as Parquet: `Timestamp` (UTC, in microseconds), a column of texts for each field in the order of names,
 * and the column with all that is not a text, as JSON, if any entry has it.
 */
export function journalRows(entries: readonly JournalEntry[]): Uint8Array {
  const names = [...new Set(entries.flatMap(({ texts }) => [...texts.keys()]))].sort(compareNames);
  const exact = entries.map((entry) => (Object.keys(entry.exact).length === 0 ? null : JSON.stringify(entry.exact)));
  const columns = [
    ...names.map((name) => ({ name, data: entries.map(({ texts }) => texts.get(name) ?? null) })),
    ...(exact.some((text) => text !== null) ? [{ name: exactColumn, data: exact }] : []),
  ];
  const schema: SchemaElement[] = [
    { name: 'entries', num_children: columns.length + 1 },
    time,
    ...columns.map(({ name }): SchemaElement => ({
      ...{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    })),
  ];
  const columnData = [{ name: time.name, data: entries.map(({ timeUs }) => timeUs) }, ...columns];
  return new Uint8Array(parquetWriteBuffer({ columnData, schema }));
}
