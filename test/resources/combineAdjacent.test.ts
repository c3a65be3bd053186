/** Files of several paths that form one series of a scope, such as one file for each day. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { literalList } from '../../server/src/duckdb/sql.ts';
import { requireSqlType } from '../../server/src/duckdb/sqlType.ts';
import { mergeAdjacentSegments } from '../../server/src/resources/kinds/combine/adjacentSegments.ts';
import { type Segment } from '../../server/src/resources/kinds/combine/segment.ts';
import { type SegmentLayout } from '../../server/src/resources/kinds/combine/sql.ts';
import { newCombining, valuesOf } from '../support/combining.ts';
import { collectSegments } from '../../server/src/resources/kinds/combine/segments.ts';
import { type Match } from '../../server/src/resources/model/derivedContent.ts';
import { type Reducing, startReducing } from '../support/reducing.ts';

const layout: SegmentLayout = {
  time: requireSqlType('BIGINT'),
  columns: [
    { name: 'a', type: requireSqlType('DOUBLE') },
    { name: 'b', type: requireSqlType('BIGINT') },
  ],
};

/** A file of that day with three rows, the last of which has the time of the first of the next day. */
async function pieceOf({ parquet, materializer }: Reducing, day: number, columns: string): Promise<Segment> {
  const file = await parquet(`SELECT ${day * 86_400} + i * 43200 AS "Timestamp", ${columns} FROM range(3) t(i)`);
  const facts = await materializer.inspect([file], {});
  const path = `/${day}`;
  return { paths: [path], pathOf: () => path, series: 0, file, facts, hasNullColumns: false, merged: [] };
}

test('files of single days are merged whatever their numbers, and one more file causes few new merges', async (t) => {
  const reducing = await startReducing();
  t.after(() => reducing.close());
  const { materializer, made, rows } = reducing;
  const all: Segment[] = [];
  for (let day = 0; day < 101; day++) {
    all.push(await pieceOf(reducing, day, day % 3 === 0 ? `${day} AS a` : `${day} + 0.5 AS a, i AS b`));
  }
  const before = await mergeAdjacentSegments(layout, all.slice(0, 100), materializer, {});
  assert.ok(before.length <= 16, `${before.length} files`);
  const makes = made.count;
  const after = await mergeAdjacentSegments(layout, all, materializer, {});
  assert.ok(made.count - makes <= 2, `${made.count - makes} files were merged anew`);
  // A merged file contains each time once, with the values of the later file.
  const last = after.at(-1)!;
  const paths = literalList([last.file.hostPath]);
  const found = await rows(`SELECT "Timestamp", a, b FROM read_parquet(${paths}) ORDER BY 1 DESC LIMIT 3`);
  assert.deepEqual(found, [
    [101n * 86_400n, 100.5, 2n],
    [100n * 86_400n + 43_200n, 100.5, 1n],
    [100n * 86_400n, 100.5, 0n],
  ]);
});

test('files that are weeks apart are not merged: new data of one would change the parts of the other', async (t) => {
  const reducing = await startReducing();
  t.after(() => reducing.close());
  const all: Segment[] = [];
  for (let day = 0; day < 20; day++) all.push(await pieceOf(reducing, day * 20, '1 AS a'));
  assert.deepEqual(await mergeAdjacentSegments(layout, all, reducing.materializer, {}), all);
});

test('A series of many files', async (t) => {
  const { combine, write, rows } = await newCombining(t);

  await t.test('has each time once, the last file winning where it has a value', async () => {
    for (let day = 0; day < 40; day++) {
      const name = String(day).padStart(2, '0');
      const value = day % 4 === 0 ? `'x' || ${day}` : `NULL::VARCHAR`;
      const number = day % 5 === 0 ? 'NULL::VARCHAR' : day % 2 === 0 ? `${day}` : `${day}::FLOAT + 0.5`;
      const sql = `SELECT ${day * 1000} + i * 1000 AS "Timestamp", ${number} AS n, ${value} AS s FROM range(2) t(i)`;
      await write(`/days/${name}`, sql);
    }
    const { names, types, rows } = await combine(['/days/*']);
    assert.deepEqual(
      [names, types],
      [
        ['Timestamp', 'n', 's'],
        ['BIGINT', 'DOUBLE', 'VARCHAR'],
      ],
    );
    const expected = Array.from({ length: 41 }, (_, at) => {
      const days = [at, at - 1].filter((day) => day >= 0 && day < 40);
      const [number] = days.filter((day) => day % 5 !== 0).map((day) => (day % 2 === 0 ? day : day + 0.5));
      const [text] = days.filter((day) => day % 4 === 0).map((day) => `x${day}`);
      return [BigInt(at * 1000), number ?? null, text ?? null];
    });
    assert.deepEqual(rows, expected);
  });

  await t.test('keeps whole numbers and decimals as they are beside numbers of other types', async () => {
    await write('/exact/1', `SELECT 1::BIGINT AS "Timestamp", 16777217::BIGINT AS a, 1::BIGINT AS b`);
    await write('/exact/2', `SELECT 2::BIGINT AS "Timestamp", 0.5::FLOAT AS a, '0.0000001'::DECIMAL(38, 37) AS b`);
    await write('/exact/3', `SELECT 3::BIGINT AS "Timestamp", 12345678901::BIGINT AS a, 12345678901::BIGINT AS b`);
    await write('/exact/4', valuesOf(['Timestamp', 'a', 'b'], [4, '0.5::DOUBLE', '2.5::DOUBLE']));
    const { types, rows } = await combine(['/exact/*']);
    assert.deepEqual(types.slice(1), ['DOUBLE', 'DOUBLE']);
    assert.deepEqual(
      rows.map(([, ...values]) => values),
      [
        [16_777_217, 1],
        [0.5, 1e-7],
        [12_345_678_901, 12_345_678_901],
        [0.5, 2.5],
      ],
    );
  });

  await t.test('is refused for a whole number that is not exact in the DOUBLE of another file', async () => {
    await write('/long/1', `SELECT 1::BIGINT AS "Timestamp", 9007199254740993::BIGINT AS a`);
    await write('/long/2', `SELECT 2::BIGINT AS "Timestamp", 0.5::DOUBLE AS a`);
    await assert.rejects(
      combine(['/long/*']),
      /9007199254740993 in column "a" of \/long\/1, of type BIGINT, is not exact in DOUBLE/,
    );
  });

  await t.test(
    'has DOUBLE where the type that DuckDB unites numbers to would lose digits, or has no room',
    async () => {
      const cases = [
        ['16777217::BIGINT', '0.5::FLOAT', 'DOUBLE'],
        ['389.466::DECIMAL(9, 3)', '0.5::FLOAT', 'DOUBLE'],
        ['0.5::DECIMAL(38, 37)', '12345678901::BIGINT', 'DOUBLE'],
        ['0.5::DECIMAL(38, 10)', '7::DECIMAL(38, 0)', 'DOUBLE'],
        ['0.25::DECIMAL(9, 3)', '12345678901::BIGINT', 'DECIMAL(22,3)'],
        ['0.25::FLOAT', '0.5::FLOAT', 'FLOAT'],
      ];
      for (const [i, [one, other, type]] of cases.entries()) {
        await write(`/union/${i}/1`, `SELECT 1::BIGINT AS "Timestamp", ${one} AS a`);
        await write(`/union/${i}/2`, `SELECT 2::BIGINT AS "Timestamp", ${other} AS a`);
        const { types, files } = await combine([`/union/${i}/*`]);
        const values = await rows(`SELECT a::VARCHAR FROM read_parquet('${files[0]!.hostPath}')`);
        assert.deepEqual(types, ['BIGINT', type], `${one}, ${other}`);
        assert.deepEqual(
          values.map(([value]) => Number(value)),
          [one, other].map((sql) => Number.parseFloat(sql!)),
        );
      }
    },
  );
});

/** A series of one row each minute, of which the one at `odd` has text where the others have numbers. */
async function smallSeries({ parquet }: Reducing, count: number, odd: number): Promise<readonly Match[]> {
  const matches: Match[] = [];
  for (let at = 0; at < count; at++) {
    const file = await parquet(`SELECT ${at * 60} AS "Timestamp", ${at === odd ? "'x'" : `${at} / 2`} AS a`);
    const { key, sizeBytes } = file;
    const [name, files] = [`s${at}`, () => Promise.resolve([file])];
    matches.push({ path: `/${name}`, name, captures: [], type: 'series', key, sizeBytes, modifiedUs: 1, files });
  }
  return matches;
}

test('small series of the same columns are one input, and one that differs is named', async (t) => {
  const reducing = await startReducing();
  t.after(() => reducing.close());
  const { materializer, made } = reducing;
  const collect = (matches: readonly Match[]) =>
    collectSegments({ title: 's', rules: [{}] }, [matches], materializer, {});
  const all = await smallSeries(reducing, 40, -1);
  const found = await collect(all);
  assert.ok(found.length <= 4 && made.count <= 4, `${found.length} segments, ${made.count} files`);
  assert.equal(
    found.reduce((sum, { facts }) => sum + facts.rowCount, 0),
    40,
  );
  assert.deepEqual(
    found.flatMap(({ paths }) => paths),
    all.map(({ path }) => path),
  );
  const mixed = await collect(await smallSeries(reducing, 12, 5));
  const odd = mixed.filter(({ facts }) => facts.columns.some(({ type }) => type === 'VARCHAR'));
  assert.deepEqual(
    odd.map(({ paths, pathOf }) => [paths, pathOf('a')]),
    [[['/s5'], '/s5']],
  );
  assert.ok(mixed.length < 12, `${mixed.length} segments`);
});
