import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../server/src/duckdb/database.ts';
import { sql } from '../../server/src/duckdb/sql.ts';
import { positionalJoinSql, columnGroups } from '../../server/src/resources/series/columnGroups.ts';

test('columns are divided, in order, into groups of at most 4,096 values', () => {
  const items = Array.from({ length: 3000 }, (_, i) => i);
  const groups = columnGroups(items, (item) => 1 + (item % 3));
  assert.deepEqual(groups.flat(), items);
  const sizes = groups.map((group) => group.reduce((sum, item) => sum + 1 + (item % 3), 0));
  assert.ok(sizes.every((size) => size <= 4096));
  assert.equal(groups.length, Math.ceil(6000 / 4096));
  assert.deepEqual(
    columnGroups([1, 2], () => 5000),
    [[1], [2]],
  );
  assert.deepEqual(
    columnGroups([], () => 1),
    [[]],
  );
});

test('joined columns keep their rows together over many row groups and threads', async () => {
  const database = await openDatabase();
  const connection = await database.connect();
  try {
    const grouped = (column: string) =>
      column === 'a'
        ? sql`SELECT i % 150000 AS k, max(i) AS a FROM range(300000) t(i) GROUP BY k ORDER BY k`
        : sql`SELECT min(i) AS b FROM range(300000) t(i) GROUP BY i % 150000 ORDER BY i % 150000`;
    const both = positionalJoinSql(['a', 'b'].map(grouped));
    const [row] = await connection.rows(
      sql`SELECT count(*)::INTEGER, bool_and(a = k + 150000 AND b = k), bool_and(k = n) FROM (SELECT *, row_number() OVER () - 1 AS n FROM (${both}))`,
    );
    assert.deepEqual(row, [150_000, true, true]);
  } finally {
    connection.close();
    database.close();
  }
});
