import assert from 'node:assert/strict';
import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { createGrants } from '../../server/src/commands/grants.ts';
import { Ponds } from '../../server/src/commands/ponds.ts';
import { type Remote } from '../../server/src/commands/calls.ts';
import { resultOfReplay } from '../../server/src/commands/replay.ts';
import { verbs } from '../../server/src/commands/verbs.ts';
import { PondError } from '../../server/src/base/error.ts';
import { initPond, openPond } from '../support/pond.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { resourceLayer } from '../support/resourcePond.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { realHostPath } from '../../server/src/storage/hostTree.ts';
import { newPondHost, textFile } from '../support/commandHost.ts';
import { temporaryFolder } from '../support/folder.ts';

function newPonds(
  t: TestContext,
  resident: boolean,
  attach: (pid: number) => Promise<Remote | undefined>,
  lockWaitMs = 50,
): Ponds {
  const ponds = new Ponds({
    resident,
    isTrusted: () => true,
    lockWaitMs,
    attach,
    realPath: realHostPath,
    openDisk: openHostDisk,
    env: () => undefined,
    grants: createGrants(createMemoryDisk),
    author: 'test',
    builder: () => assert.fail('nothing is built here'),
    open: (directory, mode) => openPond(directory, { mode, layer: resourceLayer(t) }),
    repair: () => Promise.reject(new Error('not repaired here')),
    init: (directory) => initPond(directory, { layer: resourceLayer(t) }),
  });
  t.after(() => ponds.closeAll());
  return ponds;
}

/** The pond of a session in this process. */
async function openedPond(ponds: Ponds, directory: string, access: 'read' | 'write'): Promise<ResourcePond> {
  const session = await ponds.session(directory, access);
  assert.ok(session.kind !== 'attached');
  return session.pond;
}

const noProcess = (): Promise<undefined> => Promise.resolve(undefined);

async function newDirectory(t: TestContext): Promise<string> {
  const directory = join(temporaryFolder(t), 'pond');
  await (await initPond(directory)).close();
  return directory;
}

test('a long-lived process keeps the lock, a short command takes it only to write', async (t) => {
  const directory = await newDirectory(t);
  const command = newPonds(t, false, noProcess);
  assert.equal((await command.open(directory)).mode, 'read');
  const server = newPonds(t, true, noProcess);
  assert.equal((await server.open(directory)).mode, 'owner');
  assert.equal((await openedPond(command, directory, 'read')).mode, 'read');
});

test('one pond has one session, under any name', async (t) => {
  const directory = await newDirectory(t);
  const alias = `${directory}-alias`;
  symlinkSync(directory, alias);
  const ponds = newPonds(t, true, noProcess);
  assert.equal(await openedPond(ponds, directory, 'write'), await openedPond(ponds, alias, 'write'));
  const reported: string[] = [];
  ponds.onNotification(({ event }) => reported.push(event.pond));
  const root = await (await openedPond(ponds, alias, 'write')).fs.root();
  await root.createDirectory('/d');
  assert.deepEqual(reported.sort(), [directory, alias].sort());
});

test('a reader becomes the owner on its first write', async (t) => {
  const directory = await newDirectory(t);
  const ponds = newPonds(t, false, noProcess);
  assert.equal((await openedPond(ponds, directory, 'read')).mode, 'read');
  assert.equal((await openedPond(ponds, directory, 'write')).mode, 'write');
  ponds.requireOwner(directory);
});

test('a released pond can be taken by another process', async (t) => {
  const directory = await newDirectory(t);
  const [first, second] = [newPonds(t, true, noProcess), newPonds(t, true, noProcess)];
  await first.open(directory);
  await first.close(directory);
  assert.equal((await second.open(directory)).mode, 'owner');
  assert.throws(
    () => first.requireOwner(directory),
    (error) => isPondError(error, 'lock-held'),
  );
});

test('a pond whose writer does not share it is read, and taken once it is free', async (t) => {
  const directory = await newDirectory(t);
  const other = await openPond(directory, { mode: 'write' });
  const ponds = newPonds(t, true, noProcess);
  assert.equal((await ponds.open(directory)).mode, 'read');
  await assert.rejects(openedPond(ponds, directory, 'write'), (error) => isPondError(error, 'lock-held'));
  await (await other.fs.root()).createDirectory('/d');
  await ponds.refresh();
  assert.ok(await (await (await openedPond(ponds, directory, 'read')).fs.root()).exists('/d'));
  await other.close();
  await ponds.refresh();
  assert.equal((await ponds.open(directory)).mode, 'owner');
});

test('all windows are notified when the folder of a pond is gone, and nothing is acknowledged until it is back', async (t) => {
  const directory = await newDirectory(t);
  const ponds = newPonds(t, true, noProcess);
  const owned = await openedPond(ponds, directory, 'write');
  await (await owned.fs.root()).createDirectory('/d');
  const notified: unknown[] = [];
  ponds.onNotification(({ kind, event }) => notified.push([kind, event.pond]));
  renameSync(directory, `${directory}.moved`);
  await ponds.refresh();
  assert.deepEqual(notified, [['committed', directory]]);
  await ponds.refresh();
  assert.equal(notified.length, 1, 'once');
  await assert.rejects(ponds.open(directory), { code: 'pond-not-found' });
  await assert.rejects((await owned.fs.root()).createDirectory('/e'), { code: 'pond-not-found' });
  renameSync(`${directory}.moved`, directory);
  const again = await openedPond(ponds, directory, 'write');
  assert.deepEqual(
    (await again.status()).staged.map(({ path }) => path),
    ['/d'],
  );
  // A command may find it first.
  renameSync(directory, `${directory}.moved`);
  const loss = await again.refresh().catch((error: unknown) => error);
  await ponds.lose(await ponds.session(directory, 'write'), loss);
  await ponds.refresh();
  assert.deepEqual(notified.slice(1), [['committed', directory]]);
  renameSync(`${directory}.moved`, directory);
});

test('a process waits for a short command of another', async (t) => {
  const directory = await newDirectory(t);
  const other = await openPond(directory, { mode: 'write' });
  // Each time that it finds the lock held, it requests an owner to attach to.
  let asked = 0;
  const ponds = newPonds(
    t,
    false,
    async () => {
      if ((asked += 1) === 3) await other.close();
      return undefined;
    },
    60_000,
  );
  assert.equal((await openedPond(ponds, directory, 'write')).mode, 'write');
  assert.equal(asked, 3);
});

test('several ponds can be open at once', async (t) => {
  const [a, b] = [await newDirectory(t), await newDirectory(t)];
  const ponds = newPonds(t, true, noProcess);
  await (await (await openedPond(ponds, a, 'write')).fs.root()).createDirectory('/in-a');
  assert.equal(await (await (await openedPond(ponds, b, 'read')).fs.root()).exists('/in-a'), false);
});

test('a directory without a pond is checked again after a pond was created there', async (t) => {
  const directory = join(temporaryFolder(t), 'pond');
  const ponds = newPonds(t, true, noProcess);
  await assert.rejects(ponds.open(directory), (error) => isPondError(error, 'pond-not-found'));
  await (await initPond(directory)).close();
  assert.equal((await ponds.open(directory)).mode, 'owner');
});

test('a repeated request returns the lost response of the first', async (t) => {
  const { pond, run } = await newPondHost(t);
  const ask: typeof run = (name, params) => run(name, params);
  await run('write', textFile('/new', 'text'));
  const missing = new PondError('not-found', 'nothing is at /old');
  const moved = await resultOfReplay(
    verbs.rename,
    { pond, from: '/old', to: '/new', overwrite: false },
    missing,
    ask as never,
  );
  assert.equal(moved?.result.path, '/new');
  const exists = new PondError('already-exists', 'something is there');
  const written = { pond, ...textFile('/new', 'text'), overwrite: false };
  assert.equal((await resultOfReplay(verbs.write, written, exists, ask as never))?.result.path, '/new');
  // Another process created the file meanwhile: this one did not.
  const other = { ...written, content: Buffer.from('other') };
  assert.equal(await resultOfReplay(verbs.write, other, exists, ask as never), undefined);
  await run('write', textFile('/other', 'other'));
  await run('copy', { from: '/new', to: '/copy', recursive: false, overwrite: false });
  const copied = { pond, from: '/new', to: '/copy', recursive: false, overwrite: false };
  assert.equal((await resultOfReplay(verbs.copy, copied, exists, ask as never))?.result.path, '/copy');
  const wrong = { ...copied, to: '/other' };
  assert.equal(await resultOfReplay(verbs.copy, wrong, exists, ask as never), undefined);
  const commit = await run('commit', { message: 'mine' });
  const nothing = new PondError('nothing-staged', 'nothing');
  const again = await resultOfReplay(verbs.commit, { pond, message: 'mine' }, nothing, ask as never);
  assert.deepEqual(again?.result, commit);
  assert.equal(await resultOfReplay(verbs.commit, { pond, message: 'other' }, nothing, ask as never), undefined);
  const discarded = await resultOfReplay(verbs.discard, { pond }, nothing, ask as never);
  assert.deepEqual(discarded, { result: { discarded: 0 } });
  const kept = await resultOfReplay(verbs.resolve, { pond, paths: ['/x'] }, nothing, ask as never);
  assert.deepEqual(kept, { result: null });
  assert.equal(await resultOfReplay(verbs.stat, { pond, path: '/x' }, missing, ask as never), undefined);
});
