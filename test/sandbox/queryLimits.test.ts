import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { queryLimits } from '../../server/src/duckdb/limits.ts';
import { type OperationParams } from '../../server/src/sandbox/messages.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { QueryOperations } from '../../server/src/worker/queryOperations.ts';

const mebibyte = 1024 ** 2;
const temporary = makeTemporaryDirectory('duckpond-test');
const operations = await QueryOperations.open(
  {
    memoryLimitBytes: 64 * mebibyte,
    threads: 1,
    spillDirectory: temporary.path,
    spillBytesMax: 8 * mebibyte,
    resultBytesMax: 8 * mebibyte,
  },
  openHostDisk,
);
after(() => temporary.remove());

const spec = { files: [], tables: [], views: [], tablesKey: '' };
const run = (query: string) => {
  const params: OperationParams<'run'> = { spec, statement: { query, explain: undefined }, parameters: [] };
  return operations.run(params, new AbortController().signal);
};

/**
 * Spilled files with bytes in a directory of the process. DuckDB empties a file that it needs no more, and does not
 * always remove it: one run in five leaves a file of 0 bytes.
 */
const spilledIn = (name: string): readonly string[] => {
  const directory = join(temporary.path, name);
  const files = existsSync(directory) ? readdirSync(directory) : [];
  return files.filter((file) => statSync(join(directory, file)).size > 0);
};

for (const [what, query, message, variable] of [
  [
    'data that are to be ordered',
    'SELECT count(*) FROM (SELECT hash(range) AS h FROM range(12000000) ORDER BY h)',
    /^the query needs more than 8.0 MiB on disk for what does not fit in memory$/,
    /POND_QUERY_SPILL.*pond\.query\.spill/,
  ],
  [
    'rows',
    'SELECT hash(range) AS h, md5(range::VARCHAR) AS m FROM range(2000000)',
    /^the rows of the result need more than 8.0 MiB on disk/,
    /POND_QUERY_RESULT.*pond\.query\.result/,
  ],
  [
    'memory',
    "SELECT len(list(repeat('x', 1000) || range)) FROM range(1000000)",
    /memory|allocate/i,
    /POND_QUERY_MEMORY/,
  ],
] as const) {
  test(`a query that needs more ${what} than its limit names the limit, and leaves nothing`, async () => {
    const first = await run('SELECT 42 AS x');
    await assert.rejects(run(query), (error: unknown) => {
      assert.ok(isPondError(error, 'query-failed'), String(error));
      assert.match(error.message, message);
      assert.match(error.hint ?? '', variable);
      assert.doesNotMatch(error.message + (error.hint ?? ''), /max_temp_directory_size|PRAGMA|SET /);
      return true;
    });
    assert.deepEqual(spilledIn('query'), []);
    // Results that are kept stay, and there is room for others.
    assert.deepEqual((await operations.rows({ result: first.result, start: 0, count: 1 })).columns, [['42']]);
    assert.equal((await run('FROM range(1000)')).rowCount, 1000);
    assert.deepEqual(spilledIn('results'), []);
  });
}

test('limits are sizes in the environment', () => {
  const { memoryBytesMax, ...onDisk } = queryLimits({});
  assert.ok(memoryBytesMax > 0);
  assert.deepEqual(onDisk, { spillBytesMax: 16 * 1024 ** 3, resultBytesMax: 16 * 1024 ** 3 });
  for (const [text, bytes] of [
    ['512MiB', 512 * mebibyte],
    ['1.5 GiB', 1536 * mebibyte],
    ['2gb', 2e9],
    ['1 TiB', 1024 ** 4],
    ['', 16 * 1024 ** 3],
  ] as const) {
    assert.equal(queryLimits({ POND_QUERY_SPILL: text }).spillBytesMax, bytes, text);
  }
  for (const text of ['8', 'GiB', '-1GiB', '1MiB', '1e9GiB', '99999999TiB', '8GiB;', '8 parsecs']) {
    assert.throws(
      () => queryLimits({ POND_QUERY_SPILL: text }),
      (error) => isPondError(error, 'query-failed') && /POND_QUERY_SPILL/.test(error.message),
    );
  }
});
