import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../../server/src/duckdb/sql.ts';
import { testConnection } from '../support/connection.ts';

const mebibyte = 2 ** 20;

test('reading a result of many rows does not keep the chunks that were read', async () => {
  const connection = await testConnection({ threads: 1 });
  const statements = await connection.statements(sql`SELECT i, repeat('x', 200) || i FROM range(1500000) t(i)`);
  const stream = await (await statements.bind(0)).stream();
  let rows = 0;
  let bytes = 0;
  const before = process.memoryUsage().rss;
  for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next()) {
    rows += chunk.rowCount;
    bytes = Math.max(bytes, process.memoryUsage().rss - before);
  }
  assert.equal(rows, 1_500_000);
  // Together, the chunks have 320 MiB.
  assert.ok(bytes < 160 * mebibyte, `${Math.round(bytes / mebibyte)} MiB`);
});
