/** chdb, a reader of Delta tables that is not ours, opens copies that are half sent. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { openObjectStore } from '../../server/src/remote/openStore.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { createBackedUp, fillPond, pushTo } from '../support/backup.ts';
import { chdbQueries, needsChdb } from '../support/chdb.ts';
import { temporaryFolder } from '../support/folder.ts';
import { watchStore } from '../support/memoryStore.ts';
import { collect } from '../support/tree.ts';

it('another reader opens each half-sent copy as the version that its log ends with', needsChdb, async (t) => {
  const { pond } = await createBackedUp();
  await fillPond(pond);
  const commits = (await collect(pond.log())).reverse();
  const folder = temporaryFolder(t);
  const whole = join(folder, 'whole');
  for (const last of commits.keys()) {
    const copy = last === commits.length - 1 ? whole : join(folder, `copy-${last}`);
    mkdirSync(copy);
    const { store } = watchStore(await openObjectStore({ kind: 'folder', folder: copy, prefix: '' }), {
      before: ({ name, key }) => {
        if (name === 'putIfAbsent' && key === `_delta_log/${String(last + 1).padStart(20, '0')}.json`)
          throw new Error('killed');
      },
    });
    const ended = await pushTo({ pond, cache: createMemoryDisk() }, store).then(
      () => 'done',
      (error: Error) => error.message,
    );
    assert.equal(ended, copy === whole ? 'done' : 'killed');
  }
  const sql = (table: string): string => `SELECT txn, sha256 FROM ${table} WHERE file_type = 'commit' ORDER BY txn`;
  const versions = [...commits.keys()].slice(0, -1);
  const tables = [...versions.map((last) => `deltaLakeLocal('${join(folder, `copy-${last}`)}')`), '{table}'];
  const read = await chdbQueries(whole, tables.map(sql));
  for (const [last, rows] of read.entries()) {
    assert.deepEqual(
      rows.map((row) => [Number(row['txn']), row['sha256']]),
      commits.slice(0, last + 1).map(({ number, rootHash }) => [number, rootHash]),
    );
  }
});
