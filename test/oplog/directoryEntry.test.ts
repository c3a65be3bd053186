import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Int32, Table, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import {
  attributesText,
  decodeEntries,
  type DirectoryEntry,
  encodeEntries,
} from '../../server/src/oplog/directoryEntry.ts';

const entry = (name: string, more: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
  name,
  childId: `id of ${name}`,
  type: 'file',
  version: 3,
  txn: commitNumber(12),
  partId: 'part',
  changedTxn: commitNumber(14),
  placedTxn: commitNumber(2),
  sizeBytes: 2 ** 40,
  modifiedUs: 1_763_862_000_123_456,
  sha256: 'ab'.repeat(32),
  seriesHash: '',
  attributes: {},
  ...more,
});

const where = (): string => 'the test';

describe('the entries of a directory', () => {
  const cases: Readonly<Record<string, readonly DirectoryEntry[]>> = {
    'that is empty': [],
    'of one file': [entry('a')],
    'with names of all kinds': ['a b', 'é', '\u{1f986}', '%2e', '\n', 'x'.repeat(1000)].map((name) => entry(name)),
    'with attributes': [entry('a', { attributes: { ü: '"', a: '', '': 'empty key' } }), entry('b')],
    'of every type': (['directory', 'table', 'series', 'symlink', 'page'] as const).map((type) =>
      entry(type, { type, seriesHash: type === 'series' ? 'cd'.repeat(32) : '' }),
    ),
    'of thousands': Array.from({ length: 5000 }, (_, i) => entry(`${i}`, { version: i, modifiedUs: i })),
  };
  for (const [name, entries] of Object.entries(cases)) {
    it(`${name} are read as they were written`, () => {
      assert.deepEqual(decodeEntries(encodeEntries(entries), where), entries);
    });
  }

  it('are read in all batches of a stream, with unknown columns, and without optional ones', () => {
    const table = tableFromIPC(encodeEntries([entry('a'), entry('b')]));
    const columns = Object.fromEntries(table.schema.fields.map(({ name }) => [name, table.getChild(name)!]));
    const { placed_txn: _, ...others } = columns;
    const extended = new Table({ ...others, added_later: vectorFromArray([1, 2], new Int32()) } as never);
    const twice = extended.concat(extended);
    assert.equal(twice.batches.length, 2);
    const read = decodeEntries(tableToIPC(twice, 'stream'), where);
    const expected = ['a', 'b', 'a', 'b'].map((name) => entry(name, { placedTxn: commitNumber(0) }));
    assert.deepEqual(read, expected);
  });

  it('that cannot be read give an error with their location', () => {
    for (const bytes of [new Uint8Array(), Buffer.from('rubbish')]) {
      assert.throws(() => decodeEntries(bytes, where), { code: 'pond-damaged', message: /the test/ });
    }
  });

  const wrongFields: Readonly<Record<string, Partial<Record<keyof DirectoryEntry, unknown>>>> = {
    version: { version: -1 },
    file_type: { type: 'commit' },
    txn: { txn: -1 },
    changed_txn: { changedTxn: -1 },
    placed_txn: { placedTxn: -1 },
    size: { sizeBytes: -1 },
    sha256: { sha256: 'AB'.repeat(32) },
    series_hash: { seriesHash: 'ab' },
    attributes: { attributes: { key: 1 } },
  };
  for (const [field, value] of Object.entries(wrongFields)) {
    it(`with a wrong ${field} give an error that names the entry and the field`, () => {
      const bytes = encodeEntries([entry('a'), entry('b', value as Partial<DirectoryEntry>)]);
      const message = new RegExp(`entry 2 of the test: .*\\b${field}\\b`);
      assert.throws(() => decodeEntries(bytes, where), { code: 'pond-damaged', message });
    });
  }

  it('of a stream that states more than it has give an error, and take no memory', () => {
    const rows = 2 ** 27;
    const bytes = Buffer.from(encodeEntries(Array.from({ length: 777 }, (_, i) => entry(`${i}`))));
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      if (bytes.readBigInt64LE(at) === 777n) bytes.writeBigInt64LE(BigInt(rows), at);
    }
    // Columns of several batches are joined.
    const { batches, schema } = tableFromIPC(bytes);
    const stream = tableToIPC(new Table(schema, [...batches, ...batches]), 'stream');
    assert.equal(tableFromIPC(stream).numRows, 2 * rows);
    const before = process.memoryUsage().arrayBuffers;
    assert.throws(() => decodeEntries(stream, where), { code: 'pond-damaged', message: /the test/ });
    assert.ok(process.memoryUsage().arrayBuffers - before < rows);
  });

  it('have attributes as one text, in any order of their keys', () => {
    assert.equal(attributesText({ b: '1', a: '2' }), attributesText({ a: '2', b: '1' }));
    assert.equal(attributesText({}), '');
  });
});
