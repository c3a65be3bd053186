import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { writeCheckpoint } from '../../server/src/delta/checkpoint.ts';
import { checkpointFile, commitFile, hintFile } from '../../server/src/delta/logPaths.ts';
import { openTable, snapshotAt } from '../../server/src/delta/snapshot.ts';
import { inspectTail, quarantine } from '../../server/src/delta/verify.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { replaceFile } from '../../server/src/storage/durable.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { commit, makeTable, writeData } from '../support/deltaTable.ts';

/** A table of versions 0 to 5; each from 1 adds the data file `f<version>.parquet`. */
function soundTable(): Disk {
  const disk = createMemoryDisk();
  makeTable(disk);
  for (let version = 1; version <= 5; version++) {
    commit(disk, version, { adds: [writeData(disk, [version], `f${version}.parquet`)] });
  }
  return disk;
}

interface Row {
  readonly damage: string;
  readonly make: (disk: Disk) => void | Promise<void>;
  /** Findings of inspectTail in versions 0 to 5: kind and file. */
  readonly found: readonly (readonly [kind: string, file: string])[];
  /** The latest version that opens, or `damaged` if the table does not open. */
  readonly opens: 'damaged' | number;
}

const tip = commitFile(commitNumber(5));

const rows: readonly Row[] = [
  { damage: 'no damage', make: () => undefined, found: [], opens: 5 },
  {
    damage: 'a newest commit of no bytes',
    make: (disk) => overwrite(disk, tip, () => new Uint8Array()),
    found: [['commit-empty', tip]],
    opens: 'damaged',
  },
  {
    damage: 'a newest commit cut short',
    make: (disk) => overwrite(disk, tip, (bytes) => bytes.slice(0, 30)),
    found: [['commit-unreadable', tip]],
    opens: 'damaged',
  },
  {
    damage: 'a newest commit filled with NULs',
    make: (disk) => overwrite(disk, tip, (bytes) => new Uint8Array(bytes.length)),
    found: [['commit-unreadable', tip]],
    opens: 'damaged',
  },
  {
    damage: 'a newest commit whose last line is torn',
    make: (disk) => overwrite(disk, tip, (bytes) => bytes.slice(0, -5)),
    found: [['commit-unreadable', tip]],
    opens: 'damaged',
  },
  {
    damage: 'a commit in the middle of no bytes',
    make: (disk) => overwrite(disk, commitFile(commitNumber(2)), () => new Uint8Array()),
    found: [['commit-empty', commitFile(commitNumber(2))]],
    opens: 'damaged',
  },
  {
    damage: 'a gap in the middle',
    make: (disk) => disk.remove(commitFile(commitNumber(2))),
    found: [['commit-missing', commitFile(commitNumber(2))]],
    opens: 'damaged',
  },
  {
    damage: 'a gap before the newest',
    make: (disk) => disk.remove(commitFile(commitNumber(4))),
    found: [['commit-missing', commitFile(commitNumber(4))]],
    opens: 'damaged',
  },
  {
    damage: 'a newest commit that is gone',
    make: (disk) => disk.remove(tip),
    found: [['commit-missing', tip]],
    opens: 4,
  },
  {
    damage: 'commits that were cleaned up behind a checkpoint',
    make: async (disk) => {
      await checkpoint(disk, 3);
      for (const version of [0, 1, 2]) disk.remove(commitFile(commitNumber(version)));
    },
    found: [],
    opens: 5,
  },
  {
    damage: 'a hint that is broken',
    make: (disk) => overwrite(disk, hintFile, () => text('{"vers')),
    found: [['hint-unusable', hintFile]],
    opens: 5,
  },
  {
    damage: 'a hint to an absent checkpoint',
    make: (disk) => overwrite(disk, hintFile, () => text('{"version":3,"size":4}')),
    found: [['hint-unusable', hintFile]],
    opens: 5,
  },
  {
    damage: 'a checkpoint of no bytes, with its hint',
    make: async (disk) => {
      await checkpoint(disk, 3);
      overwrite(disk, checkpointFile(commitNumber(3)), () => new Uint8Array());
    },
    found: [
      ['hint-unusable', hintFile],
      ['checkpoint-unusable', checkpointFile(commitNumber(3))],
    ],
    opens: 5,
  },
  {
    damage: 'a checkpoint of garbage without a hint',
    make: (disk) => overwrite(disk, checkpointFile(commitNumber(3)), () => text('garbage'.repeat(100))),
    found: [['checkpoint-unusable', checkpointFile(commitNumber(3))]],
    opens: 5,
  },
  {
    damage: 'a checkpoint cut short',
    make: async (disk) => {
      await checkpoint(disk, 3);
      overwrite(disk, checkpointFile(commitNumber(3)), (bytes) => bytes.slice(0, -20));
    },
    found: [
      ['hint-unusable', hintFile],
      ['checkpoint-unusable', checkpointFile(commitNumber(3))],
    ],
    opens: 5,
  },
  {
    damage: 'a garbage checkpoint in place of commits',
    make: (disk) => {
      overwrite(disk, checkpointFile(commitNumber(3)), () => text('garbage'.repeat(100)));
      disk.remove(commitFile(commitNumber(0)));
    },
    found: [
      ['checkpoint-unusable', checkpointFile(commitNumber(3))],
      ['commit-missing', commitFile(commitNumber(0))],
    ],
    opens: 'damaged',
  },
  {
    damage: 'a hint and parts of a checkpoint in several files',
    make: (disk) => {
      overwrite(disk, hintFile, () => text('{"version":3,"size":4,"parts":2}'));
      const part = `${commitFile(commitNumber(3)).slice(0, -5)}.checkpoint.0000000001.0000000002.parquet`;
      overwrite(disk, part, () => text('part'));
    },
    found: [],
    opens: 5,
  },
  {
    damage: 'a data file that is missing',
    make: (disk) => disk.remove('f4.parquet'),
    found: [['data-missing', 'f4.parquet']],
    opens: 5,
  },
  {
    damage: 'a data file of no bytes, and one cut short',
    make: (disk) => {
      overwrite(disk, 'f3.parquet', () => new Uint8Array());
      overwrite(disk, 'f5.parquet', (bytes) => bytes.slice(0, -1));
    },
    found: [
      ['data-size', 'f5.parquet'],
      ['data-size', 'f3.parquet'],
    ],
    opens: 5,
  },
];

describe('the table of damages', () => {
  for (const { damage, make, found, opens } of rows) {
    const outcome = opens === 'damaged' ? 'is refused as damaged' : `opens at version ${opens}`;
    it(`${damage}: ${found.map(([kind]) => kind).join(', ') || 'nothing'} is found, and the table ${outcome}`, async () => {
      const disk = soundTable();
      await make(disk);
      const findings = inspectTail(disk, commitNumber(0), commitNumber(5));
      assert.deepEqual(
        findings.map(({ kind, file }) => [kind, file]),
        found,
      );
      if (opens === 'damaged') await assert.rejects(openTable(disk), (error) => isPondError(error, 'pond-damaged'));
      else assert.equal((await openTable(disk))?.version, opens);
    });
  }

  it('only the requested versions are inspected', () => {
    const disk = soundTable();
    disk.remove('f2.parquet');
    overwrite(disk, tip, () => new Uint8Array());
    assert.deepEqual(inspectTail(disk, commitNumber(3), commitNumber(4)), []);
  });

  it('a data file that a later commit removes may be missing', () => {
    const disk = soundTable();
    commit(disk, 6, { removes: [{ path: 'f2.parquet', dataChange: true }] });
    disk.remove('f2.parquet');
    assert.deepEqual(inspectTail(disk, commitNumber(0), commitNumber(6)), []);
  });

  it('a data file outside the table is reported', () => {
    const disk = soundTable();
    const add = { ...writeData(disk, [6], 'x'), path: '/elsewhere/x.parquet' };
    commit(disk, 6, { adds: [add] });
    const [finding] = inspectTail(disk, commitNumber(6), commitNumber(6));
    assert.deepEqual([finding?.kind, finding?.version, finding?.file], ['data-outside', 6, '/elsewhere/x.parquet']);
  });

  it('the snapshot names an unusable checkpoint that opening ignored', async () => {
    const disk = soundTable();
    await checkpoint(disk, 3);
    // Correct at both ends, wrong between them.
    overwrite(disk, checkpointFile(commitNumber(3)), (bytes) => bytes.fill(0xaa, 4, -8));
    const snapshot = await openTable(disk);
    assert.deepEqual([snapshot?.version, snapshot?.unusableCheckpoints], [5, [checkpointFile(commitNumber(3))]]);
  });
});

describe('quarantine', () => {
  it('a damaged latest commit in quarantine leaves a table that opens and accepts commits', async () => {
    const disk = soundTable();
    overwrite(disk, tip, (bytes) => bytes.slice(0, 30));
    const kept = disk.readFile(tip);
    const to = quarantine(disk, tip, '_pond/quarantine');
    assert.equal(to, `_pond/quarantine/${tip.slice(11)}`);
    assert.deepEqual(disk.readFile(to), kept);
    assert.equal((await openTable(disk))?.version, 4);
    commit(disk, 5, { adds: [writeData(disk, [50])] });
    assert.deepEqual(inspectTail(disk, commitNumber(0), commitNumber(5)), []);
  });

  it('nothing in quarantine is replaced, and a missing file is not moved', () => {
    const disk = soundTable();
    for (const content of ['one', 'two', 'three']) {
      overwrite(disk, tip, () => text(content));
      quarantine(disk, tip, 'q');
    }
    assert.deepEqual(disk.list('q').sort(), [tip.slice(11), `${tip.slice(11)}.2`, `${tip.slice(11)}.3`]);
    assert.deepEqual(disk.readFile(`q/${tip.slice(11)}`), text('one'));
    assert.equal(quarantine(disk, tip, 'q'), undefined);
  });
});

function overwrite(disk: Disk, path: string, change: (bytes: Uint8Array) => Uint8Array): void {
  replaceFile(disk, path, change(disk.readFile(path) ?? new Uint8Array()));
}

async function checkpoint(disk: Disk, version: number): Promise<void> {
  await writeCheckpoint(disk, await snapshotAt(disk, commitNumber(version)), 0);
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}
