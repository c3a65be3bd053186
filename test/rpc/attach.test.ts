import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type CallOptions, type Host, type Remote, RemoteGoneError } from '../../server/src/commands/calls.ts';
import { attach } from '../../server/src/rpc/attachClient.ts';
import { listen } from '../../server/src/rpc/attachServer.ts';
import { binaryConnection } from '../../server/src/rpc/codec.ts';
import { hello } from '../../server/src/rpc/messages.ts';
import { temporaryFolder } from '../support/folder.ts';
import { areReleased } from '../support/released.ts';

const rounds = 20;

type Serve = (options: CallOptions) => Promise<unknown>;

/** A process that serves commands this way, and another that is attached to it. */
async function attached(t: TestContext, serve: Serve): Promise<Remote> {
  const answer = (_name: unknown, _params: unknown, options: CallOptions = {}): Promise<never> =>
    serve(options) as Promise<never>;
  const host: Host = { call: answer, serve: answer, close: () => Promise.resolve() };
  const server = await listen(host, join(temporaryFolder(t), 's'));
  t.after(() => server.close());
  const remote = await attach(server.path);
  assert.ok(remote);
  t.after(() => remote.close());
  return remote;
}

const read = (remote: Remote): Promise<object> => remote.call('read', { pond: '/p', path: '/f' });

test('responses are released while the connection stays open', async (t) => {
  const remote = await attached(t, () => Promise.resolve(new Uint8Array(64 * 1024)));
  const answers: WeakRef<object>[] = [];
  for (let round = 0; round < rounds; round++) answers.push(new WeakRef(await read(remote)));
  assert.ok(await areReleased(answers, 2));
});

test('signals of finished commands are released while their peer stays connected', async (t) => {
  const signals: WeakRef<object>[] = [];
  const remote = await attached(t, ({ signal }) => {
    signal!.addEventListener('abort', () => {});
    signals.push(new WeakRef(signal!));
    return Promise.resolve({});
  });
  for (let round = 0; round < rounds; round++) await read(remote);
  assert.equal(signals.length, rounds);
  assert.ok(await areReleased(signals, 2));
});

test('a closed connection cancels the pending requests at both ends', async (t) => {
  let asked = (): void => {};
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  let given = (): void => {};
  const isGivenUp = new Promise<void>((resolve) => (given = resolve));
  const remote = await attached(t, async ({ signal }) => {
    signal!.addEventListener('abort', given);
    asked();
    await isGivenUp;
  });
  const answers = [read(remote), read(remote)];
  await isAsked;
  remote.close();
  for (const { status, ...rest } of await Promise.allSettled(answers)) {
    assert.equal(status, 'rejected');
    assert.ok('reason' in rest && rest.reason instanceof RemoteGoneError);
  }
  await isGivenUp;
  await assert.rejects(read(remote), RemoteGoneError);
});

test('a request that is written just after the other process died fails as if it had been before', async (t) => {
  const peers: Socket[] = [];
  const path = join(temporaryFolder(t), 's');
  const server = createServer((socket) => {
    peers.push(socket);
    const connection = binaryConnection(socket);
    connection.onRequest(hello, (greeting: unknown) => greeting);
    connection.onClose(() => connection.dispose());
    connection.listen();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => server.close());
  const remote = await attach(path);
  assert.ok(remote);
  t.after(() => remote.close());
  // The kernel knows at once, and this process at its next turn.
  for (const peer of peers) peer.destroy();
  await assert.rejects(read(remote), RemoteGoneError);
});
