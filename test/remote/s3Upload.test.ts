import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type PartialUpload, type UploadLedger } from '../../server/src/remote/s3Settings.ts';
import { bodyInChunks, collect, keysOf, pattern, rejects, textBody } from '../contracts/objectStores.ts';
import { errorAnswer, firstTimes, type ProxiedRequest } from '../support/faultProxy.ts';
import { proxied } from '../support/proxiedStore.ts';
import { s3Servers } from '../support/s3Servers.ts';

/** Parts of the least size that servers accept. */
const parts = { objectBytesMin: 5_000_000, partBytes: 5 * 1024 * 1024 };
const content = pattern(parts.partBytes + 1000);
const body = bodyInChunks(content);

const partOf = ({ method, url }: ProxiedRequest): number =>
  method === 'PUT' ? Number(/[?&]partNumber=(\d+)/.exec(url)?.[1] ?? 0) : 0;

interface MemoryLedger extends UploadLedger {
  readonly states: ReadonlyMap<string, PartialUpload>;
  /** Resolves once a part has arrived. */
  readonly firstPart: Promise<void>;
}

function memoryLedger(): MemoryLedger {
  const states = new Map<string, PartialUpload>();
  let arrived = (): void => {};
  const firstPart = new Promise<void>((resolve) => (arrived = resolve));
  const set = (key: string, state: PartialUpload | undefined): void => {
    if (state === undefined) return void states.delete(key);
    states.set(key, state);
    if (state.parts.length > 0) arrived();
  };
  return { states, firstPart, get: (key) => states.get(key), set };
}

for (const available of s3Servers()) {
  describe(`a large object on ${available.name}`, { skip: available.skip ?? false }, () => {
    const started = proxied(available);

    it('arrives in parts, and reports each byte once', async () => {
      const { proxy, open } = started();
      proxy.plan(() => undefined);
      const { store } = await open({ parts });
      let sent = 0;
      assert.equal(await store.putIfAbsent('a', body, { onBytes: (bytes) => (sent += bytes) }), 'created');
      assert.equal(sent, content.length);
      assert.deepEqual(
        proxy.requests
          .map(partOf)
          .filter((part) => part > 0)
          .sort(),
        [1, 2],
      );
      assert.ok((await collect(await store.readStream('a'))).equals(content));
      assert.equal((await store.stat('a'))?.sizeBytes, content.length);
      assert.equal(await store.putIfAbsent('a', body), 'exists');
    });

    it('is resumed by a later process, which sends what is missing', async () => {
      const { proxy, open } = started();
      proxy.plan(() => undefined);
      const uploads = memoryLedger();
      const first = await open({ parts, uploads });
      const denied = { kind: 'answer', answer: errorAnswer(403, 'AccessDenied') } as const;
      // The other part is on its way: a failure stops it.
      proxy.plan(async (request) => {
        if (partOf(request) !== 2) return undefined;
        await uploads.firstPart;
        return denied;
      });
      await rejects('remote-denied', first.store.putIfAbsent('a', body));
      const kept = uploads.states.get('a')?.parts.map(({ number }) => number) ?? [];
      assert.deepEqual(kept, [1]);
      proxy.plan(() => undefined);
      const second = await open({ parts, uploads }, first.location);
      assert.equal(await second.store.putIfAbsent('a', body), 'created');
      assert.deepEqual(
        proxy.requests.map(partOf).filter((part) => part > 0),
        [2],
      );
      assert.ok((await collect(await second.store.readStream('a'))).equals(content));
      assert.equal(uploads.states.size, 0);
    });

    it('starts again when the store forgot the upload, or the ledger is of other content', async () => {
      const { proxy, open } = started();
      proxy.plan(() => undefined);
      const uploads = memoryLedger();
      const { store } = await open({ parts, uploads });
      const upload = { sha256: body.sha256, partBytes: parts.partBytes, parts: [] };
      uploads.set('a', { ...upload, uploadId: '00000000-0000-4000-8000-000000000000' });
      assert.equal(await store.putIfAbsent('a', body), 'created');
      uploads.set('b', { ...upload, uploadId: 'x', sha256: textBody('other').sha256 });
      assert.equal(await store.putIfAbsent('b', body), 'created');
      const lost = firstTimes(1, (request) => partOf(request) === 2, {
        kind: 'answer',
        answer: errorAnswer(404, 'NoSuchUpload'),
      });
      proxy.plan(lost);
      assert.equal(await store.putIfAbsent('c', body), 'created');
      for (const key of ['a', 'b', 'c']) assert.ok((await collect(await store.readStream(key))).equals(content), key);
    });

    it('does not replace an object that was put meanwhile', async () => {
      const { proxy, open } = started();
      proxy.plan(() => undefined);
      const { store } = await open({ parts });
      const small = textBody('one');
      let isPut = false;
      const racing = {
        ...body,
        open: async function* (start: number, end: number) {
          if (!isPut) assert.equal(await store.putIfAbsent('a', small), 'created');
          isPut = true;
          yield* body.open(start, end);
        },
      };
      assert.equal(await store.putIfAbsent('a', racing), 'exists');
      assert.equal(String(await store.read('a')), 'one');
    });

    it('is refused when its content is not what was stated, or is cancelled, and leaves no object', async () => {
      const { proxy, open } = started();
      proxy.plan(() => undefined);
      const { store } = await open({ parts });
      await rejects('remote-damaged', store.putIfAbsent('a', { ...body, sha256: textBody('one').sha256 }));
      await rejects('remote-damaged', store.putIfAbsent('a', { ...body, sizeBytes: content.length + 1 }));
      const controller = new AbortController();
      const { signal } = controller;
      await rejects('cancelled', store.putIfAbsent('a', body, { signal, onBytes: () => controller.abort() }));
      assert.deepEqual(await keysOf(store, ''), []);
    });
  });
}
