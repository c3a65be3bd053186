/**
 * Derived series after random changes of their inputs, formats and documents, now and at earlier versions, are those that a
 * copy of the pond without any cache computes.
 */
import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { connectLocal } from '../../server/src/main.ts';
import { type PondHost } from '../support/commandHost.ts';
import { temporaryFolder } from '../support/folder.ts';
import { newPipelineHost, type PipelineHost } from '../support/pipelineHost.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { oneOf } from '../support/randomTables.ts';
import { newUserCache } from '../support/userCache.ts';

type Random = (count: number) => number;

const rounds = 3;

/** All derived files. */
const derived = ['/Derive/d/all/*', '/Combine/c/*/combine', '/Reduce/r/*/*/*', '/Query/q/total/result'];

/** Documents, each of which reads what the one before derives, in one of several forms. */
function documents(random: Random): readonly string[] {
  const text = (kind: string, name: string, spec: object): string =>
    `apiVersion: duckpond/v1\nkind: ${kind}\nname: ${name}\ndesc: t\nspec: ${JSON.stringify(spec)}\n`;
  const query = oneOf(random, ["SELECT * FROM read_csv('$1')", "SELECT * FROM read_csv('$1') WHERE v IS NOT NULL"]);
  const begin = oneOf(random, [{}, {}, { begin: '2026-03-28T15:00:00Z' }]);
  const names = oneOf(random, [{}, {}, { rename: { v: 'level' } }]);
  const cast = oneOf(random, [{}, {}, { cast: { w: 'DOUBLE' } }]);
  const columns = oneOf(random, [{}, {}, { columns: ['v', 'w'] }]);
  const series = [
    { pattern: '/Derive/d/all/*', ...begin },
    { pattern: '/s/*', ...names, ...cast },
  ];
  const wide = '/Combine/c/*/combine';
  const datasets = [{ in_pattern: wide, out_pattern: '$0', statistics: ['count', 'sum', 'min', 'first'] }];
  const counts = 'SELECT count(*) AS n, min("Timestamp") AS first FROM i';
  return [
    text('Derive', 'd', { collections: [{ name: 'all', pattern: '/in/*.csv', query }] }),
    text('Combine', 'c', { scopes: [{ name: 'site', series, ...columns }] }),
    text('Reduce', 'r', { collections: [{ name: 'out', resolutions: ['1h', '1d'], datasets }] }),
    text('Query', 'q', { queries: [{ name: 'total', inputs: [{ name: 'i', pattern: wide }], query: counts }] }),
  ];
}

/** A CSV file: local times over a night in which clocks are changed, and columns whose names and types differ by file. */
function csvOf(random: Random): string {
  const names = oneOf(random, [['v'], ['v', 'w'], ['w', 'v'], ['v', 'x'], ['level', 'w']]);
  const valueOf = oneOf(random, [
    () => String(random(100)),
    () => (random(1000) / 8).toFixed(3),
    () => (random(6) === 0 ? '' : String(random(50))),
    () => String(9_000_000_000_000_000 + random(1000)),
  ]);
  const start = Date.UTC(2026, 2, 28, random(20));
  const stepMs = oneOf(random, [10, 30, 60, 240]) * 60_000;
  const lines = Array.from({ length: 1 + random(30) }, (_, index) => {
    const time = new Date(start + index * stepMs).toISOString().slice(0, 16).replace('T', ' ');
    return [time, ...names.map(valueOf)].join(',');
  });
  return `${[['Timestamp', ...names].join(','), ...lines].join('\n')}\n`;
}

/** Changes of a pond by name; some fail, as for a file that is not there. */
const changes: Readonly<Record<string, (host: PipelineHost, random: Random) => Promise<unknown>>> = {
  write: (host, random) => host.run('write', { ...fileOf(random), content: Buffer.from(csvOf(random)) }),
  append: (host, random) => {
    const rows = join(host.folder, 'rows.csv');
    writeFileSync(rows, csvOf(random));
    return host.run('append', { sources: [rows], path: oneOf(random, ['/s/a', '/s/b']) });
  },
  remove: (host, random) =>
    host.run('remove', { paths: [oneOf(random, [fileOf(random).path, '/s/a', '/s/b'])], recursive: false }),
  rename: (host, random) =>
    host.run('rename', { from: fileOf(random).path, to: fileOf(random).path, overwrite: random(2) === 0 }),
  zone: (host, random) =>
    host.run('setFormat', {
      path: oneOf(random, ['/in', '/']),
      options: { zone: oneOf(random, ['Europe/Berlin', '+02:00']) },
    }),
  apply: (host, random) =>
    host.run('apply', { sources: documents(random).map((text) => ({ text, origin: 'f' })), directory: host.folder }),
  commit: (host) => host.run('commit', { message: 'changes' }),
  undo: (host) => host.run('undo', {}),
  discard: (host) => host.run('discard', {}),
};

const fileOf = (random: Random): { readonly path: string; readonly create: true; readonly overwrite: true } => ({
  path: `/in/f${random(4)}.csv`,
  create: true,
  overwrite: true,
});

/** Changes that are made most. */
const usual = ['write', 'append'];

/** Makes one of the changes, and returns its name. */
async function change(host: PipelineHost, random: Random, names: readonly string[]): Promise<string> {
  const name = oneOf(random, names);
  await changes[name]!(host, random).catch((error: unknown) => {
    if (!isPondError(error)) throw error;
  });
  return name;
}

/** The rows of each derived file as text, or the error in their place. */
async function rowsOf(run: PondHost['run'], at: string | undefined): Promise<Readonly<Record<string, string>>> {
  const version = at === undefined ? {} : { at };
  const found: Record<string, string> = {};
  for (const pattern of derived) {
    const files = await run('list', { path: pattern, ...version }).catch((error: unknown) => String(error));
    if (typeof files === 'string') found[pattern] = files;
    for (const { path } of typeof files === 'string' ? [] : files) {
      const sql = `SELECT * FROM "${path}" ORDER BY ALL`;
      const read = run('queryToText', { sql, format: 'csv', ...version });
      found[path] = await read.then(({ text }) => text, String);
    }
  }
  return found;
}

/** The same of a copy of the pond, with an empty cache. */
async function rowsFromNothing(t: TestContext, host: PipelineHost, at: string | undefined): ReturnType<typeof rowsOf> {
  const before = process.env['POND_CACHE_DIR'];
  newUserCache(t);
  const pond = join(temporaryFolder(t), 'pond');
  cpSync(host.pond, pond, { recursive: true });
  const copy = connectLocal();
  try {
    return await rowsOf((name, params, options) => copy.call(name, { pond, ...params }, options), at);
  } finally {
    await copy.close();
    process.env['POND_CACHE_DIR'] = before;
  }
}

let tableCount = 0;

for (const seed of seeds(1)) {
  test(`derived series equal those computed from nothing (seed ${seed})`, async (t) => {
    newUserCache(t);
    const host = await newPipelineHost(t);
    const random = randomOf(seed);
    for (const path of ['/in', '/s']) await host.run('makeDirectory', { path });
    await host.run('commit', { message: 'directories' });
    await host.apply(...documents(random));
    const done: string[] = [];
    const more = async (count: number, names: readonly string[]): Promise<void> => {
      for (let left = count; left > 0; left -= 1) done.push(await change(host, random, names));
    };
    await more(4, usual);
    for (let round = 0; round < rounds; round += 1) {
      await more(3 + random(5), [...usual, ...usual, ...Object.keys(changes)]);
      const at = oneOf(random, [undefined, undefined, 'HEAD', 'HEAD~1']);
      const rows = await rowsOf(host.run, at);
      assert.deepEqual(rows, await rowsFromNothing(t, host, at), `seed ${seed}: ${done.join(', ')}, at ${at}`);
      tableCount += Object.values(rows).filter((text) => text.includes('\n2026-')).length;
    }
  });
}

test('the random ponds have derived rows', () => assert.ok(tableCount > 0));
