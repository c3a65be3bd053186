/** Answers of services, without a service: the proxy gives them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { probeStore } from '../../server/src/remote/probe.ts';
import { bodyInChunks, collect, keysOf, pattern, rejects, textBody } from '../contracts/objectStores.ts';
import { answering } from '../support/answeringStore.ts';
import { errorAnswer, type FaultPlan, type ProxiedAnswer } from '../support/faultProxy.ts';

const headers = { etag: '"1"', 'last-modified': 'Mon, 01 Jul 2024 00:00:00 GMT' };
const done: ProxiedAnswer = { status: 200, headers, body: Buffer.alloc(0) };
const found = (text: string): ProxiedAnswer => ({ status: 200, headers, body: Buffer.from(text) });
const notFound = errorAnswer(404, 'NoSuchKey');

const denials = [
  ...([
    [403, 'AccessDenied'],
    [403, 'SignatureDoesNotMatch'],
    [403, 'InvalidAccessKeyId'],
  ] as const),
  ...([
    [400, 'ExpiredToken'],
    [401, 'Unauthorized'],
    [404, 'NoSuchBucket'],
    [301, 'PermanentRedirect'],
  ] as const),
  ...([
    [400, 'AuthorizationHeaderMalformed'],
    [400, 'InvalidToken'],
  ] as const),
];
for (const [status, code] of denials) {
  test(`${status} ${code} fails at once, and says what to do without a secret`, async (t) => {
    const message = `key MYKEYID of AKIAABCDEFGHIJKLMNOP signed my-secret/1 with my-token-2 ${'x'.repeat(500)}`;
    const { store, requests } = await answering(t, [errorAnswer(status, code, {}, message)]);
    await assert.rejects(store.read('a'), (error: Error & { code: string; hint?: string }) => {
      assert.equal(error.code, 'remote-denied');
      assert.match(error.message, new RegExp(`a in s3://pond/p at http.* ${status} ${code}: key …`));
      assert.doesNotMatch(
        JSON.stringify(error) + error.message + String(error.cause),
        /MYKEYID|AKIA|my-secret|my-token/,
      );
      assert.ok(error.message.length < 400 && error.hint !== undefined);
      return true;
    });
    assert.equal(requests.length, 1);
  });
}

test('requests that wait together listen to one signal, and no warning is printed', async (t) => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const { store } = await answering(t, [found('one')]);
  const { signal } = new AbortController();
  const contents = await Promise.all(Array.from({ length: 20 }, () => store.read('a', { signal })));
  assert.deepEqual(new Set(contents.map(String)).size, 1);
  // A warning is an event of a later turn.
  await setImmediate();
  assert.deepEqual(warnings.map(String), []);
});

test('other failures have the code of what they are, and are not repeated', async (t) => {
  const cases: readonly (readonly [ProxiedAnswer, string])[] = [
    [errorAnswer(400, 'InvalidRequest'), 'remote-failed'],
    [errorAnswer(507, 'InsufficientStorage'), 'storage-full'],
    [errorAnswer(403, 'QuotaExceeded'), 'storage-full'],
    [errorAnswer(501, 'NotImplemented'), 'remote-unsafe'],
    [{ status: 404, headers: {}, body: Buffer.from('<html>Not here</html>') }, 'remote-failed'],
    [{ status: 403, headers: {}, body: Buffer.from('<html>Company proxy</html>') }, 'remote-denied'],
  ];
  for (const [answer, code] of cases) {
    const { store, requests } = await answering(t, [answer]);
    await assert.rejects(store.putIfAbsent('a', textBody('one')), { code }, String(answer.body));
    assert.equal(requests.length, 1);
  }
});

test('an answer without a message is reported by its code alone', async (t) => {
  const body = Buffer.from('<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code></Error>');
  const { store } = await answering(t, [{ status: 403, headers: {}, body }]);
  await assert.rejects(store.read('a'), { code: 'remote-denied', message: /403 SignatureDoesNotMatch$/ });
});

test('the wait that a service asks for is honored, in seconds and as a date', async (t) => {
  const date = (ms: number): string => new Date(Date.now() + ms).toUTCString();
  for (const [header, least] of [
    ['7', 7000],
    [date(30_000), 25_000],
    ['nonsense', 0],
  ] as const) {
    const { store, effects } = await answering(t, [
      notFound,
      errorAnswer(503, 'SlowDown', { 'retry-after': header }),
      found('one'),
    ]);
    await store.read('a');
    assert.equal(String(await store.read('a')), 'one');
    assert.equal(effects.waits.length, 1);
    assert.ok((effects.waits[0] ?? 0) >= least && (effects.waits[0] ?? 0) < 32_000, header);
  }
  const { store, effects } = await answering(t, [notFound, errorAnswer(503, 'SlowDown', { 'retry-after': '3600' })]);
  await store.read('a');
  await rejects('remote-failed', store.read('a'));
  assert.deepEqual(effects.waits, []);
});

test('a failing service is asked for ten minutes, one that never answered for half a minute', async (t) => {
  const drop: FaultPlan = () => ({ kind: 'drop before' });
  for (const [answers, min, max] of [
    [[notFound, drop], 600_000, 620_000],
    [[drop], 30_000, 50_000],
  ] as const) {
    const { store, effects } = await answering(t, answers);
    if (answers.length > 1) await store.read('a');
    await rejects('remote-failed', store.read('a'));
    const total = effects.waits.reduce((sum, wait) => sum + wait, 0);
    assert.ok(total >= min && total < max, String(total));
    assert.ok(effects.waits.every((wait) => wait <= 20_000));
    assert.deepEqual(effects.waits.slice(0, 3), [100, 200, 400]);
  }
});

test("a request that a clock makes invalid is signed once with the service's time", async (t) => {
  const hourMs = 3_600_000;
  const headers = { date: new Date(Date.now() + hourMs).toUTCString() };
  const skewed = errorAnswer(403, 'RequestTimeTooSkewed', headers);
  const { store, requests } = await answering(t, [
    skewed,
    { ...notFound, headers: { ...notFound.headers, ...headers } },
  ]);
  assert.equal(await store.stat('a'), undefined);
  const signed = requests.map(({ headers: { 'x-amz-date': date } }) =>
    Date.parse(String(date).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5')),
  );
  assert.ok(Math.abs((signed[1] ?? 0) - (signed[0] ?? 0) - hourMs) < 60_000, String(signed));
  const always = await answering(t, [skewed]);
  await rejects('remote-denied', always.store.read('a'));
  assert.equal(always.requests.length, 2);
});

test('bytes that arrive altered are sent again twice, then it is damage', async (t) => {
  const { store, requests } = await answering(t, [
    ({ method }) => ({ kind: 'answer', answer: method === 'HEAD' ? notFound : errorAnswer(400, 'BadDigest') }),
  ]);
  await rejects('remote-damaged', store.putIfAbsent('a', textBody('one')));
  assert.equal(requests.filter(({ method }) => method === 'PUT').length, 3);
});

test('the content is signed, and its checksum sent until a store refuses that header', async (t) => {
  const refused = errorAnswer(400, 'InvalidArgument', {}, "Unsupported header 'x-amz-checksum-sha256' received");
  const { store, requests } = await answering(t, [refused, done]);
  const body = textBody('one');
  assert.equal(await store.putIfAbsent('a', body), 'created');
  assert.equal(await store.putIfAbsent('b', body), 'created');
  const headersOf = (name: string): unknown[] => requests.map(({ headers }) => headers[name]);
  assert.deepEqual(headersOf('x-amz-checksum-sha256'), [
    Buffer.from(body.sha256, 'hex').toString('base64'),
    undefined,
    undefined,
  ]);
  assert.deepEqual(headersOf('x-amz-content-sha256'), [body.sha256, body.sha256, body.sha256]);
  assert.deepEqual(headersOf('if-none-match'), ['*', '*', '*']);
  assert.deepEqual(
    headersOf('x-amz-security-token'),
    Array.from({ length: 3 }, () => 'my-token-2'),
  );
  assert.ok(requests.every(({ headers }) => Object.keys(headers).every((name) => !/crc|trailer|^expect$/.test(name))));
});

test('settings become headers of new objects', async (t) => {
  const settings = {
    storageClass: 'STANDARD_IA',
    serverEncryption: 'aws:kms',
    kmsKey: 'key-1',
    objectLock: { mode: 'governance', days: 30 },
  } as const;
  const { store, requests } = await answering(t, [done], { settings });
  for (const key of ['_pond/blobs/ab/x', 'row.parquet', '_pond/probe/1']) await store.putIfAbsent(key, textBody('one'));
  await store.put('_delta_log/_last_checkpoint', Buffer.from('{}'));
  const headersOf = (name: string): unknown[] => requests.map(({ headers }) => headers[name]);
  assert.deepEqual(headersOf('x-amz-storage-class'), ['STANDARD_IA', undefined, undefined, undefined]);
  assert.deepEqual(
    headersOf('x-amz-server-side-encryption'),
    Array.from({ length: 4 }, () => 'aws:kms'),
  );
  assert.deepEqual(
    headersOf('x-amz-server-side-encryption-aws-kms-key-id'),
    Array.from({ length: 4 }, () => 'key-1'),
  );
  assert.deepEqual(headersOf('x-amz-object-lock-mode'), ['GOVERNANCE', 'GOVERNANCE', undefined, undefined]);
  const [until] = headersOf('x-amz-object-lock-retain-until-date').map((date) => Date.parse(String(date)));
  assert.ok(Math.abs((until ?? 0) - Date.now() - 30 * 86_400_000) < 60_000);
});

test('a limit of bandwidth holds for all streams of a store together', async (t) => {
  const large = bodyInChunks(pattern(300_000));
  const { store, effects } = await answering(t, [done], { settings: { bytesPerSecond: 100_000 } });
  await Promise.all(['a', 'b'].map((key) => store.putIfAbsent(key, large)));
  const total = effects.waits.reduce((sum, wait) => sum + wait, 0);
  // The streams wait at the same time, each for its own share: the last share ends after six seconds.
  assert.ok(total >= 4_500, String(total));
});

test('a probe reports what a store does with the condition of a put', async (t) => {
  const taken = errorAnswer(412, 'PreconditionFailed');
  assert.deepEqual(await probeStore((await answering(t, [done, taken])).store), { isSafe: true });
  const unsafe: readonly (readonly [readonly ProxiedAnswer[], RegExp])[] = [
    [[done], /ignores the condition/],
    [[errorAnswer(501, 'NotImplemented')], /refuses the condition/],
    [[errorAnswer(400, 'InvalidArgument', {}, 'If-None-Match is not supported')], /refuses the condition/],
  ];
  for (const [answers, reason] of unsafe) {
    const outcome = await probeStore((await answering(t, answers)).store);
    assert.ok(!outcome.isSafe);
    assert.match(outcome.reason, reason);
  }
  await rejects('remote-denied', probeStore((await answering(t, [errorAnswer(403, 'AccessDenied')])).store));
});

test('with a single writer, a store without conditions is asked before each put', async (t) => {
  const { store, requests } = await answering(t, [notFound, done, found('one')], {
    settings: { isSingleWriter: true },
  });
  assert.equal(await store.putIfAbsent('a', textBody('one')), 'created');
  assert.equal(await store.putIfAbsent('a', textBody('two')), 'exists');
  assert.deepEqual(
    requests.map(({ method }) => method),
    ['HEAD', 'PUT', 'HEAD'],
  );
  assert.equal(requests[1]?.headers['if-none-match'], undefined);
});

const page = (keys: readonly string[], isTruncated = false): ProxiedAnswer => ({
  status: 200,
  headers: {},
  body: Buffer.from(
    `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${keys.map((key) => `<Contents><Key>${key}</Key><Size>1</Size><LastModified>2024-07-01T00:00:00Z</LastModified></Contents>`).join('')}</ListBucketResult>`,
  ),
});

test('a listing goes on page after page, and leaves out what is not a key', async (t) => {
  const { store, requests } = await answering(t, [page(['p/a', 'p/b/', 'p/b//c'], true), page(['p/c', 'p/d'])]);
  assert.deepEqual(await keysOf(store, ''), ['a', 'c', 'd']);
  assert.equal(new URL(requests[1]?.url ?? '', 'http://x').searchParams.get('start-after'), 'p/b//c');
});

test('a listing that may have gaps is refused', async (t) => {
  const wrong = [
    [page(['p/b', 'p/a'])],
    [page(['p/a', 'p/a'])],
    [page(['q/a'])],
    [page([], true)],
    [page(['p/a'], true)],
  ];
  for (const answers of wrong) await rejects('remote-failed', keysOf((await answering(t, answers)).store, ''));
});

test('a stream goes on after a cut, unless the object changed or the store ignores the range', async (t) => {
  const cut: FaultPlan = () => ({ kind: 'cut', answer: found('hello world') });
  const rest = (etag: string, range: string): ProxiedAnswer => ({
    status: 206,
    headers: { etag, 'content-range': range },
    body: Buffer.from(' world'),
  });
  const read = async (answer: ProxiedAnswer): Promise<string> => {
    const { store, requests } = await answering(t, [cut, answer]);
    const text = String(await collect(await store.readStream('a')));
    assert.equal(requests[1]?.headers.range, 'bytes=5-');
    return text;
  };
  assert.equal(await read(rest('"1"', 'bytes 5-10/11')), 'hello world');
  await rejects('remote-damaged', read(rest('"2"', 'bytes 5-10/11')));
  await rejects('remote-damaged', read(notFound));
  await rejects('remote-failed', read(rest('"1"', 'bytes 0-10/11')));
  await rejects('remote-failed', read(found('hello world')));
});

test('keys come from the environment when a document has none', async (t) => {
  const before = { ...process.env };
  t.after(() => (process.env = before));
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'ENVKEY', AWS_SECRET_ACCESS_KEY: 'env-secret' });
  const { store, requests } = await answering(t, [done], { credentials: 'environment' });
  await store.stat('a');
  assert.match(String(requests[0]?.headers.authorization), /Credential=ENVKEY\//);
});
