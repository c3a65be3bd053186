import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { type Builder, type FileFacts } from '../../server/src/sandbox/build.ts';
import { requireSqlType } from '../../server/src/duckdb/sqlType.ts';
import { type Cache, createCache } from '../../server/src/storage/cache.ts';
import { keyOf } from '../../server/src/materialize/contentKey.ts';
import { createMaterializer } from '../../server/src/materialize/createMaterializer.ts';
import { type Materializer } from '../../server/src/materialize/materializer.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';

const key = keyOf('test', 1);
const write = (text: string) => (target: string) => Promise.resolve(writeFileSync(target, text));

interface Parts {
  readonly cache?: Cache;
  readonly inspect?: () => Promise<FileFacts>;
  readonly isTrusted?: () => boolean;
}

function newMaterializer(t: TestContext, { cache, inspect, isTrusted = () => true }: Parts = {}): Materializer {
  const never = (): never => assert.fail('nothing is built here');
  const builder: Builder = {
    fromUserSql: never,
    run: never,
    notations: never,
    tableRuns: never,
    inspect: inspect ?? never,
    close: () => Promise.resolve(),
  };
  const own = cache ?? createCache(openHostDisk(temporaryFolder(t)), { bytesMax: 1e9 });
  return createMaterializer({ cache: own, builder: () => builder, isTrusted });
}

test('a file is computed once, and found by its key afterwards, by another process too', async (t) => {
  const folder = temporaryFolder(t);
  const [first, second] = [1, 2].map(() =>
    newMaterializer(t, { cache: createCache(openHostDisk(folder), { bytesMax: 1e9 }) }),
  );
  const made = await first!.file(key, write('abc'), {});
  assert.equal(readFileSync(made.hostPath, 'utf8'), 'abc');
  assert.deepEqual({ key: made.key, sizeBytes: made.sizeBytes }, { key, sizeBytes: 3 });
  assert.deepEqual(await second!.file(key, () => assert.fail('made twice'), {}), made);
});

test('concurrent callers share the work', async (t) => {
  const materializer = newMaterializer(t);
  let times = 0;
  const slow = async (target: string): Promise<void> => {
    times += 1;
    await Promise.resolve();
    writeFileSync(target, 'x');
  };
  await Promise.all([1, 2, 3].map(() => materializer.file(key, slow, {})));
  assert.equal(times, 1);
});

for (const damaged of ['[]', '{}', 'null', '[1]', '["../../../etc/passwd"]', '["']) {
  test(`a cache entry that no materializer wrote is computed again: ${damaged}`, async (t) => {
    const cache = createCache(openHostDisk(temporaryFolder(t)), { bytesMax: 1e9 });
    const materializer = newMaterializer(t, { cache });
    cache.writeText(keyOf('parts', key), damaged);
    const make = async () => [await materializer.file(keyOf('part'), write('abc'), {})];
    assert.deepEqual(
      (await materializer.files(key, make, {})).map(({ sizeBytes }) => sizeBytes),
      [3],
    );
    assert.equal(materializer.known(key)?.length, 1);
  });
}

test('a failed computation leaves nothing, and is repeated', async (t) => {
  const folder = temporaryFolder(t);
  const materializer = newMaterializer(t, { cache: createCache(openHostDisk(folder), { bytesMax: 1e9 }) });
  const fail = (target: string): Promise<void> => {
    writeFileSync(target, 'half');
    return Promise.reject(new PondError('query-failed', 'no'));
  };
  await assert.rejects(materializer.file(key, fail, {}), { code: 'query-failed' });
  assert.deepEqual(readdirSync(join(folder, key.slice(0, 2))), []);
  assert.equal((await materializer.file(key, write('whole'), {})).sizeBytes, 5);
});

test('work is cancelled when the last caller that waits for it is cancelled', async (t) => {
  const materializer = newMaterializer(t);
  let giveUp = (): void => undefined;
  const aborted = new Promise<string>((resolve) => (giveUp = () => resolve('given up')));
  const endless = (_: string, job: { readonly signal?: AbortSignal }): Promise<void> =>
    new Promise((_resolve, reject) => {
      job.signal?.addEventListener('abort', () => {
        giveUp();
        reject(new PondError('cancelled', 'given up'));
      });
    });
  const [one, other] = [new AbortController(), new AbortController()];
  const waits = [one, other].map(({ signal }) => materializer.file(key, endless, { signal }));
  one.abort();
  await assert.rejects(waits[0]!, { code: 'cancelled' });
  assert.equal(await Promise.race([aborted, Promise.resolve('goes on')]), 'goes on');
  other.abort();
  await assert.rejects(waits[1]!, { code: 'cancelled' });
  assert.equal(await aborted, 'given up');
  assert.equal((await materializer.file(key, write('again'), {})).sizeBytes, 5);
});

test('parts are recorded under the key of the whole, until one of them is missing', async (t) => {
  const materializer = newMaterializer(t);
  const make = () => Promise.all(['a', 'b'].map((text) => materializer.file(keyOf(text), write(text), {})));
  const parts = await materializer.files(key, make, {});
  assert.deepEqual(materializer.known(key), parts);
  assert.deepEqual(await materializer.files(key, () => assert.fail('made twice'), {}), parts);
  rmSync(parts[1]!.hostPath);
  assert.equal(materializer.known(key), undefined);
  assert.deepEqual(await materializer.files(key, make, {}), parts);
});

test('the cache stays within its limit: the oldest files are removed first, but none in use', async (t) => {
  const folder = temporaryFolder(t);
  let now = Date.now();
  const cache = createCache(openHostDisk(folder), { bytesMax: 1_000, now: () => now });
  const files = [];
  for (let index = 0; index < 5; index += 1) {
    files.push(await cache.make(keyOf('file', index), write('x'.repeat(180))));
  }
  now += 3_600_000;
  // Requested now, so in use.
  cache.find(files[0]!.key);
  await cache.make(keyOf('file', 5), write('x'.repeat(180)));
  assert.deepEqual(
    files.map(({ hostPath }) => existsSync(hostPath)),
    [true, false, false, true, true],
  );
});

test('incomplete files of a dead process count toward the limit, and are removed when they are old', async (t) => {
  const folder = temporaryFolder(t);
  const now = Date.now();
  const left = join(folder, 'aa', '.tmp-left');
  mkdirSync(join(folder, 'aa'));
  writeFileSync(left, 'x'.repeat(2_000));
  writeFileSync(join(folder, '.DS_Store'), 'of another program');
  const make = async (laterMs: number): Promise<void> => {
    const cache = createCache(openHostDisk(folder), { bytesMax: 1_000, now: () => now + laterMs });
    await cache.make(keyOf('later', laterMs), write('x'.repeat(100)));
  };
  await make(0);
  assert.equal(existsSync(left), true);
  await make(2 * 3_600_000);
  assert.equal(existsSync(left), false);
  assert.equal(existsSync(join(folder, '.DS_Store')), true);
});

test('metadata of files is requested once', async (t) => {
  const facts: FileFacts = {
    columns: [{ name: 'Timestamp', type: requireSqlType('BIGINT') }],
    rowCount: 2,
    isAlike: true,
    time: { minUs: 1n, maxUs: 9_007_199_254_740_993n },
  };
  const folder = temporaryFolder(t);
  const cache = (): Cache => createCache(openHostDisk(folder), { bytesMax: 1e9 });
  const files = [{ hostPath: '/nowhere', sizeBytes: 1, key }];
  const asked = newMaterializer(t, { cache: cache(), inspect: () => Promise.resolve(facts) });
  assert.deepEqual(await asked.inspect(files, {}), facts);
  assert.deepEqual(await newMaterializer(t, { cache: cache() }).inspect(files, {}), facts);
});

test('nothing is computed in a restricted workspace, but existing files are returned', async (t) => {
  const folder = temporaryFolder(t);
  const cache = (): Cache => createCache(openHostDisk(folder), { bytesMax: 1e9 });
  const restricted = newMaterializer(t, { cache: cache(), isTrusted: () => false });
  await assert.rejects(restricted.file(key, write('x'), {}), { code: 'untrusted' });
  assert.throws(() => restricted.builder, { code: 'untrusted' });
  await newMaterializer(t, { cache: cache() }).file(key, write('x'), {});
  assert.equal((await restricted.file(key, write('x'), {})).sizeBytes, 1);
});
