import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { migrate } from '../../server/src/migrate/migrate.ts';
import { openSource } from '../../server/src/migrate/openSource.ts';
import { type SourceHistory } from '../../server/src/migrate/source.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { arrowParquet } from '../support/arrowParquet.ts';
import { temporaryFolder } from '../support/folder.ts';
import { writePocBackup } from '../support/pocBackup.ts';
import { harborIds, writePocHarbor } from '../support/pocHarbor.ts';
import { directoryColumns, PocPond } from '../support/pocPond.ts';
import { initPond } from '../support/pond.ts';
import { zstdFrame } from '../support/zstdFrames.ts';

const uuid = '3f1c7a52-0d5e-4f6a-8a51-9c6f0b1d2eff';

/** Writes the pond of the harbor and its backup. */
function harborBackup(t: TestContext): { readonly pond: string; readonly bucket: string; readonly backup: string } {
  const folder = temporaryFolder(t);
  const pond = writePocHarbor(join(folder, 'old'));
  const bucket = join(folder, 'bucket');
  return { pond: join(folder, 'old'), bucket, backup: writePocBackup(pond, bucket, uuid) };
}

async function migrated(t: TestContext, source: SourceHistory, history: 'all' | 'none' = 'all'): Promise<OpenPond> {
  const pond = await initPond(join(temporaryFolder(t), 'pond'), { timeUs: 1 });
  t.after(() => pond.close());
  await migrate(pond, source, { history, base: '/', job: {} });
  return pond;
}

/** Paths with the hashes of their contents. */
async function contentsOf(pond: OpenPond): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { path, node } of (await pond.fs.root()).walk()) lines.push(`${path} ${node.type} ${node.sha256}`);
  return lines;
}

test('a backup gives the tree of its pond, batch by batch, from its folder, its bucket and a URL', async (t) => {
  const { pond, bucket, backup } = harborBackup(t);
  const contents = await contentsOf(await migrated(t, await openSource(pond, {})));
  for (const [index, from] of [backup, bucket, pathToFileURL(bucket).href].entries()) {
    const source = await openSource(from, {});
    assert.deepEqual([source.damage, source.left, source.commits.length], [[], [], 12]);
    if (index > 0) continue;
    const copy = await migrated(t, source);
    assert.deepEqual(await contentsOf(copy), contents, from);
    assert.equal((await copy.resolve('4')).timeUs, (1_735_689_600 + 3 * 3600) * 1_000_000);
  }
});

test('several backups in a bucket are listed, to name one', async (t) => {
  const { bucket, backup } = harborBackup(t);
  cpSync(backup, join(bucket, 'other'), { recursive: true });
  await assert.rejects(openSource(bucket, {}), {
    code: 'not-found',
    message: new RegExp(`several backups: ${uuid}, other`),
  });
});

/** Damage of a backup by its name. */
const damages: readonly (readonly [string, (backup: string, asset: string) => void, RegExp])[] = [
  ['a missing asset', (_, asset) => rmSync(asset), /asset\/[0-9a-f]{64}: it is missing/],
  ['a cut asset', (_, asset) => truncateSync(asset, 1000), /cannot be decompressed: it is cut short/],
  [
    'an altered asset',
    (_, asset) => writeFileSync(asset, zstdFrame(new Uint8Array(100_000))),
    /its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}/,
  ],
  ['a missing batch', (backup) => rmSync(join(backup, '5')), /\/5: it is missing|: .*5: it is missing/],
  ['a cut batch', (backup) => truncateSync(join(backup, '5'), 50), /cut short/],
  [
    'a batch that is not Parquet',
    (backup) => writeFileSync(join(backup, '5'), zstdFrame(Buffer.from('x'))),
    /cannot be read/,
  ],
  [
    'a path out of the pond',
    (backup) => writeFileSync(join(backup, '12'), batchWith('/Inbox/../../x')),
    /not valid in a pond/,
  ],
];

function batchWith(prefix: string): Uint8Array {
  const row = { prefix, number: 1, size: 0n, ftype: 4, sha256: new Uint8Array(32), contents: new Uint8Array() };
  return zstdFrame(arrowParquet(directoryColumns, [row]));
}

test('each damage of a backup is reported, and the rest is migrated', async (t) => {
  const { backup, bucket } = harborBackup(t);
  const [name = ''] = readdirSync(join(bucket, uuid, 'asset'));
  for (const [what, damage, message] of damages) {
    const folder = join(temporaryFolder(t), 'backup');
    cpSync(backup, folder, { recursive: true, preserveTimestamps: true });
    damage(folder, join(folder, 'asset', name));
    const source = await openSource(folder, {});
    assert.equal(source.damage.length, 1, what);
    assert.match(`${source.damage[0]!.path}: ${source.damage[0]!.problem}`, message, what);
    const root = await (await migrated(t, source, 'none')).fs.root();
    assert.ok((await root.readFile(`/Inbox/${harborIds.Inbox}/a.csv`)).length >= 3, what);
  }
});

test('an asset of any size comes as a stream, and one that ends early leaves no pond half valid', async (t) => {
  const folder = temporaryFolder(t);
  const old = new PocPond(join(folder, 'old'));
  const large = Buffer.alloc(40 * 1024 * 1024, 'large');
  old.command((root) => root.directory('Inbox').write('large', 'data', large));
  const backup = writePocBackup(old, join(folder, 'bucket'), uuid);
  const pond = await migrated(t, await openSource(backup, {}));
  const { sizeBytes, sha256 } = (await (await pond.fs.root()).get('/Inbox/large'))!.node;
  assert.deepEqual([sizeBytes, sha256], [large.length, createHash('sha256').update(large).digest('hex')]);
  const source = await openSource(backup, {});
  const asset = join(backup, 'asset', sha256);
  const packed = readFileSync(asset);
  writeFileSync(asset, packed.subarray(0, 30 * 1024 * 1024));
  const other = await initPond(join(folder, 'other'), { timeUs: 1 });
  t.after(() => other.close());
  const options = { history: 'all', base: '/', job: {} } as const;
  await assert.rejects(migrate(other, source, options), {
    code: 'pond-damaged',
    message: /asset\/[0-9a-f]{64}: it cannot be decompressed: it is cut short/,
  });
  assert.equal(await (await other.fs.root()).get('/Inbox/large'), undefined);
  assert.deepEqual((await other.checkHistory()).problems, []);
  writeFileSync(asset, packed);
  await migrate(other, source, options);
  assert.deepEqual(await contentsOf(other), await contentsOf(pond));
});
