/** Bodies that are altered on their way to a store, which may verify what it gets or not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ObjectBody } from '../../server/src/remote/objectStore.ts';
import { bodyInChunks, pattern, rejects, textBody } from '../contracts/objectStores.ts';
import { errorAnswer, type ProxiedAnswer, type ProxiedRequest } from '../support/faultProxy.ts';
import { proxied } from '../support/proxiedStore.ts';
import { s3Servers } from '../support/s3Servers.ts';

const parts = { objectBytesMin: 5_000_000, partBytes: 5 * 1024 * 1024 };
const bodies: Readonly<Record<string, ObjectBody>> = {
  'in one request': textBody('readings of a day'),
  'in parts': bodyInChunks(pattern(parts.partBytes + 1000)),
};

for (const available of s3Servers()) {
  describe(`a body that is altered on its way to ${available.name}`, { skip: available.skip ?? false }, () => {
    const started = proxied(available);
    for (const [how, body] of Object.entries(bodies))
      it(`is found when it is sent ${how}, and does not stay`, async () => {
        const { proxy, open } = started();
        const { store } = await open({ parts });
        proxy.plan((request) => (sendsContent(request) ? { kind: 'change request', change: flipped } : undefined));
        await assert.rejects(store.putIfAbsent('new', body));
        proxy.plan(() => undefined);
        assert.equal(await store.stat('new'), undefined);
        assert.equal(await store.putIfAbsent('new', body), 'created');
      });

    it('is named when the keys cannot remove it', async () => {
      const { proxy, open } = started();
      const { store } = await open({ parts });
      // The answer is that of a store which verifies nothing, and tags what it got.
      proxy.plan((request) => {
        if (request.method === 'DELETE') return { kind: 'answer', answer: errorAnswer(403, 'AccessDenied') };
        return { kind: 'answer', answer: tagged(`"${'0'.repeat(32)}"`, request.method === 'GET' ? 'other' : '') };
      });
      assert.match(await rejects('remote-damaged', store.putIfAbsent('new', textBody('one'))), /altered on its way/);
    });

    it('is distinguished from a tag that is not a hash, which costs one more request in all', async () => {
      const { proxy, open } = started();
      const { store } = await open({ parts });
      proxy.plan(({ method }) => (method === 'PUT' ? { kind: 'change answer', change: withOtherTag } : undefined));
      for (const key of ['a', 'b', 'c']) assert.equal(await store.putIfAbsent(key, textBody(key)), 'created');
      assert.deepEqual(
        proxy.requests.map(({ method }) => method),
        ['PUT', 'GET', 'PUT', 'PUT'],
      );
    });
  });
}

function sendsContent({ method, body }: ProxiedRequest): boolean {
  return method === 'PUT' && body.length > 0;
}

function flipped(request: ProxiedRequest): ProxiedRequest {
  const body = Buffer.from(request.body);
  body[body.length >> 1]! ^= 1;
  return { ...request, body };
}

function tagged(etag: string, content: string): ProxiedAnswer {
  return { status: 200, headers: { etag }, body: Buffer.from(content) };
}

function withOtherTag(answer: ProxiedAnswer): ProxiedAnswer {
  return { ...answer, headers: { ...answer.headers, etag: `"${'f'.repeat(32)}"` } };
}
