import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { literalList } from '../../server/src/duckdb/sql.ts';
import { sha256Of } from '../../server/src/base/sha256.ts';
import { joinRange } from '../../server/src/pond/joinedVersions.ts';
import { type CommittedNode } from '../../server/src/pond/node.ts';
import { hostPondStorage } from '../../server/src/storage/hostPondStorage.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { type TimeRange } from '../../server/src/pond/hostFileTimes.ts';
import { anySql } from '../support/anySql.ts';
import { testConnection } from '../support/connection.ts';
import { temporaryFolder } from '../support/folder.ts';
import { initPond, openPond } from '../support/pond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { fails } from '../support/tree.ts';
import { newUserCache } from '../support/userCache.ts';

const connection = await testConnection();
const author = 'test';

/** Columns by their numbers, with the value in a row; two are of one name. */
const columns = [
  { name: 'Timestamp', type: 'INT64', value: (row: number): unknown => BigInt(1_700_000_000 + row * 60) },
  { name: 'a', type: 'INT32', value: (row: number) => row % 7 },
  { name: 'a', type: 'DOUBLE', value: (row: number) => row / 8 },
  { name: 'b', type: 'STRING', value: (row: number) => (row % 5 > 0 ? `v ${row}` : null) },
  { name: 'c', type: 'BOOLEAN', value: (row: number) => row % 3 === 0 },
] as const;

/** Contents of `count` versions of two rows, from that number on, which have some of the columns in that order. */
function versions(from: number, count: number, own: readonly number[]): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const rows = [0, 1].map((row) => 2 * (from + index) + row);
    const columnData = [0, ...own].map((number) => {
      const { name, type, value } = columns[number]!;
      return { name, type, data: rows.map(value) as number[], nullable: true };
    });
    return new Uint8Array(parquetWriteBuffer({ columnData }));
  });
}

async function append(pond: OpenPond, contents: readonly Uint8Array[], path = '/s'): Promise<void> {
  const transaction = await pond.begin();
  const root = await transaction.fs.root();
  for (const content of contents) await root.writeFile(path, content, { type: 'series' });
  await transaction.commit({ message: 'versions', author });
}

interface Reading {
  readonly at?: string;
  readonly path?: string;
  readonly times?: TimeRange;
}

async function files(
  pond: OpenPond,
  { at, path = '/s', times }: Reading,
  mayJoin: boolean,
): ReturnType<OpenPond['hostFiles']> {
  const tree = at === undefined ? pond.fs : await pond.at(at);
  const found = await (await tree.root()).get(path);
  return await pond.hostFiles(found!.node, { mayJoin, ...(times && { times }) });
}

async function rowsOf(paths: readonly string[], where = ''): Promise<unknown> {
  const read = `FROM read_parquet(${literalList(paths)}, union_by_name = true) ${where}`;
  const types = await connection.rows(anySql(`DESCRIBE ${read}`));
  return { types, rows: await connection.rows(anySql(`SELECT COLUMNS(*)::VARCHAR ${read}`)) };
}

/** Compares the rows of joined versions with those of the versions one by one. Returns the number of files. */
async function requireSame(pond: OpenPond, reading: Reading = {}): Promise<number> {
  const [joined, plain] = [await files(pond, reading, true), await files(pond, reading, false)];
  const { times } = reading;
  const where = times && `WHERE "Timestamp" BETWEEN ${times.minUs / 1e6} AND ${times.maxUs / 1e6}`;
  const [ours, theirs] = await Promise.all(
    [joined, plain].map((found) =>
      rowsOf(
        found.map(({ hostPath }) => hostPath),
        where,
      ),
    ),
  );
  assert.deepEqual(ours, theirs);
  return joined.length;
}

async function newPond(
  t: TestContext,
): Promise<{ readonly folder: string; readonly pond: OpenPond; readonly cache: string }> {
  const cache = newUserCache(t);
  const folder = temporaryFolder(t);
  const pond = await initPond(join(folder, 'pond'));
  t.after(() => pond.close());
  return { folder, pond, cache };
}

test('a series of many versions has few files, which one more version leaves as they are', async (t) => {
  const { pond } = await newPond(t);
  await append(pond, versions(0, 556, [1]));
  const early = await files(pond, {}, true);
  assert.equal(early.length, 2 + 2 + 12, '2 of 256, 2 of 16, 11 of one and the latest');
  assert.equal(await requireSame(pond), early.length);
  await append(pond, versions(556, 1, [1]));
  const late = await files(pond, {}, true);
  assert.deepEqual(late.slice(0, early.length), early);
  await append(pond, versions(557, 4, [1]));
  assert.equal(await requireSame(pond), 2 + 3 + 1);
});

test('the files are the same in any state of the cache', async (t) => {
  const { pond } = await newPond(t);
  const contents = versions(0, 300, [1]);
  for (const end of [40, 290, 300]) await append(pond, contents.slice(end === 40 ? 0 : end === 290 ? 40 : 290, end));
  const keys = async (): Promise<readonly string[]> => (await files(pond, {}, true)).map(({ key }) => key);
  const fresh = await keys();
  newUserCache(t);
  for (const at of ['1', '2', '3']) await files(pond, { at }, true);
  assert.deepEqual(await keys(), fresh);
});

test('a file of the cache that was altered, cut short or removed is made again', async (t) => {
  const { pond, cache } = await newPond(t);
  await append(pond, versions(0, 40, [1, 3]));
  const expected = (await files(pond, {}, true)).map(({ hostPath, key }) => ({ hostPath, key }));
  const names = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.length > 60);
  assert.equal(names.length, 4, 'two blocks, each with its list');
  for (const name of names) {
    for (const change of [(bytes: Buffer) => bytes.subarray(1), (bytes: Buffer) => Buffer.from(bytes.toReversed())]) {
      writeFileSync(join(cache, name), change(readFileSync(join(cache, name))));
      const again = (await files(pond, {}, true)).map(({ hostPath, key }) => ({ hostPath, key }));
      assert.deepEqual(again, expected);
      await requireSame(pond);
    }
  }
});

test('damage of a version is found, and its content joins no others', async (t) => {
  const { folder, pond } = await newPond(t);
  await append(pond, versions(0, 300, [1]));
  await pond.close();
  const sizes = readdirSync(join(folder, 'pond')).map((name) => join(folder, 'pond', name));
  const data = sizes
    .filter((path) => path.endsWith('.parquet'))
    .sort((a, b) => statSync(b).size - statSync(a).size)[0]!;
  const bytes = readFileSync(data);
  bytes[bytes.length >> 1]! ^= 1;
  chmodSync(data, 0o600);
  writeFileSync(data, bytes);
  const again = await openPond(join(folder, 'pond'), { mode: 'read' });
  t.after(() => again.close());
  await fails('pond-damaged', files(again, {}, true));
});

test('contents that are not those of their versions are not joined', async (t) => {
  const cache = newUserCache(t);
  const contents = versions(0, 256, [1]);
  const range = contents.map((content, index) => {
    const node = { version: index + 1, sizeBytes: content.length, sha256: sha256Of(content) } as CommittedNode;
    return { node, content };
  });
  const saved = (): readonly string[] =>
    existsSync(cache)
      ? readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.length > 60)
      : [];
  const request = { storage: hostPondStorage(cache), signal: undefined };
  const other = { ...range[7]!, content: versions(7, 1, [2])[0]! };
  await joinRange(request, range.with(7, other));
  assert.deepEqual(saved(), []);
  await joinRange(request, range);
  assert.equal(saved().length, 2, 'the file of the block, and its list');
});

test('versions outside of a time are left out, or share a file with those within', async (t) => {
  const { pond } = await newPond(t);
  await append(pond, versions(0, 100, [1]));
  const times = { minUs: (1_700_000_000 + 45 * 120) * 1e6, maxUs: (1_700_000_000 + 67 * 120) * 1e6 };
  assert.equal(
    await requireSame(pond, { times }),
    3 + 1 + 4 + 1,
    'versions 45 to 47, a block, 64 to 67, and the latest',
  );
  await files(pond, {}, true);
  assert.equal(await requireSame(pond, { times }), 3 + 1, 'the blocks are known');
});

/** Appends to, restores or moves one of two series, by chance. */
async function change(pond: OpenPond, random: (count: number) => number, own: readonly number[]): Promise<void> {
  const path = random(2) === 0 ? '/s' : '/other';
  const action = random(6);
  if (action < 4) await append(pond, versions(random(1000), [1, 3, 17, 30][random(4)]!, own), path);
  else if (action === 4) {
    await pond.restore(['/s'], String(2 + random(pond.head.number - 1)));
    if ((await pond.status()).staged.length > 0) await pond.commit({ message: 'restore', author });
  } else {
    await (await pond.fs.root()).rename(path, '/moved');
    await requireSame(pond, { path: '/moved' });
    await pond.discard();
  }
}

for (const seed of seeds(2)) {
  test(`joined versions have the rows of the versions, whatever happens to a series; seed ${seed}`, async (t) => {
    const random = randomOf(seed);
    const { pond } = await newPond(t);
    let own: readonly number[] = [1];
    for (const path of ['/s', '/other']) await append(pond, versions(0, 1, own), path);
    for (let round = 0; round < 6; round++) {
      // Columns come and go, and the type of one changes.
      if (random(2) === 0) own = [random(4) === 0 ? 2 : 1, 3, 4].filter(() => random(3) > 0);
      await change(pond, random, own);
      for (const path of ['/s', '/other']) await requireSame(pond, { path });
    }
  });
}
