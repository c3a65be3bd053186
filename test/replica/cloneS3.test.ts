/** A copy from a real S3-compatible server, in front of which answers are cut, closed and refused. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { cloneOnto, soundCommits, storedPond } from '../support/clonedPond.ts';
import { errorAnswer, type FaultPlan, type ProxyFault } from '../support/faultProxy.ts';
import { proxied } from '../support/proxiedStore.ts';
import { s3Servers } from '../support/s3Servers.ts';

const image = await storedPond();
const expected = await soundCommits(createMemoryDisk(image));

const faults: readonly ProxyFault[] = [
  { kind: 'cut' },
  { kind: 'drop after' },
  { kind: 'answer', answer: errorAnswer(503, 'SlowDown') },
];

/** Every third request meets a fault, in turn. */
const everyThird: FaultPlan = (_, index) => (index % 3 === 1 ? faults[Math.floor(index / 3) % 3] : undefined);

for (const server of s3Servers()) {
  describe(`a copy from ${server.name}`, { skip: server.skip }, () => {
    const running = proxied(server);

    it('is whole although answers are lost, and says what is altered', async () => {
      const { open, proxy } = running();
      const { store } = await open();
      for (const [key, bytes] of image.files) {
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        const content = async function* (start: number, end: number): AsyncIterable<Uint8Array> {
          yield await Promise.resolve(bytes.subarray(start, end));
        };
        assert.equal(await store.putIfAbsent(key, { sizeBytes: bytes.length, sha256, open: content }), 'created');
      }
      proxy.plan(everyThird);
      const disk = createMemoryDisk();
      await cloneOnto(disk, store);
      assert.deepEqual(await soundCommits(disk), expected);

      proxy.plan(() => undefined);
      const [path = ''] = [...image.files].map(([key]) => key).filter((key) => key.startsWith('_pond/blobs/'));
      await store.put(path, Buffer.from('other content'));
      const damaged = cloneOnto(createMemoryDisk(), store);
      await assert.rejects(damaged, (error) => isPondError(error, 'remote-damaged') && error.message.includes(path));
    });
  });
}
