import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { runInbox } from '../../server/src/resources/kinds/inbox/run.ts';
import { progressName } from '../../server/src/resources/model/resourcePath.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { type FaultKind, Faults } from '../support/faultDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { endLockHolders } from '../support/pondState.ts';
import { createResourceBench } from '../support/runContext.ts';

const full: FaultKind = { name: 'full disk', errno: 'ENOSPC', effect: 'short', lasting: true };
const callsMax = 200;

test('a disk that becomes full during a run leaves all of the run or nothing', async (t) => {
  const folder = temporaryFolder(t);
  for (const name of ['a.csv', 'b.csv']) writeFileSync(join(folder, name), name);
  writeFileSync(join(folder, 'large.csv'), 'much '.repeat(300_000));
  let failed = 0;
  for (let at = 1; at < callsMax; at += 1) {
    const disk = createMemoryDisk();
    const outcome = await runUntilFull(disk, new Faults({ kind: full, at, counted: 'changes' }), folder);
    if (outcome === 'not full') break;
    if (outcome === 'full before') continue;
    failed += 1;
    const names = await namesIn(disk);
    // A commit whose last flush failed may exist nevertheless: then it is complete.
    if (names.length > 1) assert.deepEqual(names, ['a.csv', 'b.csv', 'large.csv', 'resource.yaml']);
    else assert.deepEqual(names, ['resource.yaml']);
  }
  assert.ok(failed > 5, `the disk was full at ${failed} calls of a run`);
});

async function runUntilFull(disk: Disk, faults: Faults, folder: string): Promise<'full' | 'full before' | 'not full'> {
  const document = `apiVersion: duckpond/v1
kind: Inbox
name: files
desc: Files
spec:
  pattern: ${JSON.stringify(`${folder}/*`)}
`;
  let isRunning = false;
  try {
    const pond = await initPondOn(faults.wrap(disk), '/pond');
    const bench = await createResourceBench(pond, 'Inbox', document);
    isRunning = true;
    await bench.run(runInbox);
    return faults.fired === undefined ? 'not full' : 'full before';
  } catch (error) {
    assert.ok(isPondError(error, 'storage-full') || isPondError(error, 'commit-unknown'), String(error));
    return isRunning ? 'full' : 'full before';
  }
}

async function namesIn(disk: Disk): Promise<readonly string[]> {
  endLockHolders(disk);
  const pond = await openPondOn(disk, '/pond', { mode: 'write' });
  const root = await pond.fs.root();
  const names: string[] = [];
  for await (const at of root.walk('/Inbox')) {
    if (!at.isDirectory && at.basename !== progressName) names.push(at.basename);
  }
  await pond.close();
  return names;
}
