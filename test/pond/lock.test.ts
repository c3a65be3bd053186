/** The writer lock, and when it is taken from a holder whose process cannot be looked up. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { acquireLock, LockHeldError } from '../../server/src/pond/lock.ts';
import { type LockHolder } from '../../server/src/pond/lockFile.ts';
import { type LockClock, newHolder, stateOf } from '../../server/src/pond/lockHolder.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { processStart } from '../../server/src/storage/processStart.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { endLockHolders, overwrite } from '../support/pondState.ts';
import { SimDisk } from '../support/simDisk.ts';
import { bytesOf } from '../support/tree.ts';

const path = '_pond/lock.1';

/** A disk whose lock another container holds, and clocks that the test moves. */
class Place {
  nowMs = Date.UTC(2026, 0, 1);
  elapsedMs = 0;
  readonly holder: LockHolder;
  readonly disk: Disk = createMemoryDisk(undefined, () => this.nowMs);
  readonly #clock: LockClock = { now: () => this.nowMs, elapsed: () => this.elapsedMs };

  constructor(holder: Partial<LockHolder> = {}) {
    this.holder = { ...newHolder(), host: 'container', namespace: 'pid:[7]', ...holder };
    this.disk.makeDirectory('_pond');
    overwrite(this.disk, path, bytesOf(JSON.stringify(this.holder)));
  }

  pass(seconds: number): void {
    this.nowMs += seconds * 1000;
    this.elapsedMs += seconds * 1000;
  }

  /** The holder changes the time of its lock. */
  beat(): void {
    overwrite(this.disk, path, bytesOf(JSON.stringify(this.holder)));
  }

  /** Tries to take the lock: 'taken', or whether it is worthwhile to watch on. */
  look(): 'taken' | 'held' | 'silent' {
    try {
      acquireLock(this.disk, this.#clock).release();
      return 'taken';
    } catch (error) {
      assert.ok(error instanceof LockHeldError, String(error));
      return error.isSilent ? 'silent' : 'held';
    }
  }

  /** Looks once a second. Returns the last result. */
  watch(seconds: number): string {
    for (let second = 1; second < seconds; second++) {
      if (this.look() === 'taken') return 'taken';
      this.pass(1);
    }
    return this.look();
  }
}

it('a lock can be taken after a machine stopped at any call of its heartbeat', async () => {
  const place = createMemoryDisk();
  place.makeDirectory('_pond');
  const sim = new SimDisk(imageOf(place));
  const lock = acquireLock(sim.disk);
  lock.beat();
  const count = await sim.checkCrashes({ mode: 'every' }, ({ open }) => {
    const disk = open();
    endLockHolders(disk);
    acquireLock(disk).release();
  });
  lock.release();
  assert.ok(count > 5, `${count} states`);
});

describe('a lock of another container or machine', () => {
  it('can be taken when its heartbeat is a minute old and stays so while it is watched', () => {
    const place = new Place();
    assert.equal(place.look(), 'held');
    place.pass(59);
    assert.equal(place.watch(1), 'held');
    place.pass(1);
    assert.equal(place.watch(15), 'silent');
    assert.equal(place.watch(2), 'taken');
  });

  it('is not taken from a holder that is alive, for hours', () => {
    const place = new Place();
    for (let beat = 0; beat < 500; beat++) {
      place.pass(10);
      place.beat();
      assert.equal(place.watch(9), 'held');
    }
  });

  it('is not taken because a clock jumped', () => {
    const place = new Place();
    assert.equal(place.look(), 'held');
    place.nowMs += 24 * 3600_000;
    assert.equal(place.watch(9), 'silent');
    place.beat();
    assert.equal(place.watch(9), 'held');
    place.nowMs -= 365 * 24 * 3600_000;
    for (let beat = 0; beat < 100; beat++) {
      assert.notEqual(place.watch(9), 'taken');
      place.pass(1);
      place.beat();
    }
    assert.equal(place.watch(9), 'held');
  });

  it('is taken from a holder that ended, although the clock was set back by a year since', () => {
    const place = new Place();
    place.nowMs -= 365 * 24 * 3600_000;
    assert.equal(place.watch(15), 'silent');
    assert.equal(place.watch(2), 'taken');
  });

  it('is known to be held as soon as one beat is seen, whatever the clock of its holder says', () => {
    for (const skewMs of [-3600_000, 3600_000]) {
      const place = new Place();
      const beat = (): void => {
        place.nowMs += skewMs;
        place.beat();
        place.nowMs -= skewMs;
      };
      beat();
      assert.equal(place.watch(9), 'silent');
      place.pass(1);
      beat();
      assert.equal(place.look(), 'held');
    }
  });

  it('is taken from an id that another process has by now, where the start of processes is not known', () => {
    const place = new Place({ ...newHolder(), pid: process.ppid, started: undefined });
    assert.equal(place.look(), 'held');
    place.pass(60);
    assert.equal(place.watch(15), 'silent');
    assert.equal(place.watch(2), 'taken');
  });

  it('is not taken by a process that was suspended while it watched', () => {
    const place = new Place();
    place.pass(61);
    assert.equal(place.look(), 'silent');
    // Both were suspended, and the holder beats again within its time.
    place.pass(3600);
    assert.equal(place.look(), 'silent');
    place.pass(9);
    place.beat();
    assert.equal(place.look(), 'held');
  });

  it('is not taken from a holder of an earlier version, which has no heartbeat', () => {
    const place = new Place({ beats: false, boot: undefined, namespace: undefined });
    place.pass(24 * 3600);
    assert.equal(place.watch(100), 'held');
    assert.throws(() => acquireLock(place.disk), { hint: /^Check on container that .* remove _pond\/lock\.1\.$/ });
  });

  it('is never to be removed by hand while its holder has a heartbeat', () => {
    const { disk } = new Place({ started: undefined });
    overwrite(disk, path, bytesOf(JSON.stringify({ ...newHolder(), host: 'container', namespace: 'pid:[7]' })));
    assert.throws(
      () => acquireLock(disk),
      (error: unknown) => error instanceof LockHeldError && !error.hint!.includes('remove'),
    );
  });
});

describe('the holder of a lock', () => {
  const self = newHolder();
  const states: Readonly<Record<string, readonly [Partial<LockHolder>, ReturnType<typeof stateOf>]>> = {
    'this process': [{}, 'running'],
    'this process under another host name': [{ host: 'renamed' }, self.boot === undefined ? 'elsewhere' : 'running'],
    'another process that runs': [{ pid: process.ppid, started: processStart(process.ppid) }, 'running'],
    'a process whose id runs, since when is not known': [{ pid: process.ppid, started: undefined }, 'elsewhere'],
    'an earlier process of the same id': [{ started: 'before' }, 'ended'],
    'a process before the restart of the machine': [{ boot: 'before' }, self.boot === undefined ? 'running' : 'ended'],
    'a process of another machine': [{ boot: 'other', host: 'other' }, 'elsewhere'],
    'a process of an earlier version, of this host': [{ boot: undefined, namespace: undefined }, 'running'],
    'a process of an earlier version, of another host': [{ boot: undefined, host: 'other' }, 'elsewhere'],
  };
  for (const [name, [changes, expected]] of Object.entries(states)) {
    it(`is ${expected}: ${name}`, () => assert.equal(stateOf({ ...self, ...changes }), expected));
  }

  it('changes the time of its file and nothing else, and holds it afterwards', () => {
    let nowMs = 0;
    const disk = createMemoryDisk(undefined, () => nowMs);
    disk.makeDirectory('_pond');
    const lock = acquireLock(disk);
    const before = disk.readFile(path);
    nowMs = 10_000;
    lock.beat();
    assert.deepEqual([disk.readFile(path), disk.stat(path)?.modifiedMs, lock.isHeld()], [before, 10_000, true]);
    overwrite(disk, path, bytesOf('{"id":"other","pid":1,"host":"elsewhere"}'));
    lock.beat();
    assert.equal(lock.isHeld(), false);
    disk.remove(path);
    lock.beat();
    assert.deepEqual([lock.isHeld(), disk.stat(path)], [false, undefined]);
    lock.release();
  });
});

describe('two processes that take a lock at the same moment', () => {
  it('exclude each other, also when the faster one removes the file that the other was writing', () => {
    const disk = createMemoryDisk();
    disk.makeDirectory('_pond');
    const slower: Disk = {
      ...disk,
      link(from, to) {
        acquireLock(disk);
        disk.remove(from);
        return disk.link(from, to);
      },
    };
    assert.throws(() => acquireLock(slower), {
      code: 'lock-held',
      message: new RegExp(`^process ${process.pid} on `),
    });
  });

  it('take it one after the other when the faster one has released it meanwhile', () => {
    for (const removesFile of [true, false]) {
      const disk = createMemoryDisk();
      disk.makeDirectory('_pond');
      let faster = 0;
      const slower: Disk = {
        ...disk,
        link(from, to) {
          if (faster++ < 3) {
            acquireLock(disk).release();
            if (removesFile) disk.remove(from);
          }
          return disk.link(from, to);
        },
      };
      const lock = acquireLock(slower);
      assert.deepEqual([lock.isHeld(), disk.stat('_pond/lock.4') !== undefined, faster], [true, true, 4]);
      lock.release();
    }
  });

  it('fail for a disk that fails, and not for each other', () => {
    const disk = createMemoryDisk();
    disk.makeDirectory('_pond');
    acquireLock(disk).release();
    const failing: Disk = {
      ...disk,
      link() {
        throw new PondError('storage-failed', 'the disk failed');
      },
    };
    assert.throws(() => acquireLock(failing), { code: 'storage-failed' });
    acquireLock(disk).release();
  });
});
