import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ResponseError } from 'vscode-jsonrpc/node';
import { verbs } from '../../server/src/commands/verbs.ts';
import { type CommandName } from '../../server/src/protocol/commands.ts';
import { type InitializationOptions } from '../../server/src/protocol/handshake.ts';
import { type EditorServer, failureOf, startEditorServer } from '../support/editorServer.ts';
import { temporaryFolder } from '../support/folder.ts';

interface Place {
  readonly folder: string;
  readonly pond: string;
  readonly server: EditorServer;
}

async function newPlace(t: TestContext, options: Partial<InitializationOptions> = {}): Promise<Place> {
  const folder = temporaryFolder(t);
  const server = await startEditorServer(options, { TMPDIR: folder });
  t.after(() => server.kill());
  const pond = join(folder, 'pond');
  if (options.trusted !== false) await server.ask('init', { directory: pond });
  return { folder, pond, server };
}

const yaml = 'apiVersion: v\nkind: Derive\nname: x\ndesc: d\nspec:\n  collections: []\n';

async function openDocument(server: EditorServer, uri: string, text: string): Promise<void> {
  const textDocument = { uri, languageId: 'yaml', version: 1, text };
  await server.connection.sendNotification('textDocument/didOpen', { textDocument });
}

test('bytes are sent as bytes if the client supports them, else as base64', async (t) => {
  const content = Buffer.from([0, 200, 255]);
  const binary = await newPlace(t);
  const { server, pond } = binary;
  await server.ask('write', { pond, path: '/b', content, create: true, overwrite: true });
  assert.deepEqual(
    new Uint8Array((await server.ask('read', { pond, path: '/b' })) as Uint8Array),
    new Uint8Array(content),
  );
  const text = await newPlace(t, { binary: false });
  const base64 = content.toString('base64');
  await text.server.ask('write', { pond: text.pond, path: '/b', content: { base64 }, create: true, overwrite: true });
  assert.deepEqual(await text.server.ask('read', { pond: text.pond, path: '/b' }), { base64 });
});

test('a failure has its code, path and hint', async (t) => {
  const { server, pond } = await newPlace(t);
  const failed = server.ask('read', { pond, path: '/nope' });
  await assert.rejects(failed, (error) => {
    assert.deepEqual(failureOf(error), { code: 'not-found', path: '/nope' });
    return true;
  });
});

test('a restricted workspace reads the pond, and refuses every verb that writes or needs trust', async (t) => {
  const trusted = await newPlace(t);
  await trusted.server.stop();
  const { folder, pond } = trusted;
  const server = await startEditorServer({ trusted: false }, { TMPDIR: folder });
  t.after(() => server.kill());
  assert.equal((await server.ask('open', { pond })).mode, 'read');
  const directory = join(folder, 'made');
  const names = Object.keys(verbs) as CommandName[];
  const trustedOnly = names.filter((name) => verbs[name].trust === 'trusted');
  for (const name of ['init', 'import', 'export', 'query', 'apply', 'run', 'allow', 'write', 'commit'] as const)
    assert.ok(trustedOnly.includes(name), name);
  // Refused before a look at its params.
  for (const name of trustedOnly)
    await assert.rejects(server.ask(name, { pond, directory, sql: 'SELECT 1' }), (error) => {
      assert.equal(failureOf(error)?.code, 'read-only', name);
      return true;
    });
  assert.equal(existsSync(directory), false);
  // None of them opened it for writing: another process may.
  assert.equal((await server.ask('open', { pond })).mode, 'read');
});

test('a client of another protocol version gets an error', async (t) => {
  await assert.rejects(startEditorServer({ protocolVersion: 99 }, { TMPDIR: temporaryFolder(t) }), (error) => {
    return failureOf(error)?.code === 'protocol-mismatch';
  });
});

test('the server declares the verbs that may be sent again, those that change nothing', async (t) => {
  const { initialized } = (await newPlace(t)).server;
  const { capabilities } = initialized as { capabilities: { experimental: { safeVerbs: readonly string[] } } };
  const { safeVerbs } = capabilities.experimental;
  for (const name of ['open', 'list', 'read', 'status', 'kinds', 'runs']) assert.ok(safeVerbs.includes(name), name);
  for (const name of ['init', 'write', 'commit', 'query', 'run']) assert.ok(!safeVerbs.includes(name), name);
});

test('clients are notified of changes, commits and health', async (t) => {
  const { server, pond } = await newPlace(t);
  await server.until(({ method }) => method === 'pond/health');
  await server.ask('makeDirectory', { pond, path: '/d' });
  const changed = await server.until(({ method }) => method === 'pond/changed');
  assert.deepEqual(changed.params, { pond, changes: [{ kind: 'created', path: '/d' }] });
  const commit = await server.ask('commit', { pond, message: 'm' });
  const committed = await server.until(({ method }) => method === 'pond/committed');
  assert.deepEqual(committed.params, { pond, commit });
});

test('a long command reports progress and can be cancelled', async (t) => {
  const { server, pond, folder } = await newPlace(t);
  const from = join(folder, 'from');
  mkdirSync(from);
  for (let n = 0; n < 3000; n++) writeFileSync(join(from, String(n)), String(n));
  const controller = new AbortController();
  const importing = server.ask(
    'import',
    { pond, sources: [from], path: '/', progressToken: 'mine' },
    controller.signal,
  );
  const received = await server.until(({ method }) => method === 'pond/progress');
  assert.deepEqual(received.params, { token: 'mine', message: 'importing 1 of 3000 files, kB', done: 0, total: 10.9 });
  controller.abort();
  await assert.rejects(importing, (error) => error instanceof ResponseError && failureOf(error)?.code === 'cancelled');
  assert.deepEqual((await server.ask('status', { pond })).staged, []);
});

test('a query returns windows of rows, and can be cancelled while others continue', async (t) => {
  const { server, pond } = await newPlace(t);
  const result = await server.ask('query', { pond, sql: 'SELECT n, NULL AS no FROM range(100) t(n)' });
  assert.deepEqual(
    result.columns.map(({ name }) => name),
    ['n', 'no'],
  );
  const rows = await server.ask('rows', { pond, resultId: result.resultId, start: 98, count: 10 });
  assert.deepEqual(rows, {
    start: 98,
    columns: [
      ['98', '99'],
      [null, null],
    ],
  });
  await server.ask('release', { pond, resultId: result.resultId });
  const controller = new AbortController();
  const endless = 'SELECT count(*) FROM range(10000000) a(x), range(10000000) b(y) WHERE x + y = 3';
  const running = server.ask('query', { pond, sql: endless }, controller.signal);
  // Other requests are answered in the meantime.
  assert.equal((await server.ask('stat', { pond, path: '/' })).type, 'directory');
  controller.abort();
  await assert.rejects(running, (error) => failureOf(error)?.code === 'cancelled');
});

test('a YAML document is checked when it is opened and changed, with completion and hover', async (t) => {
  const { server } = await newPlace(t);
  const uri = 'file:///x.yaml';
  const problems = async (version: number): Promise<readonly { readonly message: string }[]> => {
    const received = await server.until(({ method, params }) => {
      return method === 'textDocument/publishDiagnostics' && (params as { version?: number }).version === version;
    });
    return (received.params as { diagnostics: { message: string }[] }).diagnostics;
  };
  await openDocument(server, uri, yaml.replace('Derive', 'Deriv'));
  assert.match((await problems(1))[0]?.message ?? '', /Deriv/);
  const contentChanges = [{ text: yaml }];
  await server.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri, version: 2 },
    contentChanges,
  });
  assert.ok(!(await problems(2)).some(({ message }) => message.includes('Deriv ') || message.includes('"Deriv"')));
  const position = { line: 1, character: 6 };
  const completions: unknown = await server.connection.sendRequest('textDocument/completion', {
    textDocument: { uri },
    position,
  });
  assert.ok(Array.isArray(completions) && completions.length > 0);
  const hover: unknown = await server.connection.sendRequest('textDocument/hover', { textDocument: { uri }, position });
  assert.ok(hover !== null);
});
