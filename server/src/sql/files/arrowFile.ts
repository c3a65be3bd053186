/** Results as an Arrow IPC file (Feather V2). */
import {
  AsyncByteQueue,
  type DataType,
  Field,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
} from 'apache-arrow';
import { arrowColumn } from './arrowColumns.ts';
import { type RowsAsText } from './rowWindows.ts';

/** Keeps what the writer writes, until it is taken: it writes synchronously. */
class TakenBytes extends AsyncByteQueue {
  #chunks: Uint8Array[] = [];

  override write(chunk: Uint8Array): void {
    this.#chunks.push(chunk.slice());
  }

  take(): Uint8Array {
    const taken = Buffer.concat(this.#chunks);
    this.#chunks = [];
    return taken;
  }
}

/**
 * Yields an Arrow IPC file with a batch for each window of rows. Numbers, dates, times and bytes keep their types; integers
 * of 128 bits are decimals of 38 digits, or text in the columns that `wide` names by index. Lists, structs, maps and
 * other types are text, the nested ones as JSON.
 */
export async function* arrowFile(
  { columns, windows }: RowsAsText,
  wide: ReadonlySet<number>,
): AsyncIterable<Uint8Array> {
  const converted = columns.map(({ type }, index) => arrowColumn(type, wide.has(index)));
  const schema = new Schema(columns.map(({ name }, index) => new Field<DataType>(name, converted[index]!.type, true)));
  const sink = new TakenBytes();
  const writer = new RecordBatchFileWriter();
  writer.reset(sink, schema);
  for await (const window of windows((_, value, index) => converted[index]!.textSql(value))) {
    const length = window[0]?.length ?? 0;
    const children = window.map((texts, index) => converted[index]!.data(texts));
    const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
    writer.write(new RecordBatch(schema, data));
    yield sink.take();
  }
  writer.finish();
  yield sink.take();
}
