/**
 * A pond that somebody else prepared is damage or a pond, for every verb: no file of the host is read, changed or shown,
 * and nothing ends in a programming error, an exhausted stack or a traversal without end.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, before, after } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type Host } from '../../server/src/commands/calls.ts';
import { connectLocal } from '../../server/src/main.ts';
import { type CommandName, type Params, type Result } from '../../server/src/protocol/commands.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { textFile } from '../support/commandHost.ts';
import { type Forgery, forgeries } from '../support/hostilePond.ts';
import { hydroVuDocument } from '../support/hydroVuPond.ts';
import { deriveDocument, inboxDocument } from '../support/pipelineHost.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import '../support/userCache.ts';

/** What no output may contain. */
const secret = 'the-content-of-a-file-outside';
/** More nodes than any of the ponds has. */
const nodesMax = 50_000;

const { path: folder, remove } = makeTemporaryDirectory('pond-hostile');
const sound = join(folder, 'sound');
const canary = join(folder, 'victim');
const victim = join(canary, 'secret.txt');
/** One process for all ponds, as an editor has. */
const host = connectLocal();

before(async () => {
  mkdirSync(join(canary, 'inner'), { recursive: true });
  for (const name of ['secret.txt', 'inner/data.csv']) writeFileSync(join(canary, name), `n\n${secret}\n`);
  // A later access is then visible, on file systems that keep the times of access.
  for (const name of ['secret.txt', 'inner/data.csv']) utimesSync(join(canary, name), 1, 1_000_000_000);
  const run = <N extends CommandName>(name: N, params: Omit<Params<N>, 'pond'>): Promise<Result<N>> =>
    host.call(name, { pond: sound, ...params });
  await host.call('init', { directory: sound });
  const documents: Readonly<Record<string, string>> = {
    'Inbox/11111111-1111-4111-8111-111111111111': inboxDocument('files', `${canary}/**`),
    'HydroVu/22222222-2222-4222-8222-222222222222': hydroVuDocument('http://localhost:9', [
      { id: '7', name: 'Buoy', scope: 'Buoy' },
    ]),
    'Derive/33333333-3333-4333-8333-333333333333': deriveDocument('series', '/d/*.csv'),
  };
  await run('makeDirectory', { path: '/d/inner', parents: true });
  for (const [home, document] of Object.entries(documents)) {
    await run('makeDirectory', { path: `/${home}`, parents: true });
    await run('write', textFile(`/${home}/resource.yaml`, document));
  }
  await run('write', textFile('/d/a.csv', 'n\n1\n'));
  await run('write', textFile('/large.csv', `n\n${'12345\n'.repeat(20_000)}`));
  await run('link', { path: '/link', target: '/d' });
  await run('commit', { message: 'one' });
  await run('write', textFile('/staged', 'text'));
  await run('rename', { from: '/d/a.csv', to: '/d/b.csv', overwrite: false });
  await run('close', {});
});

after(async () => {
  await host.close();
  remove();
});

/** Files outside of the pond: content and times, those of access too. */
function outside(): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names
    .filter((name) => name.startsWith('victim'))
    .map((name) => {
      const { atimeMs, mtimeMs, size } = statSync(join(folder, name));
      const isFile = statSync(join(folder, name)).isFile();
      return `${name} ${size} ${mtimeMs} ${isFile ? atimeMs : ''}`;
    });
}

type Call = { [N in CommandName]: readonly [N, Omit<Params<N>, 'pond'>] }[CommandName];

const at = { at: '1' };

/** Verbs in an order in which a person may use them; those that need DuckDB are the last. */
const reads: readonly Call[] = [
  ['status', {}],
  ['list', { path: '/', recursive: true }],
  ['list', { path: '/', recursive: true, ...at }],
  ['list', { path: '/**/*.csv' }],
  ['children', { path: '/' }],
  ['stat', { path: '/large.csv' }],
  ['read', { path: '/large.csv' }],
  ['read', { path: '/d/a.csv', ...at }],
  ['log', {}],
  ['log', { path: '/d' }],
  ['show', { commit: '1' }],
  ['diff', {}],
  ['diff', { from: '0', to: '1' }],
  ['check', {}],
  ['resources', {}],
  ['runs', {}],
  ['hostAccess', {}],
];
const writes = (out: string): readonly Call[] => [
  ['export', { paths: ['/'], directory: join(out, 'export'), ...at }],
  ['write', textFile('/new', 'new')],
  ['copy', { from: '/d', to: '/copied', recursive: true, overwrite: false }],
  ['commit', { message: 'two' }],
  ['restore', { paths: ['/d'], at: '1' }],
  ['remove', { paths: ['/d'], recursive: true }],
  ['discard', {}],
];
const queries = (out: string): readonly Call[] => [
  ['queryToText', { sql: `SELECT count(*) FROM "/large.csv"`, format: 'csv' }],
  ['queryToText', { sql: `SELECT count(*) FROM "/**/*.csv"`, format: 'csv' }],
  ['queryToText', { sql: 'SELECT * FROM pond.nodes LIMIT 3', format: 'csv' }],
  ['run', {}],
  ['site', { directory: join(out, 'site') }],
];

/** Calls the verbs, and asserts that each succeeds or fails with a PondError; returns the codes of the errors. */
async function visit(host: Host, pond: string, calls: readonly Call[], what: string): Promise<readonly string[]> {
  const codes: string[] = [];
  for (const [name, params] of calls) {
    let answer = '';
    try {
      const result: unknown = await host.call(name, { pond, ...params });
      if (Array.isArray(result)) assert.ok(result.length < nodesMax, `${what}: ${name} has ${result.length}`);
      answer = result instanceof Uint8Array ? Buffer.from(result).toString() : JSON.stringify(result);
    } catch (error) {
      assert.ok(isPondError(error), `${what}: ${name}: ${error instanceof Error ? error.stack : String(error)}`);
      codes.push(error.code);
      answer = `${error.message} ${error.hint ?? ''}`;
    }
    assert.ok(!answer.includes(secret), `${what}: ${name} tells a file outside`);
  }
  return codes;
}

describe('a forged pond is damage or a pond', () => {
  for (const [index, [name, forge]] of Object.entries(forgeries).entries()) {
    it(name, { skip: process.platform === 'win32' }, async () => {
      for (const seed of seeds(1)) {
        const out = join(folder, 'out');
        const pond = join(out, 'pond');
        cpSync(sound, pond, { recursive: true, preserveTimestamps: true });
        const forgery: Forgery = { pond, victim, random: randomOf(seed * 7919 + name.length) };
        const what = `${name}, seed ${seed}: ${await forge(forgery)}`;
        const expected = outside();
        // Queries cost most: with every other forgery, and with the others of the next seed.
        const dear = (seed + index) % 2 === 0 ? queries(out) : [];
        await visit(host, pond, [...reads, ...writes(out), ...dear], what);
        await host.call('close', { pond });
        assert.deepEqual(outside(), expected, what);
        for (const file of readdirSync(out, { recursive: true, withFileTypes: true })) {
          const path = join(file.parentPath, file.name);
          if (file.isFile()) assert.ok(!readFileSync(path, 'latin1').includes(secret), `${what}: ${path}`);
        }
        rmSync(out, { recursive: true });
      }
    });
  }
});

it('a file that is read outside would be seen', () => {
  const expected = outside();
  writeFileSync(victim, `n\n${secret}\n`);
  assert.notDeepEqual(outside(), expected);
});
