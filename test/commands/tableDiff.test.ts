/** The table of the differences of two tables has the rows that a comparison row by row finds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type ComparedTable, type TableDiffInfo } from '../../server/src/protocol/commands.ts';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

type Row = Readonly<Record<string, string>>;
interface Shown {
  readonly change: string | null;
  readonly values: readonly (string | null)[];
  /** Values before, by the index of their column, where they changed. */
  readonly old: Readonly<Record<number, string | null>>;
}

const whole = { sort: [], filters: [] };

function csv(names: readonly string[], rows: readonly Row[]): string {
  return [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))]
    .map((line) => `${line.join(',')}\n`)
    .join('');
}

/** All rows of a table of differences. */
async function shownRows(host: PondHost, info: TableDiffInfo): Promise<readonly Shown[]> {
  const { source, diffColumns, changeColumn, cellsColumn } = info;
  const old = diffColumns.map((column) => column.old ?? changeColumn);
  const columns = [changeColumn, cellsColumn, ...diffColumns.map(({ name }) => name), ...old];
  const { rowCount } = await host.run('tableCount', { source, view: whole });
  const window = await host.run('tableRows', { source, view: whole, start: 0, count: 10_000, columns });
  return Array.from({ length: rowCount }, (_, row) => {
    const at = (column: number): string | null => window.columns[column]?.[row] ?? null;
    const changed = (at(1) ?? '').split(',').filter((text) => text !== '');
    return {
      change: at(0),
      values: diffColumns.map((_column, index) => at(2 + index)),
      old: Object.fromEntries(changed.map((text) => [text, at(2 + diffColumns.length + Number(text))])),
    };
  });
}

/** The differences of rows by their key, found one by one; empty texts are NULL. */
function differencesOf(before: readonly Row[], after: readonly Row[], columns: readonly string[]): readonly Shown[] {
  const keyOf = ({ time, station }: Row): string => `${time} ${station}`;
  const [old, now] = [before, after].map((rows) => new Map(rows.map((row) => [keyOf(row), row])));
  const valueOf = (row: Row | undefined, name: string): string | null => {
    const value = row?.[name] ?? '';
    return value === '' ? null : value;
  };
  return [...new Set([...old!.keys(), ...now!.keys()])].sort().map((key) => {
    const [was, is] = [old!.get(key), now!.get(key)];
    const shared = columns.flatMap((name, index) => (name === 'gone' || name === 'came' ? [] : [{ name, index }]));
    const changed = shared.filter(({ name }) => was && is && valueOf(was, name) !== valueOf(is, name));
    const change = was === undefined ? 'added' : is === undefined ? 'removed' : changed.length > 0 ? 'changed' : null;
    const values = columns.map((name) => valueOf(name === 'gone' ? was : name === 'came' ? is : (is ?? was), name));
    return { change, values, old: Object.fromEntries(changed.map(({ name, index }) => [index, valueOf(was, name)])) };
  });
}

for (const seed of seeds(2)) {
  test(`differences of files, versions and queries are those of a comparison row by row: seed ${seed}`, async (t) => {
    const random = randomOf(seed);
    const rowAt = (hour: number, station: string): Row => ({
      time: `2026-02-01 ${String(hour).padStart(2, '0')}:00:00`,
      station,
      level: random(4) === 0 ? '' : `${random(4)}.5`,
      gone: 'x',
      came: random(2) === 0 ? '' : 'y',
      change: ['', 'ice', 'wind'][random(3)]!,
    });
    const all = Array.from({ length: 24 }, (_, hour) => ['a', 'b'].map((station) => rowAt(hour, station))).flat();
    const edited = (row: Row): Row => (random(4) === 0 ? { ...row, level: `${random(9)}.5`, change: 'edited' } : row);
    const before = all.filter(() => random(6) > 0);
    const after = all
      .filter(() => random(6) > 0)
      .map(edited)
      .sort(() => random(3) - 1);
    const host = await newPondHost(t);
    await host.run('write', textFile('/t.csv', csv(['time', 'station', 'gone', 'level', 'change'], before)));
    await host.run('commit', { message: 'before' });
    await host.run('write', textFile('/t.csv', csv(['time', 'station', 'level', 'came', 'change'], after)));
    const { source } = await host.run('openTable', { table: { sql: 'FROM "/t.csv@HEAD"' } });
    await host.run('saveTable', { source, view: whole, format: 'parquet', path: '/t.parquet', overwrite: false });
    const columns = ['time', 'station', 'gone', 'level', 'came', 'change'];
    const expected = differencesOf(before, after, columns);
    const sides: readonly ComparedTable[] = [
      { path: '/t.csv', at: 'HEAD' },
      { path: '/t.parquet' },
      { sql: 'SELECT * FROM "/t.csv@HEAD" ORDER BY level; -- of the latest commit' },
    ];
    for (const side of sides) {
      const tables = { before: side, after: { path: '/t.csv' }, key: ['TIME', 'Station'] };
      const changes = await host.run('openTableDiff', tables);
      assert.deepEqual(
        changes.diffColumns.map(({ name, before: was, after: is }) => [
          name,
          was === null ? '+' : is === null ? '-' : '',
        ]),
        columns.map((name) => [name, name === 'gone' ? '-' : name === 'came' ? '+' : '']),
      );
      assert.deepEqual(
        await shownRows(host, changes),
        expected.filter(({ change }) => change !== null),
      );
      const all = await host.run('openTableDiff', { ...tables, all: true });
      assert.deepEqual(await shownRows(host, all), expected);
      assert.deepEqual(all.counts, changes.counts);
      assert.deepEqual(
        all.diffColumns.map(({ old }) => old !== null),
        all.counts?.values.map((count) => count > 0),
        'equal rows are kept with the values before of columns that have some',
      );
      assert.ok('resultId' in changes.source && changes.counts !== null);
      const { resultId } = changes.source;
      assert.deepEqual(await host.run('diffCounts', { resultId, columns: columns.length }), changes.counts);
      const { added, removed, changed, values } = changes.counts;
      const numberOf = (kind: string): number => expected.filter(({ change }) => change === kind).length;
      assert.deepEqual([added, removed, changed], ['added', 'removed', 'changed'].map(numberOf));
      assert.deepEqual(
        values,
        columns.map((_, index) => expected.filter(({ old }) => index in old).length),
      );
      assert.deepEqual([changes.rowsBefore, changes.rowsAfter], [before.length, after.length]);
      const again = await host.run('openTable', { table: { sql: changes.sql } });
      assert.equal(again.rowCount, changes.rowCount, 'the query has the same rows');
    }
  });
}

test('without a key, rows that one table has more often are added or removed', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', 'a,b\n1,x\n1,x\n2,y\n'));
  await host.run('write', textFile('/b.csv', 'a,b\n1,x\n2,y\n2,y\n3,z\n'));
  const tables = { before: { path: '/a.csv' }, after: { path: '/b.csv' } };
  const changes = await host.run('openTableDiff', tables);
  assert.deepEqual(changes.key, []);
  const shown = (await shownRows(host, changes)).map(({ change, values }) => [change, ...values]);
  assert.deepEqual(shown, [
    ['removed', '1', 'x'],
    ['added', '2', 'y'],
    ['added', '3', 'z'],
  ]);
  assert.equal((await shownRows(host, await host.run('openTableDiff', { ...tables, all: true }))).length, 5);
});

test('a key is refused exactly when rows are not matched one to one', async (t) => {
  const host = await newPondHost(t);
  const refuses = async (before: string, after: string, all: boolean): Promise<boolean> => {
    const side = (values: string): ComparedTable => ({ sql: `SELECT * FROM (VALUES ${values}) AS t(id, v)` });
    const tables = { before: side(before), after: side(after), key: ['id'], all };
    return await host.run('openTableDiff', tables).then(
      () => false,
      (error: unknown) => {
        assert.ok(isPondError(error, 'invalid-content') && /is not a key/.test(error.message));
        return true;
      },
    );
  };
  for (const all of [false, true]) {
    assert.equal(await refuses(`(1, 'x'), (2, 'y')`, `(1, 'z'), (3, 'y')`, all), false);
    assert.equal(await refuses(`(1, 'x'), (1, 'y')`, `(1, 'x'), (1, 'y')`, all), true, 'equal twice');
    assert.equal(await refuses(`(1, 'x'), (1, 'x')`, `(1, 'x')`, all), true, 'one more before');
    assert.equal(await refuses(`(1, 'x'), (1, 'x'), (2, 'y')`, `(1, 'x'), (2, 'y'), (2, 'y')`, all), true, 'as many');
    assert.equal(await refuses(`(1, 'x'), (1, 'x')`, `(1, 'y')`, all), true, 'changed twice');
  }
});

test('a key is found among columns that repeat at once, late, or only as NULL', async (t) => {
  const host = await newPondHost(t);
  const table = (level: number): ComparedTable => ({
    sql: `SELECT 'a' AS same, nullif(range, 7) % 15000 AS late, nullif(nullif(range, 1), 2) AS gaps, range AS id,
      CASE WHEN range = 9 THEN ${level} ELSE 1 END AS level FROM range(20000)`,
  });
  const tables = { before: table(2), after: table(3) };
  for (const all of [false, true]) {
    const { key, counts, rowsBefore, rowsAfter } = await host.run('openTableDiff', { ...tables, all });
    assert.deepEqual([key, rowsBefore, rowsAfter], [['id'], 20_000, 20_000]);
    if (!all) assert.deepEqual(counts, { added: 0, removed: 0, changed: 1, values: [0, 0, 0, 0, 1] });
  }
  const { key, changed } = await host.run('diffRows', { ...tables, limit: 0 });
  assert.deepEqual([key, changed], [['id'], 1]);
});

test('a key that many rows share is ruled out before rows are matched by it', async (t) => {
  const host = await newPondHost(t);
  // 30,000 rows with the key 0 have 900 million pairs, and 200,000 rows with the same key 40 billion.
  const table = (v: number): ComparedTable => ({
    sql: `SELECT greatest(range - 30000, 0) AS late, range AS id, 'a' AS same, ${v} AS v FROM range(200000) ORDER BY id DESC`,
  });
  const tables = { before: table(1), after: table(2) };
  await assert.rejects(host.run('openTableDiff', { ...tables, key: ['same'] }), {
    code: 'invalid-content',
    message: 'same is not a key of the query: 399998 rows repeat that of another',
  });
  const { key, counts } = await host.run('openTableDiff', tables);
  assert.deepEqual([key, counts?.changed], [['id'], 200_000]);
});

test('a key that rows share is refused, and a canceled comparison leaves nothing', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', 'id,v\n1,1\n1,2\n'));
  await host.run('write', textFile('/b.csv', 'id,v\n1,1\n'));
  const tables = { before: { path: '/a.csv' }, after: { path: '/b.csv' } };
  await assert.rejects(host.run('openTableDiff', { ...tables, key: ['id'] }), { code: 'invalid-content' });
  await assert.rejects(host.run('openTableDiff', { ...tables, after: { path: '/c.csv' } }), { code: 'not-found' });
  const canceled = new AbortController();
  const sql = 'SELECT range AS id, range AS v FROM range(40000000)';
  const running = host.run(
    'openTableDiff',
    { before: { sql }, after: { sql }, key: ['id'] },
    { signal: canceled.signal },
  );
  canceled.abort();
  await assert.rejects(running, { code: 'cancelled' });
  assert.equal((await host.run('openTableDiff', tables)).rowCount, 1);
});
