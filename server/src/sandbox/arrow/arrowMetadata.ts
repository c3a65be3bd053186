import { requireReadTypes } from './arrowSchema.ts';
import { fieldIn, type FlatField, type FlatTable, isSoundRoot, targetOf } from '../flatTables.ts';

/** Returns the bytes of a file from one position up to another; fewer at the end of the file. */
type ReadRange = (start: number, end: number) => Uint8Array;

const fieldsOf =
  (...fields: readonly (readonly [number, FlatField])[]): FlatTable =>
  () =>
    new Map(fields);

const numbers = fieldsOf();
const pairs = { tables: fieldsOf([0, 'text'], [1, 'text']) } as const;

/** Numbers of the types that refer to more than numbers. */
const timestampKind = 10;
const unionKind = 14;

const typeTable = (kind: number): FlatTable => {
  if (kind === timestampKind) return fieldsOf([1, 'text']);
  return kind === unionKind ? fieldsOf([1, { items: 4 }]) : numbers;
};

const dictionaryEncoding = fieldsOf([1, { table: numbers }]);

const field: FlatTable = () =>
  new Map<number, FlatField>([
    [0, 'text'],
    [3, { kindIn: 2, tableOf: typeTable }],
    [4, { table: dictionaryEncoding }],
    [5, { tables: field }],
    [6, pairs],
  ]);

const schema = fieldsOf([1, { tables: field }], [2, pairs], [3, { items: 8 }]);

const recordBatch = fieldsOf([1, { items: 16 }], [2, { items: 16 }], [3, { table: numbers }], [4, { items: 8 }]);

const dictionaryBatch = fieldsOf([1, { table: recordBatch }]);

const headers: readonly FlatTable[] = [numbers, schema, dictionaryBatch, recordBatch];

const message = fieldsOf([2, { kindIn: 1, tableOf: (kind) => headers[kind] ?? numbers }], [4, pairs]);

const headerKindField = 1;
const bodyLengthField = 3;

/** Kinds of messages by the number of the footer's field that lists them: dictionaries, and batches of rows. */
const listedKinds = [
  [2, 2],
  [3, 3],
] as const;
const blockBytes = 24;

const footer = fieldsOf([1, { table: schema }], [2, { items: blockBytes }], [3, { items: blockBytes }], [4, pairs]);

const fileMark = 'ARROW1';

/** Kind of a message with a schema, and the field of it, and of a footer, that has the schema. */
const schemaKind = 1;
const messageSchema = 2;
const footerSchema = 1;

/** Start of a message, which those of old versions lack, and the bytes of its length after it. */
const mark = Buffer.alloc(4, 0xff);
const lengthBytes = 4;

/**
 * Throws when the metadata of an Arrow file or stream refers to bytes that it does not have, RangeError when the file
 * ends too early, and for a column of a type that cannot be read. Reads the metadata alone.
 */
export function requireSoundMetadata(read: ReadRange, sizeBytes: number): void {
  const isFile = Buffer.from(read(0, fileMark.length)).toString('latin1') === fileMark;
  if (isFile) {
    // The schema is read from the footer: that at the start is in another form in files of polars.
    for (const { offset, kind } of blocksOf(read, sizeBytes)) {
      // apache-arrow reads a block of another kind again and again, without an end.
      if (messageAt(read, offset)?.kind !== kind) throw damaged();
    }
    return;
  }
  let at: number | undefined = 0;
  while (at !== undefined && at < sizeBytes) at = messageAt(read, at)?.end;
}

interface Block {
  readonly offset: number;
  /** Kind of the message there. */
  readonly kind: number;
}

/** Checks the footer of a file. Returns its dictionaries and batches. */
function blocksOf(read: ReadRange, sizeBytes: number): readonly Block[] {
  const tail = new DataView(Uint8Array.from(read(sizeBytes - 10, sizeBytes)).buffer);
  const mark = Buffer.from(tail.buffer, 4).toString('latin1');
  const length = tail.getInt32(0, true);
  if (mark !== fileMark || length <= 0 || length > sizeBytes - 10) throw new RangeError('the footer is missing');
  const bytes = read(sizeBytes - 10 - length, sizeBytes - 10);
  if (!isSoundRoot(bytes, footer)) throw damaged();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const root = targetOf(view, 0);
  requireReadSchema(view, root, footerSchema);
  return listedKinds.flatMap(([number, kind]) => {
    const at = fieldIn(view, root, number);
    if (at === undefined) return [];
    const list = targetOf(view, at);
    return Array.from({ length: view.getUint32(list, true) }, (_, index) => {
      return { offset: Number(view.getBigInt64(list + 4 + index * blockBytes, true)), kind };
    });
  });
}

/** Returns the position of the schema in the message that the bytes begin with; undefined for other bytes. */
export function soundSchema(bytes: Uint8Array): { readonly view: DataView; readonly position: number } | undefined {
  const isMarked = Buffer.from(bytes.subarray(0, mark.length)).equals(mark);
  const body = bytes.subarray(isMarked ? mark.length + lengthBytes : lengthBytes);
  if (!isSoundRoot(body, message)) return undefined;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const root = targetOf(view, 0);
  const [kindAt, at] = [fieldIn(view, root, headerKindField), fieldIn(view, root, messageSchema)];
  const isSchema = kindAt !== undefined && view.getUint8(kindAt) === schemaKind;
  return isSchema && at !== undefined ? { view, position: targetOf(view, at) } : undefined;
}

interface Message {
  readonly kind: number;
  /** Position after its body. */
  readonly end: number;
}

/** Checks the message at a position; undefined at the end of a stream. */
function messageAt(read: ReadRange, start: number): Message | undefined {
  if (start < 0) throw damaged();
  const lengths = new DataView(Uint8Array.from(read(start, start + 8)).buffer);
  const isMarked = lengths.byteLength >= 4 && lengths.getInt32(0, true) === -1;
  // Streams of old versions lack the mark, and a stream may end without a length of zero.
  if (isMarked && lengths.byteLength < 8) return undefined;
  const length = lengths.getInt32(isMarked ? 4 : 0, true);
  if (length === 0) return undefined;
  const from = start + (isMarked ? 8 : 4);
  const bytes = length < 0 ? new Uint8Array() : read(from, from + length);
  if (bytes.length < length) throw new RangeError('a message is cut short');
  if (!isSoundRoot(bytes, message)) throw damaged();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const root = targetOf(view, 0);
  const [kindAt, lengthAt] = [fieldIn(view, root, headerKindField), fieldIn(view, root, bodyLengthField)];
  const bodyLength = lengthAt === undefined ? 0 : Number(view.getBigInt64(lengthAt, true));
  if (bodyLength < 0) throw damaged();
  const kind = kindAt === undefined ? 0 : view.getUint8(kindAt);
  if (kind === schemaKind) requireReadSchema(view, root, messageSchema);
  return { kind, end: from + length + bodyLength };
}

function requireReadSchema(view: DataView, root: number, field: number): void {
  const at = fieldIn(view, root, field);
  if (at !== undefined) requireReadTypes(view, targetOf(view, at));
}

function damaged(): Error {
  return new Error('the file is damaged');
}
