/** Whatever connects to the socket of a process that serves ponds is answered only after it greeted, and costs little. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { test, type TestContext } from 'node:test';
import { type Host, type Remote } from '../../server/src/commands/calls.ts';
import { protocolVersion } from '../../server/src/protocol/commands.ts';
import { attach } from '../../server/src/rpc/attachClient.ts';
import { type AttachLimits, listen } from '../../server/src/rpc/attachServer.ts';
import { hello } from '../../server/src/rpc/messages.ts';
import { temporaryFolder } from '../support/folder.ts';

interface Served {
  readonly path: string;
  /** Names of the commands that were carried out. */
  readonly served: string[];
}

async function serve(t: TestContext, limits?: Partial<AttachLimits>): Promise<Served> {
  const served: string[] = [];
  const answer = (name: string): Promise<never> => Promise.resolve(served.push(name) as never);
  const host: Host = { call: answer, serve: answer, close: () => Promise.resolve() };
  const server = await listen(host, join(temporaryFolder(t), 's'), limits);
  t.after(() => server.close());
  return { path: server.path, served };
}

/** A connection to a path. What the other side sends is read and dropped. */
async function connected(path: string): Promise<Socket> {
  const socket = connect({ path });
  socket.on('error', () => {}).resume();
  await once(socket, 'connect');
  return socket;
}

/** Resolves when a connection is closed, with an error or without. */
const closing = (socket: Socket): Promise<void> => new Promise((resolve) => socket.on('close', () => resolve()));

/** Type of the messages between attached processes. */
const contentType = 'application/vnd.pond-v8';

/** Attaches to a server whose time for a greeting may be too short for a busy machine. */
async function greeted(path: string): Promise<Remote> {
  let remote = await attach(path);
  while (remote === undefined) remote = await attach(path);
  return remote;
}

function frame(body: Uint8Array, type = contentType, length: number | string = body.length): Uint8Array {
  return Buffer.concat([Buffer.from(`Content-Length: ${length}\r\nContent-Type: ${type}\r\n\r\n`), body]);
}

const request = (method: string, params: unknown): Uint8Array =>
  frame(serialize({ jsonrpc: '2.0', id: 1, method, params }));
const read = request('pond/read', { pond: '/p', path: '/f' });

const hostile: Readonly<Record<string, readonly Uint8Array[]>> = {
  'a command without a greeting': [read],
  'content without a greeting': [request('attach/input', { token: 'x', chunk: new Uint8Array(9) })],
  'a greeting of another version, and a command': [request(hello, { protocolVersion: 0 }), read],
  'a greeting without a version, and a command': [request(hello, null), read],
  'a greeting of another shape, and a command': [request(hello, [protocolVersion]), read],
  'a frame of 100 GB': [frame(Buffer.alloc(64 * 1024), contentType, 100e9)],
  'headers without end': [Buffer.from('A: b\r\n'.repeat(2_000))],
  'a frame of a negative length': [frame(Buffer.alloc(8_000), contentType, -1)],
  'a frame whose length is not a number': [frame(Buffer.alloc(8_000), contentType, 'many')],
  'a frame of another content type': [frame(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"pond/read"}'), 'text/x')],
  'bytes that V8 did not write': [frame(Buffer.from([0xff, 0x0f, 0x6f, 0x22, 0xff, 0xff]))],
  'random bytes': [Buffer.from(Array.from({ length: 9_000 }, (_, at) => (at * 7919) % 251))],
  'a request of HTTP': [Buffer.from(`GET / HTTP/1.1\r\nHost: x\r\n\r\n${'x'.repeat(9_000)}`)],
  'a byte, and silence': [Buffer.from('C')],
  silence: [],
};

for (const [name, chunks] of Object.entries(hostile)) {
  test(`${name} is not answered with a result, and ends the connection`, async (t) => {
    const { path, served } = await serve(t, { greetMs: 100 });
    const socket = await connected(path);
    const isClosed = closing(socket);
    for (const chunk of chunks) socket.write(chunk);
    await isClosed;
    assert.deepEqual(served, []);
    const remote = await greeted(path);
    await remote.call('read', { pond: '/p', path: '/f' });
    assert.deepEqual(served, ['read']);
    remote.close();
  });
}

test('the number of connections is limited, and what closes makes room', async (t) => {
  const { path } = await serve(t, { connectionsMax: 8 });
  const silent = await Promise.all(Array.from({ length: 8 }, () => connected(path)));
  assert.equal(await attach(path), undefined);
  for (const socket of silent) socket.destroy();
  const remote = await greeted(path);
  remote.close();
});

test('a process that greeted stays connected, however long it is silent', async (t) => {
  const { path, served } = await serve(t, { greetMs: 100 });
  const remote = await greeted(path);
  const silent = await connected(path);
  await closing(silent);
  await remote.call('read', { pond: '/p', path: '/f' });
  assert.deepEqual(served, ['read']);
  remote.close();
});
