import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { text } from 'node:stream/consumers';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { readCommit } from '../../server/src/delta/log.ts';
import { openTable } from '../../server/src/delta/snapshot.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { chdbInsert, needsChdb } from '../support/chdb.ts';
import { makeTable } from '../support/deltaTable.ts';
import { sourceProcess } from '../support/sourceProcess.ts';

describe('several concurrent writers of one table', () => {
  it('get versions of their own, without gaps, which contain the acknowledged rows', async (test) => {
    const { directory, disk } = newTable(test);
    const acknowledged = await runCommitters(directory, [25, 25, 25, 25]);
    checkAcknowledged(disk, acknowledged);
    const versions = acknowledged.map(({ version }) => version);
    assert.deepEqual(
      versions,
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
    const snapshot = await openTable(disk);
    assert.deepEqual([snapshot?.version, snapshot?.files.size], [100, 100]);
    assert.equal(disk.list('_delta_log').length, 101);
  });

  it('share the table with another engine', needsChdb, async (test) => {
    const { directory, disk } = newTable(test);
    const [acknowledged, theirs] = await Promise.all([runCommitters(directory, [300]), insertByChdb(directory, 4)]);
    checkAcknowledged(disk, acknowledged);
    const snapshot = await openTable(disk);
    assert.ok(snapshot, 'there is no table');
    const foreign = snapshot.version - acknowledged.length;
    assert.ok(foreign >= theirs, `${foreign} foreign commits; chdb was received of ${theirs}`);
    assert.equal(snapshot.files.size, snapshot.version);
  });
});

interface Acknowledged {
  readonly version: number;
  readonly txnId: string;
}

function newTable(test: TestContext): { readonly directory: string; readonly disk: Disk } {
  const parent = mkdtempSync(join(tmpdir(), 'pond-race-'));
  test.after(() => rmSync(parent, { recursive: true }));
  const directory = join(parent, 'table');
  const disk = openHostDisk(directory);
  disk.makeDirectory('');
  makeTable(disk);
  return { directory, disk };
}

/** Starts processes together that commit a number of times each; returns the acknowledged commits, by version. */
async function runCommitters(directory: string, counts: readonly number[]): Promise<readonly Acknowledged[]> {
  const children = counts.map((count) => start(directory, count));
  await Promise.all(children.map(({ ready }) => ready));
  for (const { child } of children) child.stdin?.write('go\n');
  const outputs = await Promise.all(children.map(({ output }) => output));
  return outputs
    .flatMap((output) => [...output.matchAll(/^(\d+) (\S+)$/gm)])
    .map(([, version, txnId = '']) => ({ version: Number(version), txnId }))
    .sort((a, b) => a.version - b.version);
}

function checkAcknowledged(disk: Disk, acknowledged: readonly Acknowledged[]): void {
  for (const { version, txnId } of acknowledged)
    assert.equal(readCommit(disk, commitNumber(version))?.commitInfo?.['txnId'], txnId);
}

/** Returns the number of inserts that chdb acknowledged. It does not retry when it loses a race. */
async function insertByChdb(directory: string, count: number): Promise<number> {
  let done = 0;
  for (let index = 0; index < count; index++) {
    const insert = chdbInsert(directory, `SELECT ${index} AS id, 'theirs' AS name`);
    done += await insert.then(
      () => 1,
      () => 0,
    );
  }
  return done;
}

interface Started {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  /** All output of the process, once it has ended. */
  readonly output: Promise<string>;
}

function start(directory: string, count: number): Started {
  const child = spawn(process.execPath, [...sourceProcess('support/deltaCommitter'), directory, String(count)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return { child, ready: once(child.stdout, 'data'), output: text(child.stdout) };
}
