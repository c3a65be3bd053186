import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { type ErrorCode, isPondError, PondError } from '../../server/src/base/error.ts';
import { commitVersion, type CommitOutcome } from '../../server/src/delta/commit.ts';
import { commitFile } from '../../server/src/delta/logPaths.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { addOf, commit, makeTable } from '../support/deltaTable.ts';

const failure = new PondError('storage-failed', 'the disk failed');

/** Commits version 1 on a table whose disk is changed by `faults`. */
function attempt(faults: (disk: Disk) => Partial<Disk>, prepare: (disk: Disk) => void = () => undefined): Attempt {
  const disk = createMemoryDisk();
  makeTable(disk);
  prepare(disk);
  const faulty = { ...disk, ...faults(disk) };
  const run = () => commitVersion(faulty, commitNumber(1), { commitInfo: { txnId: 'ours' }, adds: [addOf('a')] });
  return { disk, run };
}

interface Attempt {
  readonly disk: Disk;
  readonly run: () => CommitOutcome;
}

function fails(run: () => unknown, code: ErrorCode): void {
  assert.throws(run, (error) => isPondError(error, code));
}

/** Runs `action`, then fails as if the response had been lost. */
function loseAnswer(action: () => void): never {
  action();
  throw failure;
}

const failOnce = (times: number, action: (directory: string) => void) => {
  let left = times;
  return (directory: string) => {
    if (left-- > 0) throw failure;
    action(directory);
  };
};

describe('a commit without a response', () => {
  it('is done if it had its name before the response was lost', () => {
    const { disk, run } = attempt((disk) => ({ link: (from, to) => loseAnswer(() => disk.link(from, to)) }));
    assert.deepEqual(run(), { committed: true });
    assert.ok(disk.stat(commitFile(commitNumber(1))));
  });

  it('is done if its directory is flushed at the second attempt', () => {
    const { run } = attempt((disk) => ({ syncDirectory: failOnce(1, (directory) => disk.syncDirectory(directory)) }));
    assert.deepEqual(run(), { committed: true });
  });

  it('is unknown if the name exists and cannot be made durable', () => {
    const { disk, run } = attempt((disk) => ({ syncDirectory: failOnce(2, (path) => disk.syncDirectory(path)) }));
    fails(run, 'commit-unknown');
    // The next attempt finds the commit by its id, and does not make it twice.
    assert.ok(disk.stat(commitFile(commitNumber(1))));
    assert.deepEqual(run(), { committed: true });
  });

  it('is unknown if it cannot be read back', () => {
    const { run } = attempt((disk) => ({
      link: (from, to) => loseAnswer(() => disk.link(from, to)),
      readFile: () => loseAnswer(() => undefined),
    }));
    fails(run, 'commit-unknown');
  });

  it('is a conflict if another commit has the version', () => {
    const { run } = attempt(
      () => ({ link: () => loseAnswer(() => undefined) }),
      (disk) => commit(disk, 1, { adds: [addOf('theirs')] }),
    );
    assert.deepEqual(run(), { conflict: true });
  });
});

describe('a commit that fails before it has its name', () => {
  it('is the storage error, and leaves no name and no temporary file', () => {
    for (const fault of [{ create: () => loseAnswer(() => undefined) }, { link: () => loseAnswer(() => undefined) }]) {
      const { disk, run } = attempt(() => fault);
      fails(run, 'storage-failed');
      assert.deepEqual(disk.list('_delta_log'), [commitFile(commitNumber(0)).slice(11)]);
    }
  });

  it('can be repeated', () => {
    let failures = 1;
    const { run } = attempt((disk) => ({
      create: (path) => (failures-- > 0 ? loseAnswer(() => undefined) : disk.create(path)),
    }));
    fails(run, 'storage-failed');
    assert.deepEqual(run(), { committed: true });
  });
});

describe('a commit on top of a damaged version', () => {
  it('is neither done nor a conflict: the damage is reported', () => {
    const { run } = attempt(
      () => ({}),
      (disk) => disk.create(commitFile(commitNumber(1))).close(),
    );
    fails(run, 'pond-damaged');
  });
});
