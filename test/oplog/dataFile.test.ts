import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parquetMetadata } from 'hyparquet';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { writeDataFile } from '../../server/src/oplog/dataFile.ts';
import { RowReader } from '../../server/src/oplog/rowReader.ts';
import { type OpRow } from '../../server/src/oplog/rows.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { createCountingDisk } from '../support/countingDisk.ts';
import { randomOf } from '../support/random.ts';

const path = 'data.parquet';

const row = (partId: string, nodeId: string, more: Partial<OpRow> = {}): OpRow => ({
  partId,
  nodeId,
  timestampUs: 1_763_862_000_123_456,
  version: 1,
  fileType: 'file',
  metadata: '{"name":"ü"}',
  sizeBytes: 3,
  sha256: 'ab'.repeat(32),
  minTimeUs: undefined,
  maxTimeUs: undefined,
  content: new Uint8Array([1, 2, 3]),
  ...more,
});

const id = (prefix: string, number: number): string => `${prefix}-${String(number).padStart(6, '0')}`;

/** Content that does not compress. */
function noise(sizeBytes: number, seed: number): Uint8Array {
  const random = randomOf(seed);
  return Uint8Array.from({ length: sizeBytes }, () => random(256));
}

describe('a data file', () => {
  it('returns each row as it was written, in any order', async () => {
    const disk = createMemoryDisk();
    const rows = [
      row('p2', 'n1', { content: undefined, minTimeUs: -1, maxTimeUs: 2 ** 50 }),
      row('p1', 'n2', { version: 2, content: new Uint8Array() }),
      row('p1', 'n2', { version: 1 }),
      row('p1', 'n1', {
        fileType: 'directory',
        content: { sizeBytes: 1, load: () => Promise.resolve(Buffer.from('x')) },
      }),
    ];
    assert.equal((await writeDataFile(disk, path, rows, commitNumber(7))).numRecords, 4);
    const reader = new RowReader(disk);
    for (const { content, ...written } of rows) {
      const { partId, nodeId, version } = written;
      const bytes = content instanceof Uint8Array || content === undefined ? content : Buffer.from('x');
      const read = await reader.read(path, { partId, nodeId, version, txn: commitNumber(7) });
      assert.deepEqual(
        { ...read, content: read?.content && [...read.content] },
        { ...written, txn: 7, content: bytes && [...bytes] },
      );
    }
    assert.equal((await reader.read(path, { partId: 'p1', nodeId: 'n2', txn: commitNumber(7) }))?.version, 2);
    for (const other of [{ partId: 'p3' }, { nodeId: 'n3' }, { txn: commitNumber(8) }, { version: 5 }]) {
      assert.equal(await reader.read(path, { partId: 'p2', nodeId: 'n1', txn: commitNumber(7), ...other }), undefined);
    }
  });

  it('has row groups of bounded rows and bytes, and needs memory for one of them while it is written', async () => {
    const disk = createMemoryDisk();
    let [held, heldMax] = [0, 0];
    const rows = Array.from({ length: 3000 }, (_, i) => {
      const sizeBytes = i < 2000 ? 10 : 60_000;
      const load = (): Uint8Array => {
        held += sizeBytes;
        heldMax = Math.max(heldMax, held);
        return new Uint8Array(sizeBytes);
      };
      return row(id('p', i), id('n', i), { content: i < 1 ? undefined : { sizeBytes, load } });
    });
    const append = disk.create.bind(disk);
    const watched = {
      ...disk,
      create: (at: string) => {
        const file = append(at);
        // Loaded content leaves memory when it is written.
        return {
          ...file,
          append: (bytes: Uint8Array) => ((held = 0), file.append(bytes)),
          get sizeBytes() {
            return file.sizeBytes;
          },
        };
      },
    };
    await writeDataFile(watched, path, rows, commitNumber(1));
    const bytes = disk.readFile(path)!;
    const { row_groups: groups } = parquetMetadata(bytes.buffer as ArrayBuffer);
    assert.ok(Math.max(...groups.map((group) => Number(group.num_rows))) <= 512);
    assert.ok(groups.length > 3000 / 512 + 1000 / 10);
    assert.ok(heldMax <= 600_000, `${heldMax} bytes of content were held at once`);
  });

  it('is not read completely to find one row', async () => {
    const disk = createMemoryDisk();
    const rows = Array.from({ length: 4000 }, (_, i) => row(id('p', i), id('n', i), { content: noise(2000, i) }));
    const { sizeBytes } = await writeDataFile(disk, path, rows, commitNumber(1));
    const counting = createCountingDisk(disk);
    const reader = new RowReader(counting.disk);
    const read = await reader.read(path, { partId: id('p', 3210), nodeId: id('n', 3210), txn: commitNumber(1) });
    assert.deepEqual(Buffer.from(read!.content!), Buffer.from(noise(2000, 3210)));
    const { bytes, calls } = counting.take();
    assert.ok(bytes < sizeBytes / 5, `${bytes} of ${sizeBytes} bytes were read`);
    assert.ok(calls < 40, `${calls} calls`);
    // Its neighbors are read with it.
    await reader.read(path, { partId: id('p', 3211), nodeId: id('n', 3211), txn: commitNumber(1) });
    assert.deepEqual(counting.take(), { calls: 0, bytes: 0 });
  });

  it('that cannot be read gives an error that names it', async () => {
    const disk = createMemoryDisk();
    const request = { partId: 'p', nodeId: 'n', txn: commitNumber(1) };
    const damaged = { code: 'pond-damaged', path } as const;
    await assert.rejects(new RowReader(disk).read(path, request), damaged);
    for (const bytes of [Buffer.alloc(0), Buffer.from('short'), Buffer.alloc(500, 0xff), Buffer.alloc(500)]) {
      const other = createMemoryDisk({ directories: [], files: [[path, bytes]] });
      await assert.rejects(new RowReader(other).read(path, request), damaged);
    }
  });
});
