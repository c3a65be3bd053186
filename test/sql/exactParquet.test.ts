/** Parquet files whose values DuckDB would change are refused, wherever they are read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { isPondError } from '../../server/src/base/error.ts';
import { plainProtocol } from '../../server/src/delta/actions.ts';
import { logDirectory } from '../../server/src/delta/logPaths.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { newPondHost } from '../support/commandHost.ts';
import { commit } from '../support/deltaTable.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file with a column `Timestamp` of nanoseconds since 1970, with a zone, and one of numbers. */
function parquetOf(
  nanoseconds: readonly (bigint | null)[],
  encoding: 'PLAIN' | 'BYTE_STREAM_SPLIT' = 'PLAIN',
): Uint8Array {
  const logicalType = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' } as const;
  const schema: SchemaElement[] = [
    { name: 'root', num_children: 2 },
    { name: 'Timestamp', type: 'INT64', repetition_type: 'OPTIONAL', logical_type: logicalType },
    { name: 'v', type: 'DOUBLE', repetition_type: 'REQUIRED' },
  ];
  const columnData = [
    { name: 'Timestamp', data: [...nanoseconds], encoding },
    { name: 'v', data: nanoseconds.map((_, index) => index + 0.5) },
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, schema, rowGroupSize: 2 }));
}

const documentOf = (kind: string, spec: string): string =>
  `apiVersion: v1\nkind: ${kind}\nname: x\ndesc: test\nspec:\n${spec}\n`;

const resources = [
  documentOf('Derive', `  collections: [{ name: c, pattern: /in/*, query: "FROM '$1'" }]`),
  documentOf('Combine', '  scopes: [{ name: s, series: [{ pattern: /in/* }] }]'),
  documentOf(
    'Reduce',
    '  collections: [{ name: c, resolutions: [1d], datasets: [{ in_pattern: /in/*, out_pattern: o }] }]',
  ),
].join('---\n');

for (const [title, last, found] of [
  ['times in whole microseconds', 3_000n, '3'],
  ['times in nanoseconds', 3_001n, undefined],
] as const) {
  test(`${title} with a zone are ${found === undefined ? 'refused' : 'read'} in queries and as inputs`, async (t) => {
    const { folder, run } = await newPondHost(t);
    const file = join(folder, 'a.parquet');
    writeFileSync(file, parquetOf([1_000n, null, 2_000n, last]));
    await run('makeDirectory', { path: '/in' });
    await run('import', { sources: [file], path: '/in' });
    await run('apply', { sources: [{ text: resources, origin: 'f' }], directory: folder });
    const latest = async (path: string): Promise<string> => {
      const sql = `SELECT max(epoch_us("Timestamp")) FROM "${path}"`;
      try {
        return (await run('queryToText', { sql, format: 'csv' })).text.split('\n')[1] ?? '';
      } catch (error) {
        assert.ok(isPondError(error, 'invalid-content'));
        return error.message;
      }
    };
    const refused = /a\.parquet cannot be read: column "Timestamp" has times with nanoseconds/;
    for (const path of ['/in/a.parquet', '/Derive/x/c/a.parquet', '/Combine/x/s/combine']) {
      const text = await latest(path);
      if (found === undefined) assert.match(text, refused);
      else assert.equal(text, found);
    }
    const reduced = await latest('/Reduce/x/c/o/res=1d');
    if (found === undefined) assert.match(reduced, refused);
    else assert.equal(reduced, '0');
  });
}

for (const last of [3_000n, 3_001n]) {
  test(`the files of a Delta table are checked like others, with times of ${last} ns`, async (t) => {
    const { folder, run } = await newPondHost(t);
    const directory = join(folder, 'ext');
    const disk = openHostDisk(directory);
    disk.makeDirectory(logDirectory);
    const bytes = parquetOf([1_000n, null, 2_000n, last]);
    writeFileSync(join(directory, 'a.parquet'), bytes);
    const add = { path: 'a.parquet', partitionValues: {}, size: bytes.length, modificationTime: 1, dataChange: true };
    commit(disk, 0, { protocol: plainProtocol, metaData: tableOfTimes, adds: [add] });
    await run('import', { sources: [directory], path: '/' });
    const query = run('queryToText', { sql: 'SELECT max(epoch_us("Timestamp")) FROM "/ext"', format: 'csv' });
    if (last === 3_000n) return assert.equal((await query).text.split('\n')[1], '3');
    const message = /^\/ext\/a\.parquet cannot be read: column "Timestamp" has times with nanoseconds/;
    return await assert.rejects(query, { code: 'invalid-content', message });
  });
}

const columnOf = (name: string, type: string) => ({ name, type, nullable: true, metadata: {} });

const tableOfTimes = {
  id: '6f3f7b1e-4b0a-4c5e-9b0e-2f1a3c4d5e6f',
  format: { provider: 'parquet', options: {} },
  schemaString: JSON.stringify({
    type: 'struct',
    fields: [columnOf('Timestamp', 'timestamp'), columnOf('v', 'double')],
  }),
  partitionColumns: [],
  configuration: {},
};

test('times in an encoding that is not decoded are refused by their column', async (t) => {
  const { folder, run } = await newPondHost(t);
  const file = join(folder, 'a.parquet');
  writeFileSync(file, parquetOf([1_000n, 2_000n], 'BYTE_STREAM_SPLIT'));
  await run('import', { sources: [file], path: '/' });
  await assert.rejects(run('queryToText', { sql: 'FROM "/a.parquet"', format: 'csv' }), {
    code: 'invalid-content',
    message: /^\/a\.parquet cannot be read: column "Timestamp" has times .* in an encoding that cannot be checked/,
  });
});
