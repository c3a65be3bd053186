import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uncheckedCalls } from '../../server/src/build/unchecked.ts';

for (const [query, expected] of [
  ["FROM '$1'", []],
  ["FROM read_csv('$1')", []],
  ["FROM read_csv('$1', skip = 3, delim = ';', nullstr = 'NA', compression = 'gzip')", []],
  ["FROM read_csv(['$1'], header = false)", []],
  ["FROM read_csv('$1', escape = '\\')", ['read_csv escape']],
  ["FROM read_csv(['$1'], store_rejects = true, skip = 1, new_line = '\\n')", ['read_csv store_rejects new_line']],
  ["FROM read_csv('$1', auto_detect = false, columns = {'a': 'INT'})", ['read_csv auto_detect']],
  ['FROM READ_CSV($1, skip = 1 + 1)', ['read_csv skip']],
  ["SELECT filename FROM read_csv('$1')", ['read_csv']],
  ["FROM read_csv('$1'), read_text('$1')", ['read_csv']],
  ["SELECT filename FROM '$1'", []],
  ["FROM read_json('$1')", []],
  ["FROM read_ndjson('$1', compression = 'zstd')", []],
  ["FROM read_json('$1', format = 'array')", []],
  ["FROM read_json('$1', sample_size = 10, ignore_errors = true)", ['read_json sample_size ignore_errors']],
  ["FROM read_ndjson('$1', union_by_name = true)", ['read_ndjson union_by_name']],
  ["SELECT * FROM read_csv('$1') JOIN read_csv('$1', escape = '')", []],
  ["FROM read_parquet('$1', file_row_number = true)", []],
] as const) {
  test(`calls that only DuckDB decides in: ${query}`, () => {
    const found = uncheckedCalls(query).map(({ reader, options }) => [reader, ...options].join(' '));
    assert.deepEqual(found, expected);
  });
}
