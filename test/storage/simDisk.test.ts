import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Disk } from '../../server/src/storage/disk.ts';
import { putIfAbsent, writeNew } from '../../server/src/storage/durable.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { testDiskContract } from '../contracts/disk.ts';
import { SimDisk } from '../support/simDisk.ts';

testDiskContract('simulated disk', () => ({ disk: new SimDisk().disk, dispose: () => undefined }));

/** States after the last call of `work`, each as its paths with their content ('/' for a directory), sorted. */
function statesAfter(work: (disk: Disk) => void, files: readonly (readonly [string, string])[] = []): string[] {
  const image = { directories: [], files: files.map(([path, text]) => [path, bytesOf(text)] as const) };
  const sim = new SimDisk(image);
  work(sim.disk);
  const last = [...sim.crashStates({ mode: 'every' })].filter(({ point }) => point === sim.pointCount);
  return [...new Set(last.map(({ open }) => describeDisk(open())))].sort();
}

function check(name: string, work: (disk: Disk) => void, expected: readonly string[], files = oneFile): void {
  it(name, () => assert.deepEqual(statesAfter(work, files), [...expected].sort()));
}
const oneFile: readonly (readonly [string, string])[] = [['a', 'one']];

describe('states that a crash can leave', () => {
  check('without any call everything is there', () => undefined, ['a=one']);
  check('a new name without a sync may be missing, empty, cut, NUL or complete', (disk) => write(disk, 'b', 'abcd'), [
    'a=one',
    'a=one b=',
    'a=one b=a',
    'a=one b=ab',
    'a=one b=abc',
    'a=one b=abcd',
    'a=one b=0000',
    'a=one b=00cd',
    'a=one b=ab00',
  ]);
  check('synced data may lack its name', (disk) => writeNew(disk, 'b', bytesOf('abcd')), ['a=one', 'a=one b=abcd']);
  check(
    'a synced directory may name a file without data',
    (disk) => {
      write(disk, 'b', 'x');
      disk.syncDirectory('');
    },
    ['a=one b=', 'a=one b=0', 'a=one b=x'],
  );
  check(
    'synced data with a synced name is there',
    (disk) => {
      writeNew(disk, 'b', bytesOf('abcd'));
      disk.syncDirectory('');
    },
    ['a=one b=abcd'],
  );
  check(
    'bytes before the last sync remain, those after may be cut or NUL',
    (disk) => {
      const file = disk.openAppend('a');
      file.append(bytesOf('xy'));
    },
    ['a=one', 'a=one00', 'a=one0y', 'a=onex', 'a=onex0', 'a=onexy'],
  );
  check('a truncation may not have happened yet', (disk) => disk.openAppend('a').truncate(1), ['a=one', 'a=o']);
  check(
    'a truncated and synced file is truncated',
    (disk) => {
      const file = disk.openAppend('a');
      file.truncate(1);
      file.sync();
    },
    ['a=o'],
  );
  check(
    'names change in order',
    (disk) => {
      disk.link('a', 'b');
      disk.link('a', 'c');
      disk.remove('a');
    },
    ['a=one', 'a=one b=one', 'a=one b=one c=one', 'b=one c=one'],
  );
  check('a rename inside a directory is atomic', (disk) => disk.rename('a', 'b'), ['a=one', 'b=one']);
  check(
    'a replacing rename is atomic',
    (disk) => disk.rename('a', 'b'),
    ['a=one b=two', 'b=one'],
    [
      ['a', 'one'],
      ['b', 'two'],
    ],
  );
  check(
    'a rename between directories may leave both names, never none',
    (disk) => disk.rename('d/a', 'e/a'),
    ['d/ d/a=one e/ e/x=', 'd/ d/a=one e/ e/a=one e/x=', 'd/ e/ e/a=one e/x='],
    [
      ['d/a', 'one'],
      ['e/x', ''],
    ],
  );
  check(
    'a sync of only the source directory of a rename keeps the file too',
    (disk) => {
      disk.makeDirectory('e');
      disk.rename('d/a', 'e/a');
      disk.syncDirectory('d');
    },
    ['d/ e/ e/a=one'],
    [['d/a', 'one']],
  );
  check(
    'a synced file in a directory that is not durable is lost with it',
    (disk) => {
      disk.makeDirectory('d');
      writeNew(disk, 'd/b', bytesOf('x'));
      disk.syncDirectory('d');
    },
    ['a=one', 'a=one d/ d/b=x'],
  );
  check(
    'two names of one file have the same content',
    (disk) => {
      disk.openAppend('a').append(bytesOf('x'));
      disk.link('a', 'b');
      disk.syncDirectory('');
    },
    ['a=one b=one', 'a=one0 b=one0', 'a=onex b=onex'],
  );
});

describe('a workload under crashes', () => {
  it('the acknowledged content at each point is known, and nothing more', () => {
    const sim = new SimDisk<number>();
    for (let count = 0; count < 3; count++) {
      putIfAbsent(sim.disk, `${count}`, bytesOf('x'));
      sim.acknowledge(count);
    }
    const calls = sim.pointCount / 3;
    for (const { point, acknowledged } of sim.crashStates({ mode: 'every' })) {
      assert.deepEqual(acknowledged, [0, 1, 2].slice(0, Math.floor(point / calls)));
    }
  });

  const brokenPuts: readonly (readonly [string, (disk: Disk, path: string) => void])[] = [
    ['the flush of the file', (disk, path) => (write(disk, path, 'data'), disk.syncDirectory(''))],
    ['the flush of the directory', (disk, path) => writeNew(disk, path, bytesOf('data'))],
    ['all flushes', (disk, path) => write(disk, path, 'data')],
  ];
  for (const [missing, put] of brokenPuts) {
    for (const choice of [
      { mode: 'every' } as const,
      { mode: 'sample', seed: 7, pointsMax: 50, randomStates: 4 } as const,
    ]) {
      it(`a put without ${missing} is detected (${choice.mode})`, async () => {
        const sim = new SimDisk<string>();
        for (const path of ['a', 'b']) {
          put(sim.disk, path);
          sim.acknowledge(path);
        }
        const checked = sim.checkCrashes(choice, ({ open, acknowledged }) => {
          for (const path of acknowledged) assert.deepEqual(open().readFile(path), bytesOf('data'));
        });
        await assert.rejects(checked, /crash after call \d+ \(\w+ .*\): .*/);
      });
    }
  }

  it('a crash during recovery starts from the state that the first crash left', async () => {
    const sim = new SimDisk<string>();
    putIfAbsent(sim.disk, 'a', bytesOf('data'));
    sim.acknowledge('a');
    await sim.checkCrashes({ mode: 'every' }, async ({ image, acknowledged }) => {
      const second = new SimDisk(image);
      for (const name of second.disk.list('')) if (name.startsWith('.tmp-')) second.disk.remove(name);
      await second.checkCrashes({ mode: 'every' }, ({ open }) => {
        for (const path of acknowledged) assert.deepEqual(open().readFile(path), bytesOf('data'));
      });
    });
  });

  it('a sample is the same for the same seed, and within its size', () => {
    const sim = new SimDisk();
    for (let count = 0; count < 50; count++) write(sim.disk, `file-${count}`, 'some text');
    const sample = (seed: number) =>
      [...sim.crashStates({ mode: 'sample', seed, pointsMax: 10, randomStates: 3 })].map(({ label }) => label);
    assert.equal(sample(1).length, 10 * 7);
    assert.deepEqual(sample(1), sample(1));
    assert.notDeepEqual(sample(1), sample(2));
  });

  it('a failure reports the seed', async () => {
    const sim = new SimDisk();
    const choice = { mode: 'sample', seed: 42, pointsMax: 1, randomStates: 0 } as const;
    await assert.rejects(
      sim.checkCrashes(choice, () => assert.fail('broken')),
      /seed 42: .*broken/,
    );
  });

  it('too many states are refused instead of enumerated endlessly', () => {
    const sim = new SimDisk();
    for (let count = 0; count < 20; count++) write(sim.disk, `file-${count}`, 'some text');
    sim.disk.syncDirectory('');
    assert.throws(() => Array.from(sim.crashStates({ mode: 'every' }), ({ point }) => point), /sample them/);
  });

  it('a stream may crash between two chunks', async () => {
    const sim = new SimDisk();
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(bytesOf('one'));
      yield bytesOf('two');
    };
    await sim.disk.createFromStream('a', source());
    const found = [...sim.crashStates({ mode: 'every' })].map(({ open }) => describeDisk(open()));
    for (const state of ['', 'a=', 'a=one', 'a=onetwo']) assert.ok(found.includes(state), state);
  });
});

it('a crash state is a separate disk: a write to it changes no other', () => {
  const sim = new SimDisk({ directories: [], files: [['a', bytesOf('one')]] });
  const [state] = sim.crashStates({ mode: 'every' });
  const disk = state?.open() ?? createMemoryDisk();
  disk.openAppend('a').append(bytesOf('two'));
  disk.remove('a');
  assert.deepEqual(state?.open().readFile('a'), bytesOf('one'));
  assert.deepEqual(sim.disk.readFile('a'), bytesOf('one'));
});

function write(disk: Disk, path: string, text: string): void {
  const file = disk.create(path);
  file.append(bytesOf(text));
  file.close();
}

function describeDisk(disk: Disk, directory = ''): string {
  const parts = disk
    .list(directory)
    .sort()
    .flatMap((name) => {
      const path = directory === '' ? name : `${directory}/${name}`;
      if (disk.stat(path)?.kind === 'directory') return [`${path}/`, describeDisk(disk, path)];
      return `${path}=${new TextDecoder().decode(disk.readFile(path)).replaceAll('\0', '0')}`;
    });
  return parts.filter((part) => part !== '').join(' ');
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
