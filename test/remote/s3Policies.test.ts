import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { root } from '../../scripts/run.mjs';
import { type S3Location } from '../../server/src/remote/location.ts';
import { probeStore } from '../../server/src/remote/probe.ts';
import { pruneCopy } from '../../server/src/replica/prune.ts';
import { verifyCopy } from '../../server/src/replica/verify.ts';
import { S3Store } from '../../server/src/remote/s3Store.ts';
import { collect, keysOf, rejects, textBody } from '../contracts/objectStores.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { createBackedUp, fillPond, pushTo } from '../support/backup.ts';
import { cloneOnto, soundCommits } from '../support/clonedPond.ts';
import { quickEffects } from '../support/quickEffects.ts';
import { createUsers, motoServer, type S3Server, type S3User } from '../support/s3Servers.ts';

const available = motoServer();

describe('the policies of docs/stores.md', { skip: available.skip ?? false }, () => {
  let server: S3Server | undefined;
  let location: S3Location | undefined;
  let users: Readonly<Record<string, S3User>> = {};
  const stores: S3Store[] = [];

  before(async () => {
    if (available.skip !== undefined) return;
    server = await available.start();
    location = await server.createBucket();
    users = await createUsers(server, policiesFor(location.bucket));
  });
  after(async () => {
    for (const store of stores) store.close();
    await server?.close();
  });

  const open = (user: string, changes: Partial<S3User> = {}, prefix = 'ponds/one'): S3Store => {
    assert.ok(location !== undefined && users[user] !== undefined, user);
    const store = new S3Store(
      { ...location, prefix },
      { credentials: { ...users[user], ...changes }, effects: quickEffects() },
    );
    stores.push(store);
    return store;
  };

  it('let the writer do all that a backup needs, and remove nothing', async () => {
    const store = open('writer');
    assert.deepEqual(await probeStore(store), { isSafe: true });
    assert.equal(await store.putIfAbsent('_pond/blobs/ab/x', textBody('one')), 'created');
    assert.equal(await store.putIfAbsent('_pond/blobs/ab/x', textBody('one')), 'exists');
    await store.put('_delta_log/_last_checkpoint', Buffer.from('{}'));
    assert.equal((await store.stat('_pond/blobs/ab/x'))?.sizeBytes, 3);
    assert.equal(await store.stat('_pond/blobs/ab/missing'), undefined);
    assert.deepEqual(await keysOf(store, '_pond/blobs/'), ['_pond/blobs/ab/x']);
    await rejects('remote-denied', store.remove('_pond/blobs/ab/x'));
    assert.equal(String(await store.read('_pond/blobs/ab/x')), 'one');
  });

  it('let the writer back up a pond, verify it and list what the pruner may remove, and the reader clone it', async () => {
    const backed = await createBackedUp();
    await fillPond(backed.pond);
    const [store, pruner] = [open('writer', {}, 'ponds/two'), open('pruner', {}, 'ponds/two')];
    const orphan = `_pond/blobs/ab/${'ab'.repeat(32)}`;
    await store.putIfAbsent(orphan, textBody('left by a push'));
    await pushTo(backed, store);
    const parts = { source: backed.pond.stored, store, pruner };
    assert.deepEqual((await verifyCopy(parts, { share: 1 })).problems, []);
    const { objects } = await pruneCopy(parts, { now: () => Date.now() + 8 * 24 * 60 * 60 * 1000 });
    assert.ok(objects.some(({ key, state }) => key === orphan && state === 'candidate'));
    const disk = createMemoryDisk();
    const { head } = await cloneOnto(disk, open('reader', {}, 'ponds/two'));
    assert.deepEqual(head, backed.pond.head);
    assert.equal((await soundCommits(disk)).length, 6);
  });

  it('let the reader read, and change nothing', async () => {
    await open('writer').putIfAbsent('a', textBody('one'));
    const store = open('reader');
    assert.equal(String(await collect(await store.readStream('a'))), 'one');
    assert.ok((await keysOf(store, '')).includes('a'));
    await rejects('remote-denied', store.putIfAbsent('b', textBody('one')));
    await rejects('remote-denied', store.put('a', Buffer.from('two')));
    await rejects('remote-denied', store.remove('a'));
  });

  it('let the pruner remove, and change nothing', async () => {
    await open('writer').putIfAbsent('old', textBody('one'));
    const store = open('pruner');
    await store.remove('old');
    assert.equal(await store.stat('old'), undefined);
    await rejects('remote-denied', store.putIfAbsent('b', textBody('one')));
  });

  it('refuse a wrong secret and an unknown key at once, in every call', async () => {
    for (const changes of [{ secret: 'wrong-secret' }, { keyId: 'AKIAUNKNOWNUNKNOWN12' }]) {
      const store = open('writer', changes);
      for (const call of [
        () => store.read('a'),
        () => store.putIfAbsent('c', textBody('one')),
        () => keysOf(store, ''),
      ])
        assert.doesNotMatch(await rejects('remote-denied', call()), /wrong-secret|AKIAUNKNOWN/);
    }
  });
});

/** The policies of the page, for a bucket. */
function policiesFor(bucket: string): Readonly<Record<string, readonly object[]>> {
  const page = readFileSync(join(root, 'docs/stores.md'), 'utf8');
  const blocks = [...page.matchAll(/\*\*The (\w+)\*\*[^]*?```json\n([^]*?)```/g)];
  return Object.fromEntries(
    blocks.map(([, name = '', json = '']) => {
      const { Statement } = JSON.parse(json.replaceAll('pond-backup', bucket)) as { Statement: readonly object[] };
      return [name, Statement];
    }),
  );
}
