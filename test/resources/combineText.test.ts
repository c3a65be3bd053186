/** Text files declare no types: an undetermined type must not affect the types of other files of a scope. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { newCombining, valuesOf } from '../support/combining.ts';

test('Text files in a scope', async (t) => {
  const { pond, combine, write } = await newCombining(t);

  async function put(path: string, text: string): Promise<void> {
    const root = await pond.fs.root();
    await root.createDirectory(path.slice(0, path.lastIndexOf('/')), { parents: true });
    await root.writeFile(path, Buffer.from(text));
  }

  await t.test('that are empty or have a header only change nothing', async () => {
    await put('/quiet/1.csv', 'Timestamp,a\n1600000000,1.5\n');
    const alone = await combine(['/quiet/*']);
    await put('/quiet/0.csv', 'Timestamp,a\n');
    await put('/quiet/2.csv', '');
    await put('/quiet/3.csv', 'Timestamp,a,b\n');
    const { names, types, rows } = await combine(['/quiet/*']);
    assert.deepEqual(alone.rows, [[1_600_000_000n, 1.5]]);
    assert.deepEqual(names, ['Timestamp', 'a', 'b']);
    assert.deepEqual(types.slice(0, 2), ['BIGINT', 'DOUBLE']);
    assert.deepEqual(rows, [[1_600_000_000n, 1.5, null]]);
    assert.deepEqual((await combine(['/quiet/2.csv'])).rows, []);
    assert.deepEqual((await combine(['/quiet/0.csv'])).names, ['Timestamp', 'a']);
  });

  await t.test('may have columns without a value, whatever their type is in others', async () => {
    await put('/silent/1.csv', 'Timestamp,a,b\n1600000000,1,x\n1600000001,2,y\n');
    await put('/silent/2.csv', 'Timestamp,a,b\n1600000002,,\n1600000003,,z\n');
    await put('/silent/3.csv', 'Timestamp,a,b\n1600000004,3.25,\n1600000001,4,\n');
    await put('/silent/4.json', '[{"Timestamp":1600000005,"a":null,"b":null}]');
    const { types, rows } = await combine(['/silent/*']);
    assert.deepEqual(types, ['BIGINT', 'DOUBLE', 'VARCHAR']);
    const expected = [
      [1, 'x'],
      [4, 'y'],
      [null, null],
      [null, 'z'],
      [3.25, null],
      [null, null],
    ];
    assert.deepEqual(
      rows,
      expected.map(([a, b], i) => [BigInt(1_600_000_000 + i), a, b]),
    );
  });

  await t.test('that say text and numbers in one column are an error as before', async () => {
    await put('/mixed/1.csv', 'Timestamp,a\n1600000000,1\n');
    await put('/mixed/2.csv', 'Timestamp,a\n1600000001,x\n');
    await assert.rejects(combine(['/mixed/*']), (error) => {
      assert.ok(isPondError(error, 'invalid-content'));
      assert.match(error.message, /"a" is BIGINT in \/mixed\/1\.csv, but VARCHAR in \/mixed\/2\.csv$/);
      return true;
    });
  });

  await t.test('whose times are not times are named, and not left out in silence', async () => {
    await put('/when/1.csv', 'Timestamp,a\nyesterday,1\n');
    await write('/when/2', valuesOf(['Timestamp', 'a'], [1, 2]));
    await assert.rejects(combine(['/when/*']), (error) => {
      assert.ok(isPondError(error, 'invalid-content'));
      assert.match(error.message, /scope s: \/when\/1\.csv: no time column: Timestamp is VARCHAR$/);
      assert.equal(error.path, '/when/1.csv');
      return true;
    });
  });
});
