/** Parquet files with the schemas that the Rust implementation of Arrow gives them: lists and maps of structs. */
import { type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { zstdFrame } from './zstdFrames.ts';

/** Type of a column or of a field. */
type ColumnType =
  | 'text'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint64'
  | 'float'
  | 'double'
  | 'bytes'
  | 'micros'
  | { readonly fixed: number }
  | { readonly list: Columns | 'text' }
  | { readonly struct: Columns }
  | { readonly map: ColumnType };

/** Columns by name; a name that ends with `?` is nullable. */
export type Columns = Readonly<Record<string, ColumnType>>;

type Rows = readonly object[];

interface WriteSettings {
  readonly codec?: 'ZSTD' | 'UNCOMPRESSED' | 'SNAPPY';
  readonly createdBy?: string;
  readonly rowGroupSize?: number;
  /** Bytes of a page, about. */
  readonly pageSize?: number;
}

/** Returns rows as Parquet with those columns; ZSTD by default. */
export function arrowParquet(columns: Columns, rows: Rows, settings: WriteSettings = {}): Uint8Array {
  const { codec = 'ZSTD', createdBy = 'parquet-rs version 55.0.0', ...sizes } = settings;
  const names = Object.keys(columns);
  const schema: SchemaElement[] = [
    { name: 'arrow_schema', num_children: names.length },
    ...names.flatMap((name) => elementsOf(name, columns[name]!)),
  ];
  const columnData = names.map((key) => {
    const name = key.replace(/\?$/, '');
    return { name, data: rows.map((row) => (Reflect.get(row, name) as unknown) ?? null) };
  });
  return new Uint8Array(
    parquetWriteBuffer({ schema, columnData, codec, createdBy, compressors: { ZSTD: zstdFrame }, ...sizes }),
  );
}

function elementsOf(key: string, type: ColumnType): readonly SchemaElement[] {
  const name = key.replace(/\?$/, '');
  const repetition_type = key.endsWith('?') ? ('OPTIONAL' as const) : ('REQUIRED' as const);
  if (typeof type === 'string') return [{ name, repetition_type, ...leaves[type] }];
  if ('fixed' in type) return [{ name, repetition_type, type: 'FIXED_LEN_BYTE_ARRAY', type_length: type.fixed }];
  if ('struct' in type) return [{ name, repetition_type, num_children: size(type.struct) }, ...fieldsOf(type.struct)];
  if ('map' in type) {
    return [
      { name, repetition_type, converted_type: 'MAP', num_children: 1 },
      { name: 'entries', repetition_type: 'REPEATED', num_children: 2 },
      ...elementsOf('key', 'text'),
      ...elementsOf('value', type.map),
    ];
  }
  const list: readonly SchemaElement[] = [
    { name, repetition_type, converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  ];
  if (type.list === 'text') return [...list, ...elementsOf('entries', 'text')];
  return [
    ...list,
    { name: 'entries', repetition_type: 'REQUIRED', num_children: size(type.list) },
    ...fieldsOf(type.list),
  ];
}

const size = (columns: Columns): number => Object.keys(columns).length;

const fieldsOf = (columns: Columns): readonly SchemaElement[] =>
  Object.entries(columns).flatMap(([name, type]) => elementsOf(name, type));

const leaves: Readonly<Record<Extract<ColumnType, string>, Partial<SchemaElement>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  uint8: { type: 'INT32', converted_type: 'UINT_8' },
  uint64: { type: 'INT64', converted_type: 'UINT_64' },
  float: { type: 'FLOAT' },
  double: { type: 'DOUBLE' },
  bytes: { type: 'BYTE_ARRAY' },
  micros: { type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
};
