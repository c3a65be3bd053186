import assert from 'node:assert/strict';
import { rootId } from '../../server/src/oplog/rows.ts';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { tableFromIPC } from 'apache-arrow';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { initPond } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { chdbQueries, needsChdb, type ChdbRow } from '../support/chdb.ts';
import { bytesOf, collect, parquetOf } from '../support/tree.ts';
import { anySql } from '../support/anySql.ts';

const temporary = makeTemporaryDirectory('duckpond-interop');
const directory = join(temporary.path, 'my.pond');
let pond: Pond;

/** A pond of three commits: small and large content, a series, a removal and a wide directory. */
before(async () => {
  pond = await initPond(directory, { author: 'test' });
  const root = await pond.fs.root();
  await root.writeFile('/a', bytesOf('one'));
  await root.createFile('/series', parquetOf('first'), { type: 'series' });
  await pond.commit({ message: 'first', author: 'test' });
  await root.writeFile('/a', bytesOf('two'));
  await root.writeFile('/series', parquetOf('second'));
  await root.writeFile('/large', bytesOf('large '.repeat(20_000)));
  await pond.commit({ message: 'second', author: 'test' });
  await root.remove('/a');
  await root.backend.batch(async () => {
    await root.createDirectory('/wide');
    for (let i = 0; i < 200; i++) await root.writeFile(`/wide/${i}`, bytesOf(`${i}`));
  });
  await pond.commit({ message: 'third', author: 'test' });
  // Only staged: no other engine sees it before it is committed.
  await root.writeFile('/staged', bytesOf('staged'));
});

after(async () => {
  await pond.close();
  temporary.remove();
});

const files = `file_type IN ('file', 'series')`;

describe('chdb, with delta-kernel-rs, on a pond in use', () => {
  it('reads each version of the table, with the same rows and bytes', needsChdb, async () => {
    const columns = `node_id, version, txn, size, sha256, file_type, hex(content) AS content`;
    const statements = [1, 2, 3].flatMap((version) => [
      `SELECT count() AS count, max(txn) AS txn FROM {table@${version}}`,
      `SELECT ${columns} FROM {table@${version}} WHERE ${files} AND size > 0 ORDER BY txn, node_id, version`,
    ]);
    const results = await chdbQueries(directory, statements);
    for (const version of [1, 2, 3]) {
      const [summary, rows] = results.slice(2 * (version - 1), 2 * version);
      assert.equal(Number(summary![0]!['txn']), version);
      assert.ok(Number(summary![0]!['count']) > rows!.length, 'there are rows of directories and commits too');
      assert.deepEqual(rows!.map(keyOf).sort(), (await versionsUpTo(version)).sort());
      for (const row of rows!) if (row['content'] !== null) assert.equal(hashOf(row), row['sha256']);
    }
  });

  it('reads the history as rows: commits with their records, and removed nodes', needsChdb, async () => {
    const [commits, removed, large] = await chdbQueries(directory, [
      `SELECT JSONExtractString(metadata, 'commit', 'message') AS message, sha256 FROM {table} WHERE file_type = 'commit' ORDER BY txn`,
      `SELECT txn FROM {table} WHERE JSONExtractBool(metadata, 'deleted') AND JSONExtractString(metadata, 'name') = 'a'`,
      `SELECT content IS NULL AS stored FROM {table} WHERE size > 65536`,
    ]);
    const ours = (await collect(pond.log())).reverse();
    assert.deepEqual(
      commits!.map((row) => [row['message'], row['sha256']]),
      ours.map(({ message, rootHash }) => [message, rootHash]),
    );
    assert.deepEqual(
      removed!.map((row) => Number(row['txn'])),
      [3],
    );
    assert.deepEqual(
      large!.map((row) => Number(row['stored'])),
      [1],
    );
  });
});

describe('DuckDB and Arrow', () => {
  it('read the data files, and the records inside the directory rows', async () => {
    const sources = await pond.history('3');
    const database = await openDatabase();
    const connection = await database.connect();
    try {
      const list = sources.files.map((file) => `'${file.replaceAll("'", "''")}'`).join();
      const sql = `SELECT part_id, hex(content) FROM read_parquet([${list}])
        WHERE node_id = '${rootId}' AND txn = 3`;
      const rows = await connection.rows(anySql(sql));
      assert.equal(rows.length, 1);
      const [partId, content] = rows[0]!;
      assert.equal(partId, rootId);
      const table = tableFromIPC(Buffer.from(content as string, 'hex'));
      const names = table.toArray().map((row) => (row as { name: string }).name);
      assert.deepEqual(names, ['large', 'series', 'wide']);
    } finally {
      connection.close();
      database.close();
    }
  });
});

/** The versions with content of the commits up to one, as keys. */
async function versionsUpTo(number: number): Promise<string[]> {
  const keys = new Set<string>();
  for (let at = 1; at <= number; at++) {
    const fs = await pond.at(String(at));
    for await (const { node } of (await fs.root()).walk()) {
      if (node.type === 'directory') continue;
      for await (const version of fs.backend.versions(node)) {
        keys.add(`${version.id} ${version.version} ${version.sizeBytes} ${version.sha256}`);
      }
    }
  }
  return [...keys];
}

function keyOf(row: ChdbRow): string {
  return ['node_id', 'version', 'size', 'sha256'].map((name) => String(row[name])).join(' ');
}

function hashOf(row: ChdbRow): string {
  const content = row['content'];
  assert.ok(typeof content === 'string');
  return createHash('sha256').update(Buffer.from(content, 'hex')).digest('hex');
}
