/** The rows that differ between two tables are those that a comparison row by row finds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPondHost, type PondHost, textFile } from '../support/commandHost.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

type Row = Readonly<Record<'time' | 'station' | 'level' | 'note', string>>;

const names = ['time', 'station', 'level', 'note'] as const;
const csv = (rows: readonly Row[]): string =>
  [names.join(','), ...rows.map((row) => names.map((name) => row[name]).join(','))].join('\n') + '\n';
const isEqual = (a: Row, b: Row): boolean => names.every((name) => a[name] === b[name]);

/** Commits one table, and stages another one at the same path. */
async function compared(host: PondHost, before: string, after: string): Promise<void> {
  await host.run('write', textFile('/t.csv', before));
  await host.run('commit', { message: 'before' });
  await host.run('write', textFile('/t.csv', after));
}

for (const seed of seeds(4)) {
  test(`rows that were added, removed and changed are found by their key: seed ${seed}`, async (t) => {
    const random = randomOf(seed);
    const value = (): string => (random(5) === 0 ? '' : `${random(4)}.5`);
    const rowAt = (hour: number, station: string): Row => ({
      time: `2026-02-01 ${String(hour).padStart(2, '0')}:00:00`,
      ...{ station, level: value(), note: ['', 'ice', 'wind'][random(3)]! },
    });
    const stations = random(2) === 0 ? ['a'] : ['a', 'b'];
    const before = Array.from({ length: 20 }, (_, hour) => stations.map((station) => rowAt(hour, station))).flat();
    const kept = before.filter(() => random(6) > 0);
    const after = [
      ...kept.map((row) => (random(3) === 0 ? { ...row, level: value(), note: 'edited' } : row)),
      ...stations.slice(0, random(3)).map((station) => rowAt(23, station)),
    ].sort(() => random(3) - 1);
    const host = await newPondHost(t);
    await compared(
      host,
      csv([...before, rowAt(22, 'z')]),
      csv(
        [...after, rowAt(22, 'z')].map((row, index, all) =>
          index === all.length - 1 ? { ...row, level: '9.5', note: '' } : row,
        ),
      ),
    );
    const keyOf = ({ time, station }: Row): string => `${time} ${station}`;
    const old = new Map(before.map((row) => [keyOf(row), row]));
    const now = new Map(after.map((row) => [keyOf(row), row]));
    const changed = after.filter((row) => old.has(keyOf(row)) && !isEqual(row, old.get(keyOf(row))!));
    const found = await host.run('diffRows', { path: '/t.csv', key: ['time', 'station'], limit: 1000 });
    assert.equal(found.removed, before.filter((row) => !now.has(keyOf(row))).length);
    assert.equal(found.added, after.filter((row) => !old.has(keyOf(row))).length);
    // The row at 22:00 has another level, if not the same by chance.
    const rest = found.rows.filter(({ kind, after: row }) => kind === 'changed' && row?.[1] !== 'z');
    assert.deepEqual(
      rest.map(({ after: row }) => `${row?.[0]} ${row?.[1]}`),
      changed.map(keyOf).sort(),
    );
    for (const { before: one, after: other } of rest) {
      const key = `${other?.[0]} ${other?.[1]}`;
      const differing = (row: readonly (string | null)[] | null, of: Row): void =>
        assert.deepEqual(
          row?.slice(2).map((text) => (text === null ? '' : text)),
          [of.level, of.note],
        );
      differing(one ?? null, old.get(key)!);
      differing(other ?? null, now.get(key)!);
    }
    assert.deepEqual(
      found.changedValues.find(({ column }) => column === 'time'),
      undefined,
    );
  });
}

test('a key is found: the time, another column, or both; without one, whole rows are compared', async (t) => {
  const host = await newPondHost(t);
  const keyOf = async (before: string, after: string): Promise<readonly string[]> => {
    await compared(host, before, after);
    return (await host.run('diffRows', { path: '/t.csv', limit: 0 })).key;
  };
  assert.deepEqual(await keyOf('id,time\n1,2026-02-01\n', 'id,time\n1,2026-02-02\n'), ['time']);
  assert.deepEqual(await keyOf('id,level\n1,0.5\n2,0.5\n', 'id,level\n1,0.5\n'), ['id']);
  const both = 'time,site\n2026-02-01,a\n2026-02-01,b\n2026-02-02,a\n2026-02-02,b\n';
  assert.deepEqual(await keyOf(both, `${both}2026-02-03,a\n`), ['time', 'site']);
  await compared(host, 'a,b\n1,x\n1,x\n2,y\n', 'a,b\n1,x\n2,y\n2,y\n3,z\n');
  const { key, ...found } = await host.run('diffRows', { path: '/t.csv', limit: 10 });
  assert.deepEqual([key, found.added, found.removed, found.changed], [[], 2, 1, 0]);
  assert.deepEqual(
    found.rows.map(({ kind, before, after }) => [kind, ...(before ?? after ?? [])]),
    [
      ['removed', '1', 'x'],
      ['added', '2', 'y'],
      ['added', '3', 'z'],
    ],
  );
});

test('columns that came and went, and other types, are listed; numbers of two types are compared as numbers', async (t) => {
  const host = await newPondHost(t);
  await compared(host, 'id,level,old,code\n1,1,x,7\n2,2,y,8\n', 'id,level,code,new\n1,1.0,7,x\n2,2.5,A8,y\n');
  const found = await host.run('diffRows', { path: '/t.csv', limit: 10 });
  assert.deepEqual(found.addedColumns, [{ name: 'new', type: 'VARCHAR' }]);
  assert.deepEqual(found.removedColumns, [{ name: 'old', type: 'VARCHAR' }]);
  assert.deepEqual(found.changedTypes, [
    { column: 'level', before: 'BIGINT', after: 'DOUBLE' },
    { column: 'code', before: 'BIGINT', after: 'VARCHAR' },
  ]);
  assert.deepEqual(found.changedValues, [
    { column: 'level', count: 1 },
    { column: 'code', count: 1 },
  ]);
  assert.equal(found.changed, 1);
});

test('NULL is a value, of a key too, and a row of NULLs is a row', async (t) => {
  const host = await newPondHost(t);
  await compared(host, 'id,level\n1,\n,2.5\n', 'id,level\n1,1.5\n,\n');
  const found = await host.run('diffRows', { path: '/t.csv', key: ['ID'], limit: 10 });
  assert.deepEqual([found.added, found.removed, found.changed, found.key], [0, 0, 2, ['id']]);
});

test('two tables are compared, and a key that rows share, or a column that is not there, is an error', async (t) => {
  const host = await newPondHost(t);
  await host.run('write', textFile('/a.csv', 'id,v\n1,1\n1,2\n'));
  await host.run('commit', { message: 'a' });
  await host.run('write', textFile('/b.csv', 'id,v\n1,1\n'));
  const both = { path: '/a.csv', other: '/b.csv', limit: 10 };
  const { removed, added } = await host.run('diffRows', both);
  assert.deepEqual([removed, added], [1, 0]);
  await assert.rejects(host.run('diffRows', { ...both, key: ['id'] }), {
    code: 'invalid-content',
    message: 'id is not a key of /a.csv: 1 row repeats that of another',
  });
  await assert.rejects(host.run('diffRows', { ...both, key: ['x'] }), {
    code: 'invalid-content',
    message: /it has id, v/,
  });
  await assert.rejects(host.run('diffRows', { path: '/b.csv', limit: 1 }), { code: 'not-found' });
  await host.run('write', textFile('/c.csv', 'other\n1\n'));
  await assert.rejects(host.run('diffRows', { ...both, other: '/c.csv' }), {
    code: 'invalid-content',
    message: /no column in common/,
  });
});
