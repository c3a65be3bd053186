/** Pushes to a real S3-compatible server, through a proxy with faults. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { S3Store } from '../../server/src/remote/s3Store.ts';
import { verifyCopy } from '../../server/src/replica/verify.ts';
import { createBackedUp, fillPond, pushTo, commitFileAt } from '../support/backup.ts';
import { chdbQuery, needsChdb } from '../support/chdb.ts';
import { errorAnswer, type FaultProxy, startFaultProxy } from '../support/faultProxy.ts';
import { temporaryFolder } from '../support/folder.ts';
import { watchStore } from '../support/memoryStore.ts';
import { quickEffects } from '../support/quickEffects.ts';
import { type S3Server, s3Servers } from '../support/s3Servers.ts';
import { bytesOf, collect } from '../support/tree.ts';

for (const { name, skip, start } of s3Servers()) {
  describe(`a push to ${name}`, { skip: skip ?? false }, () => {
    let server: S3Server;
    let proxy: FaultProxy;
    before(async () => {
      server = await start();
      proxy = await startFaultProxy(server.endpoint);
    });
    after(async () => {
      await proxy.close();
      await server.close();
    });

    const newStore = async (): Promise<S3Store> => {
      const location = { ...(await server.createBucket()), endpoint: proxy.endpoint };
      return new S3Store(location, { credentials: server.credentials, effects: quickEffects() });
    };

    it('makes a copy that is verified in full, and costs what is new', async () => {
      const [backed, store] = [await createBackedUp(), await newStore()];
      await fillPond(backed.pond);
      const report = await pushTo(backed, store);
      assert.equal(report.commits, 6);
      const { problems, objects, readObjects } = await verifyCopy({ source: backed.pond.stored, store }, { share: 1 });
      assert.deepEqual([problems, readObjects], [[], objects]);
      proxy.plan(() => undefined);
      assert.equal((await pushTo(backed, store)).commits, 0);
      assert.equal(proxy.requests.length, 1);
      await commitFileAt(backed.pond, '/small', bytesOf('more'));
      proxy.plan(() => undefined);
      await pushTo(backed, store);
      assert.deepEqual(proxy.requests.map(({ method }) => method).sort(), ['GET', 'GET', 'HEAD', 'PUT', 'PUT', 'PUT']);
    });

    it('is complete although every other answer is lost, or an error', async () => {
      const faults = [
        { kind: 'drop after' },
        { kind: 'drop before' },
        { kind: 'answer', answer: errorAnswer(503, 'SlowDown') },
        { kind: 'answer', answer: errorAnswer(409, 'ConditionalRequestConflict') },
      ] as const;
      const [backed, store] = [await createBackedUp(), await newStore()];
      await fillPond(backed.pond);
      const failed = new Map<string, number>();
      proxy.plan((request, index) => {
        // Each request fails once, and is repeated by the store.
        const key = `${request.method} ${request.url}`;
        const times = (failed.get(key) ?? 0) + 1;
        failed.set(key, times);
        return times === 1 && index > 2 ? faults[index % faults.length] : undefined;
      });
      await pushTo(backed, store);
      proxy.plan(() => undefined);
      const { problems } = await verifyCopy({ source: backed.pond.stored, store }, { share: 1 });
      assert.deepEqual(problems, []);
    });

    it('is read by another reader over S3 as the version that the log ends with', needsChdb, async (t) => {
      const location = { ...(await server.createBucket()), endpoint: proxy.endpoint };
      const store = new S3Store(location, { credentials: server.credentials, effects: quickEffects() });
      const backed = await createBackedUp();
      await fillPond(backed.pond);
      const third = `_delta_log/${'3'.padStart(20, '0')}.json`;
      const { store: killed } = watchStore(store, {
        before: ({ name, key }) =>
          name === 'putIfAbsent' && key === third ? Promise.reject(new Error('killed')) : undefined,
      });
      await assert.rejects(pushTo(backed, killed), /killed/);
      const { keyId, secret } = server.credentials;
      const url = `${server.endpoint}/${location.bucket}/${location.prefix}/`;
      const table = `deltaLake('${url}', '${keyId}', '${secret}')`;
      const sql = `SELECT txn, sha256 FROM ${table} WHERE file_type = 'commit' ORDER BY txn`;
      const rows = await chdbQuery(join(temporaryFolder(t), 'none'), sql);
      const commits = (await collect(backed.pond.log())).reverse().slice(0, 3);
      assert.deepEqual(
        rows.map((row) => [Number(row['txn']), row['sha256']]),
        commits.map(({ number, rootHash }) => [number, rootHash]),
      );
    });

    it('does not go on where altered content would be stored', async () => {
      const [backed, store] = [await createBackedUp(), await newStore()];
      await fillPond(backed.pond);
      proxy.plan(({ method, url }) =>
        method === 'PUT' && url.includes('.parquet')
          ? { kind: 'change request', change: (request) => ({ ...request, body: flipped(request.body) }) }
          : undefined,
      );
      await assert.rejects(pushTo(backed, store));
      proxy.plan(() => undefined);
      await pushTo({ ...backed, cache: createMemoryDisk() }, store);
      const { problems } = await verifyCopy({ source: backed.pond.stored, store }, { share: 1 });
      assert.deepEqual(problems, []);
    });
  });
}

function flipped(body: Buffer): Buffer {
  const changed = Buffer.from(body);
  changed[changed.length >> 1]! ^= 1;
  return changed;
}
