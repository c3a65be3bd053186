/**
 * Two edits of one table, merged by their rows, against a model; lines of a CSV file that are not changed stay as they
 * are.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type RowMergeInfo } from '../../server/src/protocol/commands.ts';
import { newPondHost, type PondHost } from '../support/commandHost.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

interface Edits {
  readonly base: Uint8Array;
  readonly ours: Uint8Array;
  readonly theirs: Uint8Array;
}

const text = (content: Uint8Array | { readonly base64: string }): string =>
  (content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(content.base64, 'base64')).toString();
const textEdits = (base: string, ours: string, theirs: string): Edits => ({
  ...{ base: Buffer.from(base), ours: Buffer.from(ours), theirs: Buffer.from(theirs) },
});

/** A pond in whose Inbox each file was edited by a person, and then brought in again by a run: each is in conflict. */
async function inConflict(t: TestContext, files: Readonly<Record<string, Edits>>, format = '{}'): Promise<PondHost> {
  const host = await newPondHost(t);
  const source = join(host.folder, 'in');
  mkdirSync(source);
  const spec = `spec:\n  pattern: ${source}/*\n  format: ${format}\n`;
  const document = `apiVersion: duckpond/v1\nkind: Inbox\nname: box\ndesc: Files\n${spec}`;
  await host.run('apply', { sources: [{ text: document, origin: 'inbox.yaml' }], directory: host.folder });
  await host.run('commit', { message: 'inbox' });
  for (const [name, { base }] of Object.entries(files)) writeFileSync(join(source, name), base);
  await host.run('run', {});
  for (const [name, { ours, theirs }] of Object.entries(files)) {
    await host.run('write', { path: `/Inbox/box/${name}`, content: ours, create: false, overwrite: true });
    writeFileSync(join(source, name), theirs);
  }
  await host.run('run', {});
  assert.equal((await host.run('status', {})).conflicts.length, Object.keys(files).length);
  return host;
}

type Row = readonly [id: string, level: string, note: string];
const line = ([id, level, note]: Row): string => `${id},${level},"${note}"\n`;
const csv = (rows: readonly Row[]): string => `id,level,note\n${rows.map(line).join('')}`;

/** The merged lines, found one by one; `take` decides about rows that both sides changed. */
function merged(base: readonly Row[], ours: readonly Row[], theirs: readonly Row[], take: 'ours' | 'theirs') {
  const [was, own, other] = [base, ours, theirs].map((rows) => new Map(rows.map((row) => [row[0], row])));
  const same = (one: Row | undefined, two: Row | undefined): boolean => one?.join('|') === two?.join('|');
  let conflicts = 0;
  const result = (id: string): Row | undefined => {
    const [b, o, t] = [was!.get(id), own!.get(id), other!.get(id)];
    if (same(b, t) || same(o, t)) return o;
    if (same(b, o)) return t;
    conflicts += 1;
    return take === 'ours' ? o : t;
  };
  const lines: string[] = [];
  const added = new Map<number, string[]>();
  let anchor = 0;
  for (const [id] of theirs) {
    const at = ours.findIndex((row) => row[0] === id) + 1;
    anchor = Math.max(anchor, at);
    const row = at === 0 ? result(id) : undefined;
    if (row !== undefined) added.set(anchor, [...(added.get(anchor) ?? []), line(row)]);
  }
  lines.push(...(added.get(0) ?? []));
  ours.forEach(([id], index) => {
    const row = result(id);
    if (row !== undefined) lines.push(line(row));
    lines.push(...(added.get(index + 1) ?? []));
  });
  // Rows of the base that only theirs changed, and ours removed, or the other way round, were counted above or are gone.
  for (const [id] of base) if (!own!.has(id) && !other!.has(id)) result(id);
  return { text: `id,level,note\n${lines.join('')}`, conflicts };
}

test('lines that are not rows, above a header and below it, stay as they are', async (t) => {
  const logger = (first: string, second: string): string =>
    `"TOA5","SITE_A"\nid,level\nn,m\n,Avg\n1,${first}\n2,${second}\n`;
  const edits = textEdits(logger('2.5', '3.50'), logger('2.5', '4.50'), logger('2.75', '3.50'));
  const host = await inConflict(t, { 'toa5.csv': edits }, '{ skip: 1, units: true, below: 1 }');
  const path = '/Inbox/box/toa5.csv';
  assert.equal((await host.run('mergeRows', { path, key: ['id'], limit: 0 })).merged, true);
  assert.equal(text(await host.run('read', { path })), logger('2.75', '4.50'));
});

test('rows that one side changed are merged, in the order and with the lines of the staged file', async (t) => {
  const cases = seeds(2).map((seed) => {
    const random = randomOf(seed);
    const row = (id: number): Row => [String(id), `${random(9)}.${random(9)}0`, ['', 'a, b', 'ice'][random(3)]!];
    const base = Array.from({ length: 14 }, (_, id) => row(id));
    const edit = (from: number): readonly Row[] =>
      [...base.filter(() => random(7) > 0), ...Array.from({ length: random(3) }, (_, at) => row(from + at))]
        .map((one): Row => (random(4) === 0 ? row(Number(one[0])) : one))
        .sort(() => random(9) - 8);
    return { seed, base, ours: edit(20), theirs: edit(21), take: random(2) === 0 ? 'ours' : 'theirs' } as const;
  });
  const files = cases.map(({ seed, base, ours, theirs }): [string, Edits] => [
    `s${seed}.csv`,
    textEdits(csv(base), csv(ours), csv(theirs)),
  ]);
  const [one] = cases;
  assert.ok(one);
  // A process that was killed when it had staged the merged table leaves it in conflict.
  const staged = merged(one.base, one.ours, one.theirs, one.take).text;
  const killed = textEdits(csv(one.base), staged, csv(one.theirs));
  const host = await inConflict(t, { ...Object.fromEntries(files), 'killed.csv': killed });
  const again = { path: '/Inbox/box/killed.csv', key: ['id'], take: one.take, limit: 0 };
  assert.equal((await host.run('mergeRows', again)).merged, true);
  assert.equal(text(await host.run('read', { path: again.path })), staged);
  for (const { seed, base, ours, theirs, take } of cases) {
    const path = `/Inbox/box/s${seed}.csv`;
    const expected = merged(base, ours, theirs, take);
    const first = await host.run('mergeRows', { path, key: ['id'], limit: 100 });
    assert.deepEqual([first.merged, first.conflicts], [expected.conflicts === 0, expected.conflicts], `seed ${seed}`);
    assert.equal(first.rows.length, expected.conflicts);
    if (!first.merged) {
      assert.equal(text(await host.run('read', { path })), csv(ours), 'nothing is staged with a row for neither');
      assert.equal((await host.run('mergeRows', { path, key: ['id'], take, limit: 0 })).merged, true);
    }
    assert.equal(text(await host.run('read', { path })), expected.text, `seed ${seed}`);
  }
  assert.deepEqual((await host.run('status', {})).conflicts, []);
  await host.run('commit', { message: 'merged' });
});

const base = 'time;level;note\r\n2026-02-01;1,5;"a"\r\n2026-02-02;2,50;\r\n2026-02-03;3,5;x';
const ours = 'time;level;note\r\n2026-02-01;9,5;"a"\r\n2026-02-02;2,50;"b; c"\r\n2026-02-03;3,5;x';
const theirs = 'time;level;note\n2026-02-01;8,5;"t"\n2026-02-02;2,75;d\n2026-02-03;3,5;x\n2026-02-04;4,5;new\n';

test('a row that both sides changed is taken from either, or cell by cell, as it is written there', async (t) => {
  const host = await inConflict(t, {
    'a.csv': textEdits(base, ours, theirs),
    'other.csv': textEdits('id,v\n1,1\n', 'id,w\n1,2\n', 'id,v\n1,3\n'),
    'same.csv': textEdits('v\n1\n1\n', 'v\n1\n2\n2\n', 'v\n3\n3\n'),
  });
  const path = '/Inbox/box/a.csv';
  const open: RowMergeInfo = await host.run('mergeRows', { path, limit: 1 });
  assert.deepEqual([open.key, open.merged, open.conflicts], [['time'], false, 2]);
  const [row] = open.rows;
  assert.deepEqual([row?.base?.[1], row?.ours?.[1], row?.theirs?.[1]], ['1.5', '9.5', '8.5']);
  const [first, second] = (await host.run('mergeRows', { path, limit: 9 })).rows;
  assert.ok(first && second);
  const choices = [
    { key: first.key, take: 'theirs', columns: ['note'] } as const,
    { key: second.key, take: 'ours' } as const,
  ];
  const misspelled = [{ key: first.key, take: 'theirs', columns: ['notes'] } as const];
  await assert.rejects(host.run('mergeRows', { path, choices: misspelled, limit: 9 }), /it has no column notes/);
  const done = await host.run('mergeRows', { path, choices, limit: 9 });
  assert.deepEqual([done.merged, done.added, done.removed, done.changed, done.conflicts], [true, 1, 0, 1, 0]);
  assert.equal(
    text(await host.run('read', { path })),
    'time;level;note\r\n2026-02-01;9,5;"t"\r\n2026-02-02;2,50;"b; c"\r\n2026-02-03;3,5;x\r\n2026-02-04;4,5;new\r\n',
  );
  await assert.rejects(host.run('mergeRows', { path, limit: 9 }), { code: 'nothing-staged' });
  for (const [name, why] of [
    ['other.csv', /not all of its versions have the column/],
    ['same.csv', /no column identifies a row/],
  ] as const)
    await assert.rejects(
      host.run('mergeRows', { path: `/Inbox/box/${name}`, limit: 9 }),
      (error: unknown) => isPondError(error, 'invalid-content') && why.test(error.message),
    );
});

test('a Parquet file is merged with its types and the order of its columns', async (t) => {
  const maker = await newPondHost(t);
  const parquet = async (values: string): Promise<Uint8Array> => {
    const file = join(maker.folder, 'made.parquet');
    const types = 'id::SMALLINT AS id, time::TIMESTAMP AS time, level::FLOAT AS level';
    await maker.run('queryToFile', {
      sql: `SELECT ${types} FROM (VALUES ${values}) AS t(id, time, level)`,
      format: 'parquet',
      file,
    });
    return readFileSync(file);
  };
  const day = (hour: number): string => `'2026-02-01 0${hour}:00:00'`;
  const host = await inConflict(t, {
    'a.parquet': {
      base: await parquet(`(1, ${day(1)}, 1.5), (2, ${day(2)}, NULL), (3, ${day(3)}, 3)`),
      ours: await parquet(`(3, ${day(3)}, 3), (1, ${day(1)}, 9.5), (2, ${day(2)}, NULL)`),
      theirs: await parquet(`(1, ${day(1)}, 1.5), (2, ${day(2)}, 2.5), (4, ${day(4)}, 4)`),
    },
  });
  const path = '/Inbox/box/a.parquet';
  assert.equal((await host.run('mergeRows', { path, key: ['id'], limit: 9 })).merged, true);
  const table = await host.run('openTable', { table: { path } });
  assert.deepEqual(
    table.columns.map(({ type }) => type),
    ['SMALLINT', 'TIMESTAMP', 'FLOAT'],
  );
  const view = { sort: [], filters: [] };
  const { columns } = await host.run('tableRows', { source: table.source, view, start: 0, count: 9 });
  assert.deepEqual(columns[0], ['1', '2', '4']);
  assert.deepEqual(columns[2], ['9.5', '2.5', '4.0']);
});
