/** Files that one call of DuckDB's reader reads as each of them alone is read. */
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { readingOf } from '../../server/src/sandbox/formats.ts';
import { type SourceFile } from '../../server/src/sandbox/sources.ts';
import { tableRuns } from '../../server/src/sandbox/textTables/tableRuns.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';

const usual = 't,a,b\n1,2,x\n';

for (const [what, texts, expected] of [
  ['of one form', [usual, 't,a,b\n5,6,y\n7,8,z\n', usual], [3]],
  ['one of which differs', [usual, usual, usual, 't;a;b\n1;2;x\n', usual, usual, usual, usual], [2, 1, 1, 4]],
  ['with whole numbers and fractions', [usual, 't,a,b\n1,2.5,x\n'], [2]],
  ['with fractions and integers that no double holds', ['t,a\n1,9007199254740993\n', 't,a\n1,2.5\n'], [1, 1]],
  ['with columns without a value, or without a row', [usual, 't,a,b\n1,,\n', 't,a,b\n'], [3]],
  ['with numbers and texts in a column', [usual, 't,a,b\n1,x,x\n'], [1, 1]],
  ['with other names, or in another order', [usual, 't,b,a\n1,x,2\n', 't,A,b\n1,2,x\n', 't,a\n1,2\n'], [1, 1, 1, 1]],
  ['with other ends of lines', [usual, usual.replaceAll('\n', '\r\n')], [1, 1]],
  ['with dates and times', ['t,a\n2024-01-01,1\n', 't,a\n2024-01-01 10:00,1\n'], [1, 1]],
  ['that cannot be read', [usual, 't,a,b\n"1,2,x\n', usual], [1, 1, 1]],
  ['that are none', [], []],
] as const) {
  test(`runs of files ${what}`, async () => {
    const contents = texts.map((text, index) => [`${index}.csv`, Buffer.from(text)] as const);
    const disk = createMemoryDisk({ directories: [], files: contents });
    const files = contents.map(([name, { length: sizeBytes }]): SourceFile => {
      return { hostPath: `/${name}`, sizeBytes, pondPath: `/${name}`, reading: readingOf('file', name)! };
    });
    const openDisk = (directory: string) => {
      assert.equal(directory, dirname(files[0]!.hostPath));
      return disk;
    };
    const connect = () => assert.fail('no database is needed');
    assert.deepEqual(await tableRuns({ connect, openDisk }, files, undefined), expected);
  });
}
