import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { recentRecords, recordedRuns } from '../../server/src/commands/resourceInfo.ts';
import { initPond, openPondOn } from '../support/pond.ts';
import { recordsName } from '../../server/src/resources/model/resourcePath.ts';
import { readRecords } from '../../server/src/resources/runs/records.ts';
import { FileSystem } from '../../server/src/tinyfs/fs.ts';
import { MemoryBackend } from '../../server/src/tinyfs/memoryBackend.ts';
import { readResources } from '../../server/src/resources/readResource.ts';
import { runResources } from '../../server/src/resources/runs/runner.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { createCountingDisk } from '../support/countingDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { resourceLayer, stageResource } from '../support/resourcePond.ts';

/** A pond with an Inbox whose first runs each collected a file, and whose later runs collected none. */
async function pondWithRuns(t: TestContext, folder: string, count: number): Promise<void> {
  const files = join(folder, 'files');
  mkdirSync(files);
  const pond = await initPond(join(folder, 'pond'), { layer: resourceLayer(t) });
  const spec = `{ pattern: '${files.replaceAll('\\', '/')}/*' }`;
  const document = `apiVersion: v1\nkind: Inbox\nname: files\ndesc: Files\nspec: ${spec}\n`;
  await stageResource(pond, '5a0c7c55-2b3a-4f0e-9c56-000000000001', document);
  await pond.commit({ message: 'apply', author: 'a' });
  for (let run = 0; run < 2 * count; run++) {
    // A day for each run: the next one that says the same has a record again. And files that changed a moment ago may
    // change again unnoticed: their state would be stored in a run of its own.
    const now = (): number => Date.now() + (run + 1) * 25 * 60 * 60 * 1000;
    if (run < count) writeFileSync(join(files, 'a'), `content of run ${run}`);
    const effects = { author: 'a', env: () => undefined, grants: { has: () => true }, now };
    const signal = new AbortController().signal;
    await runResources(pond, { effects, signal, progress: () => undefined });
  }
  await pond.close();
}

test('records with new data are listed at the cost of one walk, and those without at no walk', async (t) => {
  const folder = temporaryFolder(t);
  const count = 12;
  await pondWithRuns(t, folder, count);
  const reads: number[] = [];
  for (const wanted of [count, count + count / 2, 2 * count]) {
    const { disk, take } = createCountingDisk(openHostDisk(join(folder, 'pond')));
    const pond = await openPondOn(disk, join(folder, 'pond'), { mode: 'read', layer: resourceLayer(t) });
    const [home] = await readResources(pond.fs);
    const records = await recentRecords(pond, home!);
    assert.equal(records.length, 2 * count);
    take();
    const infos = await recordedRuns(pond, records.slice(0, wanted));
    reads.push(take().calls);
    // One commit for the documents, and one for each run before it.
    const commits = records.slice(0, wanted).map(({ age }) => (age < count ? null : 2 * count + 1 - age));
    assert.deepEqual(
      infos.map(({ commit }) => commit),
      commits,
    );
    await pond.close();
  }
  const [none = 0, half = 0, all = 0] = reads;
  assert.equal(none, 0);
  assert.ok(all < 2 * half, `${half} reads for half of them, ${all} for all`);
});

test('a line that is not the record of a run is skipped', async () => {
  const fs = new FileSystem(new MemoryBackend());
  const home = '/Inbox/5a0c7c55-2b3a-4f0e-9c56-000000000001';
  const error = { code: 'run-failed', message: 'no file', path: '/a', line: 1, character: 2 };
  const counts = { durationMs: 1, rows: 0, bytes: 0, files: 0 };
  const record = { status: 'failed', started: '2026-01-01T00:00:00.000Z', ...counts, notes: ['a'], error };
  const others = [
    { ...record, status: 'lost' },
    { ...record, started: 1 },
    { ...record, rows: '1' },
    { ...record, notes: [1] },
    { ...record, error: undefined },
    { ...record, error: { message: 'no code' } },
    { ...record, error: { ...error, line: 'two' } },
    null,
  ];
  const lines = [...others, record, { ...record, status: 'ok', error: null }].map((line) => JSON.stringify(line));
  const root = await fs.root();
  await root.createDirectory(home, { parents: true });
  await root.writeFile(`${home}/${recordsName}`, Buffer.from(`${lines.join('\n')}\n{"cut`));
  const read = await readRecords(fs, { home });
  assert.deepEqual(
    read.map(({ status }) => status),
    ['failed', 'ok'],
  );
});
