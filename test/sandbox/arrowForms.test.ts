import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  Binary,
  BinaryView,
  Bool,
  type DataType,
  DateMillisecond,
  Dictionary,
  Float64,
  Int32,
  Int64,
  LargeBinary,
  LargeUtf8,
  makeData,
  Table,
  TimestampMicrosecond,
  TimestampNanosecond,
  Utf8,
  Utf8View,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import { type PondError } from '../../server/src/base/error.ts';
import { type Connection } from '../../server/src/duckdb/connection.ts';
import { type Database, openDatabase } from '../../server/src/duckdb/database.ts';
import { literal } from '../../server/src/duckdb/sql.ts';
import { convertArrow } from '../../server/src/sandbox/arrow/arrow.ts';
import { unpackLz4Frames } from '../../server/src/sandbox/arrow/lz4Frame.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { arrowBytes, arrowForms, lz4Frame } from '../support/arrowFiles.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { anySql } from '../support/anySql.ts';

const temporary = makeTemporaryDirectory('duckpond-test');
const settings = { openDisk: openHostDisk, spillDirectory: join(temporary.path, 'spill'), threads: 1 };
const memoryLimitBytes = 64 * 1024 * 1024;
let database: Database;
let connection: Connection;
let lastFile = 0;

before(async () => {
  database = await openDatabase();
  connection = await database.connect();
});
after(() => {
  connection.close();
  database.close();
  temporary.remove();
});

/** Converts the bytes of a file; returns SQL that reads the result. */
async function convert(bytes: Uint8Array, limit = memoryLimitBytes): Promise<string> {
  const file = join(temporary.path, `${(lastFile += 1)}.arrow`);
  writeFileSync(file, bytes);
  const conversion = { file, pondPath: '/x.arrow', target: `${file}.parquet` };
  await convertArrow({ ...settings, memoryLimitBytes: limit }, conversion, new AbortController().signal);
  return `read_parquet(${literal(`${file}.parquet`)})`;
}

async function textsIn(table: string): Promise<readonly (readonly (string | null)[])[]> {
  // The binding drops a byte order mark at the start of a text.
  const marked = await connection.textColumns(anySql(`SELECT '=' || CAST(COLUMNS(*) AS VARCHAR) FROM ${table}`));
  return marked.map((values) => values.map((value) => value && value.slice(1)));
}

type Choose = (count: number) => number;

interface RandomColumn {
  readonly type: DataType;
  readonly value: (pick: Choose) => unknown;
  /** The value as DuckDB's text for it. */
  readonly text: (value: unknown) => string;
}

const words = ['', 'a', 'é😀', '\ufeffmark', 'x'.repeat(40), 'a longer text that no view holds'];
const hex = (value: unknown): string =>
  [...(value as Uint8Array)].map((byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
const word = (pick: Choose): string => words[pick(words.length)] ?? '';
const controlBytes = (pick: Choose): Uint8Array => Uint8Array.from({ length: pick(30) }, () => pick(32));

const columns: readonly RandomColumn[] = [
  { type: new Int32(), value: (pick) => pick(7) - 3, text: String },
  { type: new Int64(), value: (pick) => 2n ** 53n + BigInt(pick(1000)), text: String },
  { type: new Bool(), value: (pick) => pick(2) === 1, text: String },
  { type: new Float64(), value: (pick) => pick(8) / 4 + 0.125, text: String },
  { type: new Utf8(), value: word, text: String },
  { type: new LargeUtf8(), value: word, text: String },
  {
    // Each column has its own dictionary, and so its own type.
    get type() {
      return new Dictionary(new Utf8(), new Int32());
    },
    value: word,
    text: String,
  },
  { type: new Binary(), value: controlBytes, text: hex },
  { type: new LargeBinary(), value: controlBytes, text: hex },
];

/** A table of random columns and rows, with the texts of its values. */
function randomTable(seed: number) {
  const pick = randomOf(seed);
  const rows = [0, 1, 7, 8, 9, 300][pick(6)] ?? 0;
  const nulls = pick(3);
  const chosen = Array.from({ length: 1 + pick(5) }, () => columns[pick(columns.length)]!);
  const values = chosen.map(({ value }) => Array.from({ length: rows }, () => (pick(4) < nulls ? null : value(pick))));
  const vectors = chosen.map(({ type }, index) => [`c${index}`, vectorFromArray(values[index] ?? [], type)] as const);
  const texts = chosen.map(({ text }, index) => values[index]!.map((value) => (value === null ? null : text(value))));
  return { table: new Table(Object.fromEntries(vectors)), texts, rows };
}

// A file of seed 20 lists a place without a batch, which apache-arrow reads again and again.
for (const seed of new Set([...seeds(2), 20])) {
  test(`a random table of seed ${seed} is read as it was written, in every form`, async () => {
    for (const [index, form] of arrowForms.entries()) {
      const { table, texts, rows } = randomTable(seed * arrowForms.length + index);
      const found = await textsIn(await convert(arrowBytes(table, form)));
      assert.deepEqual(rows === 0 ? texts : found, texts, JSON.stringify(form));
    }
  });

  test(`a damaged file of seed ${seed} is read or is invalid-content`, async () => {
    const pick = randomOf(seed);
    for (const [index, form] of arrowForms.entries()) {
      const bytes = arrowBytes(randomTable(seed * arrowForms.length + index).table, form);
      for (let count = 0; count < 8; count += 1) {
        const damaged = pick(3) === 0 ? bytes.slice(0, pick(bytes.length)) : bytes.slice();
        for (let flips = pick(4); flips >= 0; flips -= 1) damaged[pick(damaged.length)] = pick(256);
        await convert(damaged).catch((error: PondError) => {
          assert.equal(error.code, 'invalid-content', `${JSON.stringify(form)}: ${error.stack}`);
          assert.equal(error.path, '/x.arrow');
        });
      }
    }
  });
}

/** A vector of views: the texts of up to 12 bytes are in the views, the others in a buffer. */
function viewVector(texts: readonly string[], type: Utf8View | BinaryView): Vector {
  const views = new DataView(new ArrayBuffer(texts.length * 16));
  const long: number[] = [];
  texts.forEach((text, index) => {
    const bytes = new TextEncoder().encode(text);
    views.setInt32(index * 16, bytes.length, true);
    if (bytes.length <= 12) bytes.forEach((byte, at) => views.setUint8(index * 16 + 4 + at, byte));
    else {
      views.setInt32(index * 16 + 12, long.length, true);
      long.push(...bytes);
    }
  });
  const buffers = { views: new Uint8Array(views.buffer), variadicBuffers: [Uint8Array.from(long)] };
  return new Vector([makeData({ type, length: texts.length, nullCount: 0, ...buffers } as never)]);
}

test('views of texts and bytes are read in every form', async () => {
  const texts = ['short', 'exactly 12 b', 'longer than 12 bytes', '\ufeffé', ''];
  for (const form of arrowForms) {
    const table = new Table({ t: viewVector(texts, new Utf8View()), b: viewVector(texts, new BinaryView()) });
    const source = await convert(arrowBytes(table, form));
    assert.deepEqual(await textsIn(`(SELECT t, decode(b) FROM ${source})`), [texts, texts]);
  }
});

test('columns and fields whose names differ only in case are all read', async () => {
  const values = vectorFromArray([1], new Int32());
  const table = new Table({ Temp: values, temp: values, temp_1: values });
  const names = await connection.rows(
    anySql(`SELECT column_name FROM (DESCRIBE FROM ${await convert(arrowBytes(table, arrowForms[0]!))})`),
  );
  assert.deepEqual(names.flat(), ['Temp', 'temp_2', 'temp_1']);
});

test('nanoseconds of times with a zone are kept, as TIMESTAMP_NS when they are finer than microseconds', async () => {
  const zoned = (values: readonly bigint[]) => {
    const data = makeData({
      type: new TimestampNanosecond('UTC') as never,
      length: values.length,
      data: BigInt64Array.from(values) as never,
    });
    return new Table({ t: new Vector([data]) });
  };
  const read = async (values: readonly bigint[]) =>
    await connection.rows(
      anySql(`SELECT typeof(t), epoch_ns(t) FROM ${await convert(arrowBytes(zoned(values), arrowForms[0]!))}`),
    );
  assert.deepEqual(await read([-1000n]), [['TIMESTAMP WITH TIME ZONE', -1000n]]);
  assert.deepEqual(await read([-1000n, 1n]), [
    ['TIMESTAMP_NS', -1000n],
    ['TIMESTAMP_NS', 1n],
  ]);
});

test('a value that DuckDB cannot hold is refused with its column and row', async () => {
  const data = makeData({
    type: new TimestampMicrosecond(),
    length: 3,
    data: BigInt64Array.from([0n, 1n, -(2n ** 63n)]) as never,
  });
  await assert.rejects(convert(arrowBytes(new Table({ t: new Vector([data]) }), arrowForms[0]!)), {
    code: 'invalid-content',
    message: '/x.arrow cannot be read as Arrow: the value of column "t" in row 3 is out of the range of its type',
  });
});

test('a date of milliseconds that is not a whole day is refused', async () => {
  const datesOf = (ms: readonly bigint[]): Table =>
    new Table({
      d: new Vector([makeData({ type: new DateMillisecond(), length: 2, data: BigInt64Array.from(ms) as never })]),
    });
  const rows = await connection.textColumns(
    anySql(`SELECT d::VARCHAR FROM ${await convert(arrowBytes(datesOf([-86_400_000n, 86_400_000n]), arrowForms[0]!))}`),
  );
  assert.deepEqual(rows, [['1969-12-31', '1970-01-02']]);
  await assert.rejects(convert(arrowBytes(datesOf([0n, 86_400_001n]), arrowForms[0]!)), {
    code: 'invalid-content',
    message: '/x.arrow cannot be read as Arrow: the value of column "d" in row 2 is not a whole day',
  });
});

test('bytes that are not UTF-8 are refused, not replaced', async () => {
  const bytes = arrowBytes(new Table({ t: vectorFromArray(['café'], new Utf8()) }), arrowForms[0]!);
  const at = Buffer.from(bytes).indexOf('é');
  bytes[at] = 0xff;
  await assert.rejects(convert(bytes), /the value of column "t" in row 1 is not text in UTF-8/);
});

test('a batch that would not fit in memory is refused before it is decompressed', async () => {
  const zeros = new Table({ t: vectorFromArray(Array<number>(20_000).fill(0), new Float64()) });
  const bytes = arrowBytes(zeros, { format: 'file', codec: 'zstd' });
  assert.ok(bytes.length < 2_000);
  await assert.rejects(convert(bytes, 100_000), /a batch of its rows needs more than 100000 bytes of memory/);
});

test('Feather of version 1 and an empty file are named', async () => {
  await assert.rejects(convert(Buffer.from('FEA1\0\0\0\0FEA1')), {
    code: 'invalid-content',
    message: '/x.arrow cannot be read as Arrow: it is a Feather file of version 1, which is not Arrow',
    hint: 'Write it again: pyarrow.feather.write_feather(pyarrow.feather.read_table("old.feather"), "new.feather").',
  });
  await assert.rejects(convert(new Uint8Array()), /the file is empty/);
});

test('an LZ4 frame with a checksum is read, and refused when the checksum or the length is wrong', () => {
  const content = new TextEncoder().encode('Nobody inspects the spammish repetition');
  const frame = [...lz4Frame(content)];
  // The published xxHash of the text, and the flag that a checksum follows.
  frame[4] = 0x44;
  const checked = Uint8Array.from([...frame, 0x2f, 0x3b, 0x29, 0xe2]);
  assert.deepEqual(unpackLz4Frames(checked, content.length), content);
  assert.throws(() => unpackLz4Frames(Uint8Array.from([...frame, 0, 0, 0, 0]), content.length), /checksum/);
  assert.throws(() => unpackLz4Frames(checked, content.length + 1), /has 39 bytes where it states 40/);
  assert.throws(() => unpackLz4Frames(checked, content.length - 1), /longer than it states/);
});
