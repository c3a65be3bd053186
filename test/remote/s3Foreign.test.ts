/** Answers that no store gives: of a sign-in page, a proxy, or another service at the address. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type ObjectStore } from '../../server/src/remote/objectStore.ts';
import { bodyInChunks, keysOf, pattern, rejects, textBody } from '../contracts/objectStores.ts';
import { answering } from '../support/answeringStore.ts';
import { errorAnswer, type FaultPlan, type ProxiedAnswer } from '../support/faultProxy.ts';

const answer = (status: number, body: string, type?: string): ProxiedAnswer => ({
  status,
  headers: type === undefined ? {} : { 'content-type': type },
  body: Buffer.from(body),
});

/** Answers of success that are not believed, whatever was asked. */
const foreign: Readonly<Record<string, ProxiedAnswer>> = {
  'a page': answer(200, '<html><body>Sign in</body></html>', 'text/html'),
  'a page that is no XML': answer(200, '<html><body><p>Sign in<br></body></html>', 'text/html'),
  JSON: answer(200, '{"error": "unknown"}', 'application/json'),
  'XML of something else': answer(200, '<?xml version="1.0"?><Foo><Bar/></Foo>', 'application/xml'),
  'XML that is cut': answer(200, '<?xml version="1.0"?><ListBucketResult><Contents><Key>', 'application/xml'),
  'a part of something': answer(206, 'abc'),
};
/** Answers of success to a removal only. */
const empty: Readonly<Record<string, ProxiedAnswer>> = {
  nothing: answer(200, ''),
  'no content': answer(204, ''),
};

const parts = { objectBytesMin: 1000, partBytes: 5 * 1024 * 1024 };
const calls: Readonly<Record<string, (store: ObjectStore) => Promise<unknown>>> = {
  'a stat': (store) => store.stat('a'),
  'a read': (store) => store.read('a'),
  'a stream': (store) => store.readStream('a'),
  'a listing': (store) => keysOf(store, ''),
  'a put': (store) => store.put('a', Buffer.from('one')),
  'a put of a new object': (store) => store.putIfAbsent('a', textBody('one')),
  'a put in parts': (store) => store.putIfAbsent('a', bodyInChunks(pattern(2000))),
  'a removal': (store) => store.remove('a'),
};

describe('an answer that no store gives is not believed', () => {
  for (const [what, call] of Object.entries(calls))
    it(`to ${what}`, async (t) => {
      const answers = what === 'a removal' ? foreign : { ...foreign, ...empty };
      for (const [name, given] of Object.entries(answers)) {
        const { store, requests } = await answering(t, [given], { parts });
        await assert.rejects(call(store), (error: Error & { hint?: string }) => {
          assert.ok(isPondError(error, 'remote-failed'), `${name}: ${error.stack}`);
          assert.match(`${error.message} ${error.hint}`, /pond.*(sign-in page|docs\/stores)/s, name);
          return true;
        });
        assert.ok(requests.length <= 3, `${name}: ${requests.length} requests`);
      }
    });

  it('to the steps of an upload', async (t) => {
    const begun = answer(200, '<X><UploadId>1</UploadId></X>', 'application/xml');
    const part = { ...answer(200, ''), headers: { etag: '"1"' } };
    const missing: FaultPlan = ({ method }) =>
      method === 'HEAD' ? { kind: 'answer', answer: errorAnswer(404, 'NoSuchKey') } : undefined;
    for (const steps of [[], [begun], [begun, part]])
      for (const [name, given] of Object.entries({ ...foreign, ...empty })) {
        let at = 0;
        const plan: FaultPlan = (request, index) =>
          missing(request, index) ?? { kind: 'answer', answer: steps[at++] ?? given };
        const { store } = await answering(t, [plan], { parts });
        await assert.rejects(calls['a put in parts']!(store), { code: 'remote-failed' }, `${name}, ${steps.length}`);
      }
  });
});

it('a put whose answer is not that of a store is repeated, and finds what the first attempt stored', async (t) => {
  const { store, requests } = await answering(t, [
    foreign['a page']!,
    { ...answer(200, ''), headers: { etag: '"1"', 'last-modified': 'Mon, 01 Jul 2024 00:00:00 GMT' } },
  ]);
  assert.equal(await store.putIfAbsent('a', textBody('one')), 'exists');
  assert.deepEqual(
    requests.map(({ method }) => method),
    ['PUT', 'HEAD'],
  );
});

it('a page that is not found is not taken for a missing object, nor a refused range for an empty one', async (t) => {
  const page = answer(404, '<html>Not here</html>', 'text/html');
  await rejects('remote-failed', (await answering(t, [page])).store.read('a'));
  await rejects('remote-failed', (await answering(t, [page])).store.remove('a'));
  await rejects('remote-failed', (await answering(t, [errorAnswer(416, 'InvalidRange')])).store.read('a'));
});

it('a listing without a size or a time is refused: nothing is taken for empty, or for old', async (t) => {
  const [size, time] = ['<Size>1</Size>', '<LastModified>2024-07-01T00:00:00Z</LastModified>'];
  for (const [fields, isRight] of [
    [size + time, true],
    [size, false],
    [time, false],
    [`<Size>-1</Size>${time}`, false],
    [`<Size>many</Size>${time}`, false],
    [`${size}<LastModified>soon</LastModified>`, false],
  ] as const) {
    const contents = `<Contents><Key>p/a</Key>${fields}</Contents>`;
    const xml = `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`;
    const { store } = await answering(t, [answer(200, xml, 'application/xml')]);
    if (isRight) assert.deepEqual(await keysOf(store, ''), ['a']);
    else await rejects('remote-failed', keysOf(store, ''));
  }
});

it('an error of any server is waited for, but for those that stay', async (t) => {
  const gone = errorAnswer(404, 'NoSuchKey');
  for (const status of [500, 502, 503, 504, 520, 522, 524, 530, 599]) {
    const { store, effects } = await answering(t, [answer(status, ''), gone]);
    assert.equal(await store.read('a'), undefined, String(status));
    assert.equal(effects.waits.length, 1);
  }
  for (const status of [301, 302, 304, 307, 308, 400, 418, 505]) {
    const { store, effects } = await answering(t, [answer(status, ''), gone]);
    await assert.rejects(store.read('a'), (error: Error & { hint?: string }) => {
      assert.ok(isPondError(error, 'remote-failed') && error.hint !== undefined, String(status));
      return true;
    });
    assert.deepEqual(effects.waits, []);
  }
});
