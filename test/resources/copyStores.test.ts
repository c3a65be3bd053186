/** Runs of a Copy over encrypted copies, and over a bucket in front of which requests fail. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, it, type TestContext } from 'node:test';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { directoryHash } from '../../server/src/pond/directoryHash.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { FileStore } from '../../server/src/remote/fileStore.ts';
import { locationBelow } from '../../server/src/remote/location.ts';
import { openSealedCopy } from '../../server/src/replica/layout.ts';
import { runCopy } from '../../server/src/resources/kinds/copy/run.ts';
import { isBookkeeping } from '../../server/src/resources/model/resourcePath.ts';
import { openPondDisk } from '../../server/src/storage/hostDisk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { backupId, fillPond, large, pushTo } from '../support/backup.ts';
import { errorAnswer, type ProxyFault } from '../support/faultProxy.ts';
import { temporaryFolder } from '../support/folder.ts';
import { initPond } from '../support/pond.ts';
import { proxied } from '../support/proxiedStore.ts';
import { resourceBench, type ResourceBench } from '../support/runContext.ts';
import { s3Servers } from '../support/s3Servers.ts';
import { fails } from '../support/tree.ts';
import { newUserCache } from '../support/userCache.ts';

async function newPond(t: TestContext): Promise<OpenPond> {
  const pond = await initPond(temporaryFolder(t));
  t.after(() => pond.close());
  await fillPond(pond);
  return pond;
}

const documentOf = (spec: string): string =>
  `apiVersion: duckpond/v1\nkind: Copy\nname: harbor\ndesc: Another pond\nspec: { ${spec} }\n`;

/** Hash of what a Copy has copied. */
async function hashOf({ pond, home }: ResourceBench): Promise<string> {
  const { node } = (await (await pond.fs.root()).get(home))!;
  return await directoryHash((await pond.fs.backend.list(node)).filter(({ name }) => !isBookkeeping(name)));
}

async function change(pond: OpenPond): Promise<void> {
  await (await pond.fs.root()).writeFile('/more', large(pond.head.number));
  await pond.commit({ message: 'more', author: 'test' });
}

describe('a Copy of an encrypted copy', () => {
  it('reads it with the identity of its document, and writes nothing there', async (t) => {
    newUserCache(t);
    const pond = await newPond(t);
    const store = temporaryFolder(t);
    const outer = new FileStore(openPondDisk(store), { address: 'folder', prefix: pond.id });
    const identity = await generateIdentity();
    const access = { recipients: [await identityToRecipient(identity)], identities: [identity] };
    const sealed = await openSealedCopy(outer, access);
    const cache = createMemoryDisk();
    await pushTo({ pond, cache }, sealed, { layout: 'sealed' });
    const at = `endpoint: "${pathToFileURL(store).href}"`;
    const named = `${at}, identity: "\${env:POND_IDENTITY}"`;
    const env = { POND_IDENTITY: identity };
    const bench = await resourceBench(t, 'Copy', documentOf(at));
    await assert.rejects(bench.run(runCopy), { code: 'secret-missing', hint: /Add "identity: / });
    for (const which of [`${named}, backup_uuid: ${backupId}`, named]) {
      await bench.apply(documentOf(which));
      await fails('secret-missing', bench.run(runCopy));
      const stranger = { POND_IDENTITY: await generateIdentity() };
      await fails(which === named ? 'remote-denied' : 'run-failed', bench.run(runCopy, { env: stranger }));
      await bench.run(runCopy, { env });
      assert.equal(await hashOf(bench), pond.head.rootHash);
      await change(pond);
      await pushTo({ pond, cache }, sealed, { layout: 'sealed' });
      await bench.run(runCopy, { env });
      assert.equal(await hashOf(bench), pond.head.rootHash);
    }
    const keys = join(store, pond.id, 'keys');
    for (const name of readdirSync(keys)) rmSync(join(keys, name));
    await fails('remote-damaged', bench.run(runCopy, { env }));
    assert.deepEqual(readdirSync(keys), []);
  });

  it('reads one that is not encrypted too, and says where a copy is missing', async (t) => {
    newUserCache(t);
    const pond = await newPond(t);
    const [store, env] = [temporaryFolder(t), { POND_IDENTITY: await generateIdentity() }];
    const spec = `endpoint: "${pathToFileURL(store).href}", identity: "\${env:POND_IDENTITY}", pond: ${pond.id}`;
    const bench = await resourceBench(t, 'Copy', documentOf(spec));
    mkdirSync(join(store, pond.id));
    await fails('pond-not-found', bench.run(runCopy, { env }));
    const outer = new FileStore(openPondDisk(store), { address: 'folder', prefix: pond.id });
    await pushTo({ pond, cache: createMemoryDisk() }, outer);
    await bench.run(runCopy, { env });
    assert.equal(await hashOf(bench), pond.head.rootHash);
  });
});

const faults: readonly ProxyFault[] = [
  { kind: 'cut' },
  { kind: 'drop after' },
  { kind: 'answer', answer: errorAnswer(503, 'SlowDown') },
];

for (const server of s3Servers()) {
  describe(`a Copy over ${server.name}`, { skip: server.skip }, () => {
    const running = proxied(server);

    it('is equal to the other pond although requests fail, and fetches only what is new', async (t) => {
      newUserCache(t);
      const { open, proxy, server: service } = running();
      const { location: outer } = await open();
      const pond = await newPond(t);
      const { store } = await open({}, locationBelow(outer, pond.id) as typeof outer);
      const cache = createMemoryDisk();
      await pushTo({ pond, cache }, store);
      const { bucket, region, prefix } = outer;
      const keys = 'key: "${env:S3_KEY}", secret: "${env:S3_SECRET}"';
      const spec = `endpoint: "${proxy.endpoint}", bucket: ${bucket}, region: ${region}, prefix: ${prefix}, ${keys}`;
      const bench = await resourceBench(t, 'Copy', documentOf(spec));
      const { keyId, secret } = service.credentials;
      const env = { S3_KEY: keyId, S3_SECRET: secret };
      for (let round = 0; round < 2; round++) {
        proxy.plan((_, index) => (index % 5 === 2 ? faults[Math.floor(index / 5) % faults.length] : undefined));
        await bench.run(runCopy, { env });
        assert.equal(await hashOf(bench), pond.head.rootHash);
        proxy.plan(() => undefined);
        await bench.run(runCopy, { env });
        const gets = proxy.requests.filter(({ url }) => !url.includes('list-type'));
        assert.deepEqual(
          gets.map(({ url }) => url),
          [],
        );
        await change(pond);
        await pushTo({ pond, cache }, store);
      }
      proxy.plan(() => undefined);
      await bench.run(runCopy, { env });
      // The entry that is known, the new one, its rows and its content.
      const fetched = proxy.requests.filter(({ url }) => !url.includes('list-type'));
      assert.equal(fetched.filter(({ method }) => method === 'GET').length, 4);
      const denied = bench.run(runCopy, { env: { ...env, S3_SECRET: 'wrong' } });
      if (server.name === 's3s-fs') await fails('remote-denied', denied);
      else await denied.catch(() => undefined);
    });
  });
}
