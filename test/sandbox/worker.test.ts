import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { root } from '../../scripts/run.mjs';
import { QueryEngine } from '../../server/src/sql/engine.ts';
import { WorkerProcess } from '../../server/src/sandbox/workerClient.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { makeTestPond, type TestPond } from '../sql/testPond.ts';
import { sourceProcess } from '../support/sourceProcess.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';

const settings = { memoryLimitBytes: 256 * 1024 * 1024, threads: 2 };
const spec = { files: [], tables: [], views: [], tablesKey: '' };
const query = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = -1';
const endless = { spec, statement: { query, explain: undefined }, parameters: [] };

// What the runner of all tests shares (scripts/sharedWorkers.mjs) is the subject here.
process.env['POND_TEST_OWN_WORKERS'] = '1';

let made: TestPond;
before(async () => {
  made = await makeTestPond();
});
after(() => made.close());

test('a crashed process fails its query, and the next query starts a new process', async () => {
  const engine = new QueryEngine({ openDisk: openHostDisk });
  const { resultId } = await engine.run(made.pond, { sql: 'SELECT 1' });
  const pid = engine.processId();
  assert.ok(pid !== undefined);
  const dying = engine.run(made.pond, { sql: query });
  process.kill(pid, 'SIGKILL');
  await assert.rejects(dying, (error: Error & { code?: string; hint?: string }) => {
    assert.equal(error.code, 'engine-unavailable');
    assert.match(error.message, /SIGKILL/);
    assert.match(error.hint ?? '', /memory/);
    return true;
  });
  await assert.rejects(engine.rows(resultId, 0, 1), { code: 'engine-unavailable' });
  await engine.release(resultId);
  const again = await engine.run(made.pond, { sql: 'SELECT 2' });
  assert.deepEqual((await engine.rows(again.resultId, 0, 1)).columns, [['2']]);
  assert.notEqual(engine.processId(), pid);
  await engine.close();
  await assert.rejects(engine.run(made.pond, { sql: 'SELECT 3' }), { code: 'engine-unavailable' });
  assert.equal(engine.processId(), undefined);
});

test('a process that ends where a row is too wide for the engine says so', async () => {
  const engine = new QueryEngine({ openDisk: openHostDisk });
  await engine.run(made.pond, { sql: 'SELECT 1' });
  const dying = engine.run(made.pond, { sql: query });
  process.kill(engine.processId()!, 'SIGFPE');
  await assert.rejects(dying, { code: 'query-failed', message: /SIGFPE.*wider than 256 KiB/ });
  await engine.close();
});

test('a query with memory that the engine does not count is ended, and the next one starts a new process', async () => {
  const engine = new QueryEngine({ openDisk: openHostDisk, limits: { memoryBytesMax: 64 * 1024 * 1024 } });
  await assert.rejects(engine.run(made.pond, { sql: "SELECT repeat('x', 2000000000)" }), {
    code: 'query-failed',
    message: 'the query needs far more memory than its limit of 64 MiB',
    hint: /POND_QUERY_MEMORY/,
  });
  const again = await engine.run(made.pond, { sql: 'SELECT 2' });
  assert.deepEqual((await engine.rows(again.resultId, 0, 1)).columns, [['2']]);
  await engine.close();
});

test('a query beyond the memory limit fails, and the process lives on', async () => {
  const engine = new QueryEngine({ openDisk: openHostDisk, limits: { memoryBytesMax: 64 * 1024 * 1024 } });
  const sql = `SELECT len(list(repeat('x', 1000) || a.range)) FROM range(3000000) a`;
  await assert.rejects(engine.run(made.pond, { sql }), (error: Error & { code?: string; hint?: string }) => {
    assert.equal(error.code, 'query-failed');
    assert.match(error.hint ?? '', /memory limit/);
    assert.doesNotMatch(error.message, /SET /);
    return true;
  });
  const pid = engine.processId();
  await engine.run(made.pond, { sql: 'SELECT 1' });
  assert.equal(engine.processId(), pid);
  await engine.close();
});

test('a process that cannot be started gives an error', async () => {
  const engine = new QueryEngine({ openDisk: openHostDisk, workerPath: '/no/such/worker.mjs' });
  await assert.rejects(engine.run(made.pond, { sql: 'SELECT 1' }), {
    code: 'engine-unavailable',
    message: /no such|Cannot find/i,
  });
  await engine.close();
});

test('the process does not inherit the secrets in the environment of its parent', async () => {
  process.env['SECRET_OF_THE_TEST'] = 'x';
  const worker = new WorkerProcess(settings);
  await worker.request('analyze', { sql: 'SELECT 1' });
  delete process.env['SECRET_OF_THE_TEST'];
  if (process.platform === 'linux') {
    assert.ok(!readFileSync(`/proc/${worker.pid}/environ`, 'utf8').includes('SECRET_OF_THE_TEST'));
  }
  await worker.close();
});

test('closing removes the unfinished file of a build, and Ctrl+C in the terminal does not reach the process', async () => {
  const temporary = makeTemporaryDirectory('duckpond-test');
  const worker = new WorkerProcess(settings);
  const input = { name: '/in.csv', files: [] };
  const target = join(temporary.path, 'result');
  const build = { sql: 'SELECT * FROM range(1000000000000)', input, tables: [], target };
  const ended = assert.rejects(worker.request('buildUser', { build }), { code: 'engine-unavailable' });
  while (readdirSync(temporary.path).length === 0) await setImmediate();
  assert.ok(worker.pid !== undefined);
  process.kill(worker.pid, 'SIGINT');
  await worker.request('statements', { sql: { statements: ['SELECT 1'] } });
  await worker.close();
  await ended;
  assert.deepEqual(readdirSync(temporary.path), []);
  temporary.remove();
});

test('closing ends the process and removes its files in any state', async () => {
  const worker = new WorkerProcess(settings);
  const running = worker.request('run', endless);
  const failed = assert.rejects(running, { code: 'engine-unavailable' });
  await worker.request('analyze', { sql: 'SELECT 1' });
  assert.ok(existsSync(worker.directory));
  await worker.close();
  await failed;
  assert.ok(!existsSync(worker.directory));
  await assert.rejects(worker.request('analyze', { sql: 'SELECT 1' }), { code: 'engine-unavailable' });
});

for (const [when, query] of [
  ['while it runs a query', endless],
  ['while it starts', undefined],
] as const) {
  test(`the process ends and removes its files when its parent is killed ${when}`, () => checkOrphan(query));
}

async function checkOrphan(query: typeof endless | undefined): Promise<void> {
  const args = [settings, ...(query === undefined ? [] : [query])].map((arg) => JSON.stringify(arg));
  const parent = spawn(process.execPath, [...sourceProcess('support/orphanedWorker'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: root,
  });
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const [pid, directory] = said.toString().trim().split(' ');
  parent.kill('SIGKILL');
  await once(parent, 'close');
  while (isRunning(Number(pid))) await setImmediate();
  assert.ok(directory !== undefined && !existsSync(directory));
}

/** False for a process that ended, even if it has not been reaped. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
