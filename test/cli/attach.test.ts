import assert from 'node:assert/strict';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { startEditorServer, type EditorServer, failureOf } from '../support/editorServer.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runPond, runPondProcess, startPond } from '../support/pondCommand.ts';

interface Place {
  readonly folder: string;
  readonly pond: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A folder with a pond, and a folder of its own for sockets. */
async function newPlace(t: TestContext): Promise<Place> {
  const folder = temporaryFolder(t);
  const env = { TMPDIR: folder };
  const pond = join(folder, '.pond');
  assert.equal((await runPond(['init'], { cwd: folder, env })).status, 0);
  return { folder, pond, env };
}

async function newServer(t: TestContext, { env }: Place): Promise<EditorServer> {
  const server = await startEditorServer({}, env);
  t.after(() => server.kill());
  return server;
}

test('changes staged in the editor are visible in the terminal, and vice versa', async (t) => {
  const place = await newPlace(t);
  const server = await newServer(t, place);
  const { pond, folder: cwd, env } = place;
  assert.equal((await server.ask('open', { pond })).mode, 'owner');
  await server.ask('write', { pond, path: '/a.txt', content: Buffer.from('one'), create: true, overwrite: true });
  const seen = await runPond(['--json', 'diff'], { cwd, env });
  assert.deepEqual(
    (JSON.parse(seen.stdout) as { path: string }[]).map(({ path }) => path),
    ['/a.txt'],
  );
  const written = await runPond(['write', '/b.txt'], { cwd, env, input: 'two' });
  assert.deepEqual(written, { status: 0, stdout: '', stderr: '' });
  const received = await server.until(({ method, params }) => {
    return method === 'pond/changed' && JSON.stringify(params).includes('/b.txt');
  });
  assert.deepEqual(received.params, { pond, changes: [{ kind: 'created', path: '/b.txt' }] });
  const bytes = await server.ask('read', { pond, path: '/b.txt' });
  assert.ok(bytes instanceof Uint8Array);
  assert.equal(Buffer.from(bytes).toString(), 'two');
  const committed = await runPond(['commit', '-m', 'both'], { cwd, env });
  assert.equal(committed.stdout, 'commit 1: both (+2)\n');
  const status = await server.ask('status', { pond });
  assert.equal(status.head.message, 'both');
  assert.deepEqual(status.staged, []);
});

test("large content streams from the terminal through the editor's server", async (t) => {
  const place = await newPlace(t);
  const server = await newServer(t, place);
  const { pond, folder: cwd, env } = place;
  await server.ask('open', { pond });
  const content = Buffer.alloc(5_000_000, 'abc');
  assert.deepEqual(await runPond(['write', '/big'], { cwd, env, input: content }), {
    status: 0,
    stdout: '',
    stderr: '',
  });
  const bytes = await server.ask('read', { pond, path: '/big' });
  assert.ok(bytes instanceof Uint8Array && content.equals(bytes));
});

test('a second window attaches to the first, receives its events, and takes over when it is killed', async (t) => {
  const place = await newPlace(t);
  const { pond } = place;
  const first = await newServer(t, place);
  const second = await newServer(t, place);
  assert.equal((await first.ask('open', { pond })).mode, 'owner');
  assert.equal((await second.ask('open', { pond })).mode, 'attached');
  const content = Buffer.from([0, 255, 1]);
  await first.ask('write', { pond, path: '/a', content, create: true, overwrite: true });
  await second.until(({ method }) => method === 'pond/changed');
  await second.ask('write', { pond, path: '/b', content, create: true, overwrite: true });
  await first.until(({ method, params }) => method === 'pond/changed' && JSON.stringify(params).includes('/b'));
  assert.deepEqual(Buffer.from((await second.ask('read', { pond, path: '/a' })) as Uint8Array), content);

  await first.kill();
  await second.until(
    ({ method, params }) => method === 'pond/committed' && (params as { commit: unknown }).commit === null,
  );
  assert.equal((await second.ask('open', { pond })).mode, 'owner');
  const { staged } = await second.ask('status', { pond });
  assert.deepEqual(
    staged.map(({ path }) => path),
    ['/a', '/b'],
  );
});

test('the next owner carries out a command whose owner died', async (t) => {
  const place = await newPlace(t);
  const { pond } = place;
  const first = await newServer(t, place);
  const second = await newServer(t, place);
  await first.ask('open', { pond });
  await second.ask('open', { pond });
  // A stopped process does not answer, so the command is certainly running when the process dies.
  first.process.kill('SIGSTOP');
  const made = second.ask('makeDirectory', { pond, path: '/d' });
  await first.kill();
  assert.equal((await made).path, '/d');
  assert.equal((await second.ask('open', { pond })).mode, 'owner');
});

test('an owner that exits normally hands over its pond', async (t) => {
  const place = await newPlace(t);
  const { pond } = place;
  const first = await newServer(t, place);
  const second = await newServer(t, place);
  await first.ask('open', { pond });
  await second.ask('open', { pond });
  await second.ask('makeDirectory', { pond, path: '/d' });
  await first.stop();
  assert.equal((await second.ask('commit', { pond, message: 'later' })).added, 1);
});

test('a terminal command carries itself out when the editor that serves it dies', async (t) => {
  const place = await newPlace(t);
  const { pond, folder: cwd, env } = place;
  const server = await newServer(t, place);
  await server.ask('open', { pond });
  server.process.kill('SIGSTOP');
  const made = runPond(['mkdir', '/d'], { cwd, env });
  await server.kill();
  assert.deepEqual(await made, { status: 0, stdout: '', stderr: '' });
  assert.equal((await runPond(['ls'], { cwd, env })).stdout, 'd/\n');
});

test('Ctrl+C in the terminal cancels the work that the editor does for the command', async (t) => {
  const place = await newPlace(t);
  const { pond, folder: cwd, env } = place;
  const server = await newServer(t, place);
  await server.ask('open', { pond });
  mkdirSync(join(cwd, 'many'));
  for (let n = 0; n < 5000; n++) writeFileSync(join(cwd, 'many', `${n}.txt`), `${n}`);
  const { process: child, ended } = startPond(['import', 'many', '/'], { cwd, env, input: '' });
  // Until a batch ends, only the journal contains its staged changes.
  const journal = join(pond, '_pond/journal');
  while (statSync(journal).size < 10_000) await new Promise((resolve) => setImmediate(resolve));
  child.kill('SIGINT');
  assert.deepEqual(await ended, { status: 130, stdout: '', stderr: 'error[cancelled]: the operation was cancelled\n' });
  assert.deepEqual((await server.ask('status', { pond })).staged, []);
});

test('other editors are served over standard input and output', async (t) => {
  const { folder: cwd, env, pond } = await newPlace(t);
  const { process: child, ended } = startPond(['lsp', '--stdio'], { cwd, env });
  assert.ok(child.stdin !== null && child.stdout !== null);
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.listen();
  await connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
  assert.deepEqual(await connection.sendRequest('pond/list', { pond, path: '/' }), []);
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  assert.equal((await ended).status, 0);
  connection.dispose();
});

test('errors keep their code when they pass through the socket', async (t) => {
  const place = await newPlace(t);
  const { pond, folder: cwd, env } = place;
  const first = await newServer(t, place);
  const second = await newServer(t, place);
  await first.ask('open', { pond });
  await second.ask('open', { pond });
  await assert.rejects(second.ask('read', { pond, path: '/nope' }), (error) => failureOf(error)?.code === 'not-found');
  const ended = await runPondProcess(['rm', '/nope'], { cwd, env });
  const stderr =
    "error[not-found]: nothing is at /nope\nhint: 'pond ls' shows what is there, and 'pond ls --at V' what was.\n";
  assert.deepEqual(ended, { status: 3, stdout: '', stderr });
});
