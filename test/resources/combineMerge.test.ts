import assert from 'node:assert/strict';
import { test } from 'node:test';
import { literalList } from '../../server/src/duckdb/sql.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';
import { mergeSmall } from '../../server/src/resources/kinds/combine/merge.ts';
import { type Reducing, startReducing } from '../support/reducing.ts';

/** A number of small versions, of which version `i` has the columns that `columns` returns. */
async function versions(
  { parquet }: Reducing,
  count: number,
  columns: (i: number) => string,
): Promise<readonly HostFile[]> {
  const files: HostFile[] = [];
  for (let i = 0; i < count; i++) {
    files.push(await parquet(`SELECT ${1_600_000_000 + i * 60} + j AS "Timestamp", ${columns(i)} FROM range(3) t(j)`));
  }
  return files;
}

async function contentOf({ rows }: Reducing, files: readonly HostFile[]): Promise<unknown> {
  const paths = literalList(files.map(({ hostPath }) => hostPath));
  return await rows(`SELECT "Timestamp", a, b, c FROM read_parquet(${paths}, union_by_name = true)`);
}

test('small versions with changing columns are merged, and one more version causes few new merges', async (t) => {
  const reducing = await startReducing();
  t.after(() => reducing.close());
  const { materializer, made } = reducing;
  const columns = (i: number): string => `j AS a, ${i % 2 === 0 ? `j + ${i} AS b` : `j * 1.5 AS c`}`;
  const all = await versions(reducing, 201, columns);
  const before = await mergeSmall(all.slice(0, 200), materializer, {});
  assert.ok(before.length <= 16, `${before.length} files`);
  assert.deepEqual(await contentOf(reducing, before), await contentOf(reducing, all.slice(0, 200)));
  const makes = made.count;
  const after = await mergeSmall(all, materializer, {});
  assert.ok(made.count - makes <= 3, `${made.count - makes} files were merged anew`);
  assert.deepEqual(await contentOf(reducing, after), await contentOf(reducing, all));
});

test('versions in which a column has another type or spelling are not merged', async (t) => {
  const reducing = await startReducing();
  t.after(() => reducing.close());
  for (const other of ['j::DOUBLE AS a', 'j AS "A"', "'x' AS a"]) {
    const all = await versions(reducing, 40, (i) => (i % 2 === 0 ? 'j AS a' : other));
    assert.deepEqual(await mergeSmall(all, reducing.materializer, {}), all);
  }
  const times: HostFile[] = [];
  for (let i = 0; i < 20; i++) {
    times.push(await reducing.parquet(`SELECT ${i % 2 === 0 ? i : `make_timestamp(${i * 1_000_000})`} AS "Timestamp"`));
  }
  assert.deepEqual(await mergeSmall(times, reducing.materializer, {}), times);
});
