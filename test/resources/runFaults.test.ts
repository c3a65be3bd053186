import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { createCache } from '../../server/src/storage/cache.ts';
import { type ResourcePond } from '../../server/src/resources/tree/resourcePond.ts';
import { runResources, type RunResult } from '../../server/src/resources/runs/runner.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { faultKinds, type FaultKind, Faults, noFault } from '../support/faultDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { inboxDocument } from '../support/pipelineHost.ts';
import { endLockHolders } from '../support/pondState.ts';
import { derivedLayer, stageResource } from '../support/resourcePond.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';

const ids = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const callsMax = 200;

const kinds: readonly FaultKind[] = [
  { name: 'a disk that fills', errno: 'ENOSPC', effect: 'short', lasting: true },
  ...faultKinds.filter(({ name }) => name === 'late EIO'),
];

/** The layer of resources whose files never need the builder. */
function inboxLayer(folder: string): ReturnType<typeof derivedLayer> {
  const never = (): never => assert.fail('nothing is built here');
  return derivedLayer(never, () => createCache(openHostDisk(join(folder, 'cache')), { bytesMax: 1e6 }));
}

function closing(t: TestContext, pond: ResourcePond): ResourcePond {
  t.after(() => pond.close().catch(() => undefined));
  return pond;
}

function runAll(pond: ResourcePond): Promise<readonly RunResult[]> {
  const effects = { author: 'test', env: () => undefined, grants: { has: () => true }, now: Date.now };
  return runResources(pond, { effects, signal: new AbortController().signal, progress: () => undefined });
}

async function filesIn(pond: ResourcePond, id: string): Promise<readonly string[]> {
  const entries = await (await pond.fs.root()).list(`/Inbox/${id}`);
  return entries.map(({ basename }) => basename).filter((name) => name.endsWith('.csv'));
}

for (const kind of kinds) {
  test(`${kind.name} during a round of runs leaves each complete or undone, and the next round completes`, async (t) => {
    const folder = temporaryFolder(t);
    for (const [index, name] of ['one', 'two'].entries()) {
      mkdirSync(join(folder, name));
      for (const file of ['a.csv', 'b.csv']) writeFileSync(join(folder, name, file), file.repeat(index + 1));
    }
    const image = await startImage(folder);
    let failed = 0;
    for (let at = (await callsOfOpening(image, folder)) + 1; at < callsMax; at += 1) {
      const disk = createMemoryDisk(image);
      const plan = { kind, at, counted: 'changes' } as const;
      const outcome = await roundWithFault(t, disk, new Faults(plan), folder);
      if (outcome === 'no fault') break;
      if (outcome === 'failed') failed += 1;
      await checkAndComplete(t, disk, folder);
    }
    assert.ok(failed > 3, `${failed} rounds failed`);
  });
}

/** A pond with the documents that import the two folders. */
async function startImage(folder: string): Promise<DiskImage> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, '/pond', { layer: inboxLayer(folder) });
  for (const [index, name] of ['one', 'two'].entries()) {
    await stageResource(pond, ids[index]!, inboxDocument(name, join(folder, name, '*.csv')));
  }
  await pond.commit({ message: 'documents', author: 'test' });
  await pond.close();
  return imageOf(disk);
}

/** Number of calls that open the pond, which fail in the tests of the pond. */
async function callsOfOpening(image: DiskImage, folder: string): Promise<number> {
  const faults = noFault('changes');
  const disk = faults.wrap(createMemoryDisk(image));
  const pond = await openPondOn(disk, '/pond', { mode: 'write', layer: inboxLayer(folder) });
  const { calls } = faults;
  await pond.close();
  return calls;
}

/** Runs a round on a pond with the fault. */
async function roundWithFault(t: TestContext, disk: Disk, faults: Faults, folder: string) {
  const pond = closing(t, await openPondOn(faults.wrap(disk), '/pond', { mode: 'write', layer: inboxLayer(folder) }));
  const results = await runAll(pond);
  assert.equal(results.length, 2);
  await pond.close().catch(() => undefined);
  if (faults.fired === undefined) return 'no fault';
  const failures = results.filter(({ record }) => record.status === 'failed');
  for (const { name, id, record } of failures) {
    assert.match(record.error!.code, /^(storage-(full|failed)|commit-unknown)$/, record.error!.message);
    assert.equal(record.error!.path, `/Inbox/${id}/resource.yaml`);
    assert.ok(record.error!.message.startsWith(`Inbox/${name}: `));
  }
  return failures.length > 0 ? 'failed' : 'passed';
}

async function checkAndComplete(t: TestContext, disk: Disk, folder: string): Promise<void> {
  endLockHolders(disk);
  const pond = closing(t, await openPondOn(disk, '/pond', { mode: 'write', layer: inboxLayer(folder) }));
  const files = await Promise.all(ids.map((id) => filesIn(pond, id)));
  for (const names of files) assert.ok(names.length === 0 || names.length === 2, names.join());
  assert.deepEqual(await pond.check(), []);
  assert.deepEqual((await pond.status()).staged, []);
  const results = await runAll(pond);
  assert.deepEqual(
    results.map(({ record }) => record.error),
    [null, null],
  );
  for (const id of ids) assert.deepEqual(await filesIn(pond, id), ['a.csv', 'b.csv']);
  await pond.close();
}
