import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { put } from '../support/mirror.ts';
import { type Ended, runPond } from '../support/pondCommand.ts';
import { commitWithoutRules } from '../support/withoutRules.ts';

interface Bench {
  readonly folder: string;
  readonly cwd: string;
  pond(...args: readonly string[]): Promise<Ended>;
  json(...args: readonly string[]): Promise<unknown>;
}

/** A pond with a mirror of /m, which was not run yet. */
async function bench(t: TestContext, more = ''): Promise<Bench> {
  const cwd = temporaryFolder(t);
  const folder = join(cwd, 'folder');
  mkdirSync(folder);
  const pond = async (...args: readonly string[]): Promise<Ended> =>
    await runPond(args, { cwd, env: { POND_DATA_DIR: join(cwd, 'data') } });
  const document = `apiVersion: duckpond/v1\nkind: Mirror\nname: both\ndesc: A mirror\nspec:\n  folder: ${folder}\n  path: /m\n${more}`;
  writeFileSync(join(cwd, 'mirror.yaml'), document);
  for (const args of [['init'], ['apply', 'mirror.yaml'], ['commit', '-m', 'mirror']]) {
    const { status, stderr } = await pond(...args);
    assert.equal(status, 0, stderr);
  }
  return { folder, cwd, pond, json: async (...args) => JSON.parse((await pond('--json', ...args)).stdout) as unknown };
}

describe('pond mirror', () => {
  it('carries changes both ways, in commits of its own, and says what it would do', async (t) => {
    const { folder, pond, json } = await bench(t);
    put(folder, 'a.txt', 'a');
    const plan = await json('mirror', '--dry-run');
    const change = { path: 'a.txt', side: 'pond', change: 'added' };
    assert.deepEqual(plan, [{ resource: 'Mirror/both', changes: [change], skipped: [], error: null }]);
    assert.equal(existsSync(join(folder, '.pond-mirror.json')), false);
    assert.equal((await pond('mirror')).status, 0);
    assert.equal((await pond('cat', '/m/a.txt')).stdout, 'a');
    const [commit] = (await json('log')) as readonly { readonly message: string }[];
    assert.equal(commit?.message, 'mirror both: +1');
    assert.match((await pond('mirror', 'status')).stdout, /^Mirror\/both +ok +1 file +\/m ↔ /);
    put(folder, 'a.txt', 'a2');
    await pond('mirror', 'both');
    assert.equal((await pond('cat', '/m/a.txt')).stdout, 'a2');
  });

  it('stages a conflict, which pond status shows and pond discard decides', async (t) => {
    const { folder, cwd, pond, json } = await bench(t);
    put(folder, 'a.txt', 'a');
    await pond('mirror');
    put(folder, 'a.txt', 'folder');
    writeFileSync(join(cwd, 'a.txt'), 'pond');
    await pond('import', 'a.txt', '/m');
    await pond('commit', '-m', 'edit');
    assert.match((await pond('mirror')).stderr, /1 file changed on both sides/);
    const { conflicts } = (await json('status')) as { readonly conflicts: readonly string[] };
    assert.deepEqual(conflicts, ['/m/a.txt']);
    assert.match((await pond('mirror', 'status')).stdout, /1 change to decide/);
    await pond('discard', '/m/a.txt');
    await pond('mirror');
    assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'pond');
  });

  it('writes a series of several versions as one read-only file, and takes no change of it', async (t) => {
    const { folder, cwd, pond } = await bench(t);
    writeFileSync(join(cwd, 's.csv'), 'time,level\n2025-01-01T00:00:00Z,1\n');
    await pond('mkdir', '/m');
    await pond('append', 's.csv', '/m/level');
    writeFileSync(join(cwd, 's.csv'), 'time,level\n2025-01-02T00:00:00Z,2\n');
    await pond('append', 's.csv', '/m/level');
    await pond('commit', '-m', 'series');
    const { status, stderr } = await pond('mirror');
    assert.equal(status, 0, stderr);
    const file = join(folder, 'level.parquet');
    assert.equal(statSync(file).mode & 0o222, 0);
    await pond('import', file, '/out');
    assert.match(
      (await pond('query', '--format', 'csv', "SELECT sum(level) AS s FROM '/out/level.parquet'")).stdout,
      /3/,
    );
    chmodSync(file, 0o644);
    appendFileSync(file, 'x');
    assert.match((await pond('mirror')).stderr, /level\.parquet: the pond derives it/);
    rmSync(file);
    await pond('mirror');
    assert.equal(statSync(file).mode & 0o222, 0);
  });

  it('does nothing without a folder, and refuses one that is not its own', async (t) => {
    const { folder, pond } = await bench(t);
    put(folder, 'a.txt', 'a');
    await pond('mirror');
    rmSync(folder, { recursive: true });
    const missing = await pond('mirror');
    assert.notEqual(missing.status, 0);
    assert.match(missing.stderr, /is not there, or is not a folder/);
    mkdirSync(folder);
    assert.match((await pond('mirror')).stderr, /is not the folder that was compared before/);
    assert.equal((await pond('cat', '/m/a.txt')).stdout, 'a');
    assert.equal((await pond('mirror', '--start-over')).status, 0);
    assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'a');
  });

  it('in a clone leaves the folder of the original alone, until the person gives it away', async (t) => {
    const { folder, cwd, pond } = await bench(t);
    put(folder, 'a.txt', 'a');
    await pond('mirror');
    assert.equal((await pond('clone', '.pond', 'clone')).status, 0);
    const inClone = (...args: readonly string[]): Promise<Ended> => pond('--pond', 'clone', ...args);
    const watched = async (): Promise<boolean> =>
      (JSON.parse((await inClone('mirror', 'status', '--json')).stdout) as { isWatched: boolean }[])[0]!.isWatched;
    const refused = await inClone('mirror');
    assert.match(refused.stderr, /is the folder of the pond that this one is a clone of; nothing was changed/);
    assert.equal(await watched(), false);
    rmSync(join(folder, '.pond-mirror.json'));
    assert.equal((await inClone('mirror')).status, 0);
    assert.equal(await watched(), true);
    assert.match((await pond('mirror')).stderr, /is not the folder that was compared before/);
    assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'a');
    assert.equal(existsSync(join(cwd, 'clone/_pond/mirrors')), true);
  });

  it('shows each of several mirrors, also one without its folder and one with errors', async (t) => {
    const { folder, cwd, pond, json } = await bench(t);
    const other = `apiVersion: duckpond/v1\nkind: Mirror\nname: a-gone\ndesc: A mirror\nspec:\n  folder: ${cwd}/gone\n  path: /gone\n`;
    writeFileSync(join(cwd, 'gone.yaml'), other);
    await pond('apply', 'gone.yaml');
    await pond('commit', '-m', 'another');
    put(folder, 'a.txt', 'a');
    const planned = await pond('mirror', '--dry-run');
    assert.deepEqual([planned.status, planned.stdout], [1, 'Mirror/a-gone: not compared\n+  pond  a.txt\n']);
    assert.match(
      planned.stderr,
      /^error\[run-failed\]: Mirror\/a-gone: .*\n(.*\n)*error\[run-failed\]: 1 of 2 resources/,
    );
    await commitWithoutRules(join(cwd, '.pond'), '/Mirror/a-gone/resource.yaml', 'kind: Mirror\nname: a-gone\n');
    const status = await pond('mirror', 'status');
    assert.match(status.stdout, /^Mirror\/a-gone +errors .* has errors: .*\nMirror\/both +not run yet/, status.stderr);
    const plans = (await json('mirror', '--dry-run')) as readonly {
      readonly error: { readonly code: string } | null;
    }[];
    assert.deepEqual(
      plans.map(({ error }) => error?.code),
      ['resource-invalid', undefined],
    );
    assert.match((await pond('mirror')).stdout, /^Mirror\/a-gone +failed.*\nMirror\/both +ok/);
  });

  it('needs the permission of the person for a document that came with the pond', async (t) => {
    const { folder, cwd, pond } = await bench(t);
    put(folder, 'a.txt', 'a');
    const other = { cwd, env: { POND_DATA_DIR: join(cwd, 'other') } };
    for (const args of [['mirror'], ['mirror', '--dry-run']]) {
      const refused = await runPond(args, other);
      assert.notEqual(refused.status, 0);
      assert.match(refused.stderr, /needs your permission on this computer: it reads, writes and removes files in/);
    }
    assert.equal((await pond('ls', '/')).stdout.includes('m'), false);
  });
});
