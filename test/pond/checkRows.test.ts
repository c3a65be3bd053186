import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { readCommit } from '../../server/src/delta/log.ts';
import { RowReader } from '../../server/src/oplog/rowReader.ts';
import { type StoredRow } from '../../server/src/oplog/rows.ts';
import { RowCheck } from '../../server/src/pond/checkRows.ts';
import { Findings } from '../../server/src/pond/findings.ts';
import { commitIn } from '../../server/src/pond/history.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { initPondOn } from '../support/pond.ts';
import { bytesOf } from '../support/tree.ts';

test('a row is named by its path, also before the rows of the directories above it', async () => {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'checked');
  const root = await pond.fs.root();
  await root.createDirectory('/a/b', { parents: true });
  await root.writeFile('/a/b/c', bytesOf('text'));
  await pond.commit({ message: 'one', author: 'test' });
  const entry = readCommit(disk, commitNumber(1))!;
  const commit = commitIn(pond.id, entry)!;
  const rows: StoredRow[] = [];
  for await (const row of new RowReader(disk).scan(entry.adds[0]!.path, () => true)) {
    rows.push(row.fileType === 'file' ? { ...row, content: bytesOf('no') } : row);
  }
  await pond.close();
  // A data file orders its rows by IDs, and those of one millisecond are in no order.
  for (const ordered of [rows, rows.toReversed()]) {
    const findings = new Findings();
    await new RowCheck(findings).commit(commit, ordered);
    assert.ok(findings.problems.includes('/a/b/c version 1 in commit 1: its content is not what was written'));
  }
});
