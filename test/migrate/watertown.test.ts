import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { lazyAsync } from '../../server/src/base/lazy.ts';
import { migrate } from '../../server/src/migrate/migrate.ts';
import { openSource } from '../../server/src/migrate/openSource.ts';
import { type HistoryExtent, type SourceHistory } from '../../server/src/migrate/source.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { arrowParquet } from '../support/arrowParquet.ts';
import { temporaryFolder } from '../support/folder.ts';
import { initPond } from '../support/pond.ts';
import { smallParquet } from '../support/smallParquet.ts';
import { WatertownPond } from '../support/watertownPond.ts';

const large = Uint8Array.from({ length: 120_000 }, (_, i) => (i * i) % 251);
const reduceConfig = `in_pattern: series:///sensors/*
out_pattern: $0
time_column: timestamp
resolutions: [1h, 1d]
aggregations:
  - { type: avg, columns: ["*.temp"] }
  - { type: max }
`;
const hydroVuConfig = `client_id: abc-client
client_secret: "s3cret-value"
hydrovu_path: /hydrovu
devices:
  - { name: BDock, id: 4990594334457856 }
`;
const remoteConfig = `url: s3://bucket
region: auto
secret_access_key: \${env:R2_SECRET}
access_key_id: literal-key-id
`;

/** Writes a pond with every kind of node, in nine transactions. */
async function writeSource(folder: string): Promise<WatertownPond> {
  const pond = await WatertownPond.create(folder);
  pond.transaction(['pond', 'mkdir', '-p', '/sensors/raw'], () => {
    pond.mkdir('/sensors');
    pond.mkdir('/sensors/raw');
    pond.write('/readme.txt', 'file:physical:version', 'first');
    pond.write('/sensors/dock', 'table:physical:series', smallParquet('temp'), {
      attributes: { 'watertown.timestamp_column': 'when', site: 'dock' },
      override: [1n, 2n],
    });
  });
  pond.transaction(['pond', 'copy', 'host:///x', '/readme.txt'], () => {
    pond.write('/readme.txt', 'file:physical:version', 'second');
    pond.write('/sensors/dock', 'table:physical:series', smallParquet('temp', 'depth'));
    pond.write('/sensors/places', 'table:physical:version', smallParquet('place'));
    pond.write('/sensors/raw/big.bin', 'file:physical:version', large);
    pond.write('/latest', 'symlink', 'sensors/dock');
  });
  for (let line = 1; line <= 4; line++) {
    pond.transaction(
      ['pond', 'run', 'logs'],
      () => pond.write('/sensors/raw/log.jsonl', 'file:physical:series', `{"line":${line}}\n`),
      line === 3 ? 30 : 1,
    );
  }
  pond.transaction(['pond', 'mv'], () => {
    pond.rename('/sensors/raw', '/archive');
    pond.rename('/readme.txt', '/archive/readme.txt');
    pond.remove('/latest');
  });
  pond.transaction(['pond', 'mknod'], () => {
    pond.write('/reduced', 'dir:dynamic', reduceConfig, { factory: 'temporal-reduce' });
    pond.write('/collect', 'file:dynamic', hydroVuConfig, { factory: 'hydrovu' });
    pond.write('/backup', 'file:dynamic', remoteConfig, { factory: 'remote' });
    pond.mount('/other', '0190b000-0000-7000-8000-00000000000c');
  });
  return pond;
}

async function migrated(t: TestContext, from: string | SourceHistory, history: HistoryExtent = 'all') {
  const pond = await initPond(join(temporaryFolder(t), 'pond'), { timeUs: 1 });
  t.after(() => pond.close());
  const source = typeof from === 'string' ? await openSource(from, {}, { history }) : from;
  return { pond, source, ...(await migrate(pond, source, { history, base: '/', job: {} })) };
}

/** The pond, which no migration changes, written once. */
const sourceParent = mkdtempSync(join(tmpdir(), 'pond-test-'));
after(() => rmSync(sourceParent, { recursive: true, force: true }));
const sourceFolder = lazyAsync(async () => {
  await writeSource(join(sourceParent, 'old'));
  return join(sourceParent, 'old');
});

const text = async (pond: OpenPond, path: string, at = 'HEAD'): Promise<string> =>
  Buffer.from(await (await (await pond.at(at)).root()).readFile(path)).toString();

async function versions(pond: OpenPond, path: string): Promise<number> {
  let count = 0;
  for await (const _ of (await pond.fs.root()).versions(path)) count++;
  return count;
}

test('transactions become commits with their command, time and tree', async (t) => {
  const { pond, source, trees } = await migrated(t, await sourceFolder());
  assert.deepEqual(source.damage, []);
  assert.deepEqual(
    source.left.map(({ path, reason }) => `${path}: ${reason}`),
    [
      '/other: it is mounted from the pond 0190b000-0000-7000-8000-00000000000c',
      '0190b000-0000-7000-8000-00000000000c: 1 rows are of this pond, which is mounted in the source',
    ],
  );
  const commit = await pond.resolve('2');
  assert.equal(
    commit.message,
    `pond mkdir -p /sensors/raw\n\nWatertown transaction 2, root tree hash ${'02'.repeat(32)}`,
  );
  assert.equal(commit.timeUs, 1_780_000_000_000_000 + 2 * 3_600_000_000);
  assert.equal(await text(pond, '/readme.txt', '2'), 'first');
  assert.equal(await text(pond, '/readme.txt', '3'), 'second');
  assert.equal(await text(pond, '/latest', '3'), Buffer.from(smallParquet('temp', 'depth')).toString());
  assert.deepEqual(new Uint8Array(await (await pond.fs.root()).readFile('/archive/big.bin')), large);
  assert.equal(await (await pond.fs.root()).get('/latest'), undefined);
  assert.deepEqual(
    trees.map(({ path, sourceHash, migratedHash }) => [path, sourceHash === migratedHash]),
    [
      ['/archive', true],
      ['/sensors', true],
    ],
  );
  assert.deepEqual((await pond.checkHistory()).problems, []);
});

test('a moved node keeps its versions, and a series has one for each of the source', async (t) => {
  const { pond } = await migrated(t, await sourceFolder());
  assert.equal(await versions(pond, '/archive/readme.txt'), 2);
  assert.equal(await versions(pond, '/sensors/dock'), 2);
  const moves = (await pond.diff('7', '8'))
    .filter(({ kind }) => kind === 'renamed')
    .map(({ from, path }) => [from, path]);
  assert.deepEqual(moves, [
    ['/sensors/raw', '/archive'],
    ['/readme.txt', '/archive/readme.txt'],
  ]);
  const { attributes } = (await (await pond.fs.root()).get('/sensors/dock'))!.node;
  assert.equal(await versions(pond, '/sensors/places'), 1);
  assert.deepEqual(attributes, {});
  const before = (await (await (await pond.at('2')).root()).get('/sensors/dock'))!.node;
  assert.equal(before.attributes['time'], 'when');
  assert.equal(before.attributes['watertown.min_override'], '1');
});

test('a series of bytes has a version for each day, with all of its lines', async (t) => {
  const { pond } = await migrated(t, await sourceFolder());
  assert.equal(await versions(pond, '/archive/log.jsonl'), 2);
  assert.equal(await text(pond, '/archive/log.jsonl'), '{"line":1}\n{"line":2}\n{"line":3}\n{"line":4}\n');
  assert.equal(await text(pond, '/sensors/raw/log.jsonl', '5'), '{"line":1}\n{"line":2}\n');
});

test('a series of bytes has every version of the source if that is asked for', async (t) => {
  const { pond, trees } = await migrated(t, await sourceFolder(), 'every');
  assert.equal(await versions(pond, '/archive/log.jsonl'), 4);
  assert.equal(await text(pond, '/archive/log.jsonl'), '{"line":1}\n{"line":2}\n{"line":3}\n{"line":4}\n');
  assert.ok(trees.every(({ sourceHash, migratedHash }) => sourceHash === migratedHash));
});

test('computed nodes are drafts that are not applied, and no secret is in them', async (t) => {
  const folder = await sourceFolder();
  const { pond, source } = await migrated(t, folder);
  assert.match(
    await text(pond, '/migrated/reduced.yaml'),
    /kind: Reduce\nname: reduced\n[^]*in_pattern: \/sensors\/\*\n/,
  );
  const collector = await text(pond, '/migrated/collect.yaml');
  assert.match(collector, /kind: HydroVu[^]*secret: \$\{env:CLIENT_SECRET\}[^]*id: 4990594334457856/);
  const remote = await text(pond, '/migrated/backup.yaml');
  assert.match(
    remote,
    /no counterpart[^]*secret_access_key: \$\{env:R2_SECRET\}\naccess_key_id: \$\{env:ACCESS_KEY_ID\}/,
  );
  assert.deepEqual([...source.secrets.keys()], ['CLIENT_ID', 'CLIENT_SECRET', 'ACCESS_KEY_ID']);
  assert.deepEqual(source.notes, [
    '2 drafts of documents and 1 settings without a counterpart are below /migrated; none is applied.',
  ]);
  for (const entry of readdirSync(pond.directory, { recursive: true, withFileTypes: true })) {
    const bytes = entry.isFile() ? readFileSync(join(entry.parentPath, entry.name)) : Buffer.alloc(0);
    for (const secret of ['s3cret-value', 'abc-client', 'literal-key-id'])
      assert.ok(!bytes.includes(secret), entry.name);
  }
});

test('merged versions of a series count once, also when the merged rows are gone', async (t) => {
  const folder = join(temporaryFolder(t), 'old');
  const pond = await WatertownPond.create(folder);
  const append = (line: string, collapsedThrough?: number): void => {
    const settings = collapsedThrough === undefined ? {} : { collapsedThrough };
    pond.transaction(['run'], () => pond.write('/log', 'file:physical:series', line, settings));
  };
  for (const line of ['a', 'b', 'c']) append(line);
  append('abc', 3);
  append('d');
  const { pond: result, source } = await migrated(t, folder);
  assert.deepEqual(source.damage, []);
  assert.equal(await text(result, '/log'), 'abcd');
  const every = await migrated(t, folder, 'every');
  assert.equal(await text(every.pond, '/log'), 'abcd');
  assert.equal(await versions(every.pond, '/log'), 4);
  assert.deepEqual(every.source.left, []);
});

test('the hash of a version may be that of all up to it', async (t) => {
  const folder = join(temporaryFolder(t), 'old');
  const pond = await WatertownPond.create(folder);
  const write = (content: string, blake3: string): void =>
    pond.transaction(['run'], () => pond.write('/log', 'file:physical:series', content, { blake3 }));
  write('a', pond.blake3(Buffer.from('a')));
  write('b', pond.blake3(Buffer.from('ab')));
  const { source, pond: result } = await migrated(t, folder);
  assert.deepEqual([source.damage, await text(result, '/log')], [[], 'ab']);
  write('c', pond.blake3(Buffer.from('x')));
  assert.match(
    (await openSource(folder, {})).damage[0]!.problem,
    /version 3 of node \S+ has the BLAKE3 [0-9a-f]{64}, expected [0-9a-f]{64}/,
  );
});

test('a file that is removed and added again has all of its versions', async (t) => {
  const folder = join(temporaryFolder(t), 'old');
  const pond = await WatertownPond.create(folder);
  for (const content of ['one', 'two']) {
    pond.transaction(['write'], () => pond.write('/a', 'table:physical:series', smallParquet(content)));
  }
  let add = (): void => undefined;
  pond.transaction(['rm'], () => void (add = pond.remove('/a')));
  pond.transaction(['add'], () => add());
  const { source, pond: result } = await migrated(t, folder);
  assert.deepEqual([source.damage, await versions(result, '/a')], [[], 2]);
});

test('two nodes that take the place of each other keep their contents', async (t) => {
  const folder = join(temporaryFolder(t), 'old');
  const pond = await WatertownPond.create(folder);
  pond.transaction(['write'], () => {
    for (const name of ['a', 'b']) pond.mkdir(`/${name}`);
    for (const name of ['a', 'b']) pond.write(`/${name}/file`, 'file:physical:version', name);
  });
  pond.transaction(['swap'], () => {
    pond.rename('/a', '/c');
    pond.rename('/b', '/a');
    pond.rename('/c', '/b');
    pond.rename('/a/file', '/b/other');
  });
  const { pond: result } = await migrated(t, folder);
  assert.equal(await text(result, '/b/file'), 'a');
  assert.equal(await text(result, '/b/other'), 'b');
});

test('the times that the source recorded are compared with the rows, and differences are named', async (t) => {
  const folder = join(temporaryFolder(t), 'old');
  const pond = await WatertownPond.create(folder);
  const rows = (...seconds: readonly number[]): Uint8Array =>
    arrowParquet(
      { timestamp: 'int64' },
      seconds.map((second) => ({ timestamp: BigInt(second) })),
    );
  pond.transaction(['run'], () => {
    pond.write('/micros', 'table:physical:series', rows(5, 9), { times: [5_000_000n, 9_000_000n] });
    pond.write('/seconds', 'table:physical:series', rows(5, 9), { times: [5n, 9n] });
    pond.write('/other', 'table:physical:series', rows(5, 9), { times: [5_000_000n, 8_000_000n] });
    pond.write('/unknown', 'table:physical:series', rows(5, 9));
  });
  pond.transaction(['run'], () =>
    pond.write('/micros', 'table:physical:series', rows(3, 7), { times: [3_000_000n, 7_000_000n] }),
  );
  const { notes } = await migrated(t, folder);
  assert.deepEqual(notes, [
    '2 series cover the times that the source recorded.',
    'The source recorded other times than the rows have, of /other.',
  ]);
});

test('interrupted after any commit, another migration goes on to the same result', async (t) => {
  const source = await openSource(await sourceFolder(), {});
  const expected = (await migrated(t, source)).pond.head;
  const pond = await initPond(join(temporaryFolder(t), 'pond'), { timeUs: 1 });
  t.after(() => pond.close());
  for (let ended = false; !ended;) {
    const stop = new AbortController();
    const job = {
      signal: stop.signal,
      progress: (message: string, done: number) => void (message === 'migrating' && done === 1 && stop.abort()),
    };
    const run = migrate(pond, source, { history: 'all', base: '/', job });
    ended = await run.then(
      () => true,
      (error: unknown) => assert.match(String(error), /cancelled/) as unknown as false,
    );
  }
  assert.deepEqual([pond.head.number, pond.head.rootHash], [expected.number, expected.rootHash]);
});

/** Damage of a source: what is done to a file, by the form of its path. */
const damages: readonly (readonly [string, RegExp, (path: string) => void, RegExp])[] = [
  ['a missing blob', /blake3=/, (path) => rmSync(path), /_large_files\/blake3=[0-9a-f]+\.parquet: it is missing/],
  ['a cut blob', /blake3=/, (path) => truncateSync(path, 1000), /cannot be read/],
  ['an altered blob', /blake3=/, (path) => flip(path, large[60_000]!), /BLAKE3|cannot be read|bytes/],
  ['a cut data file', /part_id=0190/, (path) => truncateSync(path, 100), /it has 100 bytes, expected/],
  ['a missing data file', /part_id=0190/, (path) => rmSync(path), /it is missing/],
];

function flip(path: string, value: number): void {
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length / 2)] = value ^ 255;
  writeFileSync(path, bytes);
}

test('each damage is reported with its path, and the rest is migrated', async (t) => {
  const whole = await sourceFolder();
  for (const [what, form, damage, message] of damages) {
    const folder = join(temporaryFolder(t), 'old');
    cpSync(whole, folder, { recursive: true });
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => form.test(name))
      .sort();
    damage(
      join(
        folder,
        names.find((name) => statSync(join(folder, name)).isFile())!,
      ),
    );
    const source = await openSource(folder, {});
    assert.ok(source.damage.length > 0, what);
    assert.match(source.damage.map(({ path, problem }) => `${path}: ${problem}`).join('\n'), message, what);
    const { pond } = await migrated(t, source, 'none');
    assert.equal(pond.head.operation, 'migrate');
  }
});

test('a log that cannot be read is an error', async (t) => {
  const folder = join(temporaryFolder(t), 'old');
  cpSync(await sourceFolder(), folder, { recursive: true });
  writeFileSync(join(folder, 'data/_delta_log/00000000000000000003.json'), '{');
  await assert.rejects(openSource(folder, {}), { code: 'pond-damaged' });
});
