import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { cleanEnvironment, root, run } from '../../scripts/run.mjs';
import { temporaryFolder } from '../support/folder.ts';

/** Starts clients of query processes as the engine does: by `fork`, with the settings as the first message. */
const clients = `
  import { fork } from 'node:child_process';
  import { mkdtempSync } from 'node:fs';
  import { once } from 'node:events';
  const worker = ${JSON.stringify(join(root, 'out/queryWorker.mjs'))};
  const spec = { files: [], tables: [], views: [], tablesKey: '' };
  const endless = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = -1';
  function open(memoryLimitBytes = 2 ** 28) {
    const child = fork(worker, [mkdtempSync(process.env.TMPDIR + '/client-')], {
      execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.send({ kind: 'settings', settings: { memoryLimitBytes, threads: 1, spillDirectory: '.' } });
    return child;
  }
  const ask = (child, name, params) => child.send({ kind: 'request', id: 1, name, params });
  const runs = (child) => ask(child, 'run', { spec, statement: { query: endless, explain: undefined }, parameters: [] });
  async function answer(child) {
    ask(child, 'analyze', { sql: 'SELECT 1' });
    return (await once(child, 'message'))[0];
  }
  async function close(child, signal) {
    const closed = once(child, 'close');
    child.kill(signal);
    return await closed;
  }
`;

/** Runs a script with clients in a process of its own, and returns what it prints as JSON. */
async function runClients(folder: string, script: string): Promise<unknown> {
  const preload = String(pathToFileURL(join(root, 'scripts/sharedWorkers.mjs')));
  const args = ['--import', preload, '--input-type=module', '--eval', clients + script];
  const { status, output } = await run(process.execPath, args, { env: { ...cleanEnvironment(), TMPDIR: folder } });
  assert.equal(status, 0, output);
  return JSON.parse(output);
}

test('clients of a query process with the same settings use one after the other, and each sees its own end', async (t) => {
  const folder = temporaryFolder(t);
  const result = await runClients(
    folder,
    `
    const [first, second] = [open(), open()];
    const answers = [await answer(first), await answer(second)].map(({ result }) => typeof result);
    const ends = [await close(first), await close(second, 'SIGKILL')];
    const [third, other] = [open(), open(2 ** 29)];
    const pids = [first, second, third, other].map(({ pid }) => pid);
    answers.push(typeof (await answer(third)).result);
    await Promise.all([third, other].map((child) => close(child)));
    const shared = [pids[0] !== pids[1], pids.slice(0, 2).includes(pids[2]), pids.slice(0, 3).includes(pids[3])];
    console.log(JSON.stringify({ answers, ends, shared, connected: first.connected }));`,
  );
  assert.deepEqual(result, {
    answers: ['object', 'object', 'object'],
    ends: [
      [null, 'SIGKILL'],
      [null, 'SIGKILL'],
    ],
    shared: [true, true, false],
    connected: false,
  });
});

test('closing ends the work of a client, and a client that is killed at work does not leave its process to another', async (t) => {
  const folder = temporaryFolder(t);
  const result = await runClients(
    folder,
    `
    const first = open();
    await answer(first);
    runs(first);
    const stopped = once(first, 'message');
    await close(first);
    const [{ error }] = await stopped;
    const second = open();
    await answer(second);
    runs(second);
    const [, signal] = await close(second, 'SIGKILL');
    const third = open();
    await answer(third);
    await close(third);
    console.log(JSON.stringify({ code: error.code, signal, same: [first.pid === second.pid, second.pid === third.pid] }));`,
  );
  const areWorkersLeft = (): boolean => readdirSync(folder).some((name) => name.startsWith('pond-test-worker-'));
  // The last one removes its folder when it finds that its parent is gone.
  while (areWorkersLeft()) await setImmediate();
  assert.deepEqual(result, { code: 'cancelled', signal: 'SIGKILL', same: [true, false] });
});
