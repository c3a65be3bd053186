import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { testDiskContract } from '../contracts/disk.ts';
import { type FaultKind, type FaultPlan, Faults, faultKinds, forEachFault } from '../support/faultDisk.ts';

testDiskContract('disk whose fault never comes', () => ({
  disk: new Faults({ kind: kindNamed('EIO'), at: 1e9, counted: 'all' }).wrap(createMemoryDisk()),
  dispose: () => undefined,
}));

describe('a planned fault', () => {
  const codes = { EIO: 'storage-failed', ENOSPC: 'storage-full', EMFILE: 'storage-failed', EACCES: 'storage-denied' };
  for (const [name, code] of Object.entries(codes)) {
    it(`${name} is reported as ${code} once, and nothing is done`, () => {
      const { disk, faults } = faulty(name, 1);
      assert.throws(
        () => disk.makeDirectory('a'),
        (error) => isPondError(error) && error.code === code && error.message.includes(name),
      );
      assert.equal(faults.fired, "makeDirectory 'a'");
      assert.deepEqual(disk.list(''), []);
      disk.makeDirectory('a');
    });
  }

  it('occurs at the planned call, with or without counting reads', () => {
    const work = (disk: Disk) => (disk.stat('a'), disk.makeDirectory('a'), disk.list('a'), disk.makeDirectory('b'));
    const first = faulty('EIO', 2);
    assert.throws(() => work(first.disk));
    assert.equal(first.faults.fired, "makeDirectory 'b'");
    const second = faulty('EIO', 3, 'all');
    assert.throws(() => work(second.disk));
    assert.equal(second.faults.fired, "list 'a'");
  });

  it('a short write leaves half of the bytes', () => {
    const { disk } = faulty('short write', 2);
    const file = disk.create('a');
    assert.throws(() => file.append(new Uint8Array([1, 2, 3, 4])));
    assert.deepEqual(disk.readFile('a'), new Uint8Array([1, 2]));
  });

  it('a lost flush is reported once, and the second one reports success for bytes that are lost', () => {
    const { disk } = faulty('lost flush', 5);
    const file = disk.create('a');
    file.append(new Uint8Array([1, 2]));
    file.sync();
    file.append(new Uint8Array([3, 4]));
    assert.throws(() => file.sync());
    file.sync();
    assert.deepEqual(disk.readFile('a'), new Uint8Array([1, 2, 0, 0]));
  });

  it('a late failure reports a call that was carried out', () => {
    const base = createMemoryDisk({ directories: [], files: [['a', new Uint8Array()]] });
    const disk = new Faults({ kind: kindNamed('late EIO'), at: 1, counted: 'changes' }).wrap(base);
    assert.throws(() => disk.link('a', 'b'));
    assert.deepEqual(base.list('').sort(), ['a', 'b']);
  });

  it('a dead disk accepts no more changes', () => {
    const { disk } = faulty('dead disk', 2);
    disk.makeDirectory('a');
    for (let count = 0; count < 3; count++) assert.throws(() => disk.makeDirectory('b'));
    assert.deepEqual(disk.list(''), ['a']);
  });
});

describe('a fault at every call', () => {
  const work = (disk: Disk) => {
    const file = disk.create('a');
    file.append(new Uint8Array([1]));
    file.sync();
    file.close();
    disk.stat('a');
  };

  it('every call fails once, then the enumeration ends', async () => {
    const fired: (string | undefined)[] = [];
    const round = (faults: Faults) => {
      try {
        work(faults.wrap(createMemoryDisk()));
      } catch {
        fired.push(faults.fired);
      }
    };
    assert.equal(await forEachFault(kindNamed('EIO'), 'changes', round), 3);
    assert.deepEqual(fired, ["create 'a'", "append 'a'", "sync 'a'"]);
    assert.equal(await forEachFault(kindNamed('EIO'), 'all', round), 4);
  });

  it('a failure reports which call failed, and how', async () => {
    const rounds = forEachFault(kindNamed('ENOSPC'), 'changes', (faults) => work(faults.wrap(createMemoryDisk())));
    await assert.rejects(rounds, /^Error: ENOSPC at call 1 \(create 'a'\): /);
  });
});

function kindNamed(name: string): FaultKind {
  const kind = faultKinds.find((candidate) => candidate.name === name);
  assert.ok(kind, name);
  return kind;
}

function faulty(name: string, at: number, counted: FaultPlan['counted'] = 'changes'): { disk: Disk; faults: Faults } {
  const faults = new Faults({ kind: kindNamed(name), at, counted });
  return { disk: faults.wrap(createMemoryDisk()), faults };
}
