import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import {
  isTemporaryName,
  makeDirectoryDurable,
  putIfAbsent,
  putStream,
  refusalOf,
  replaceFile,
  temporaryPathIn,
  writeNew,
} from '../../server/src/storage/durable.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { storageError } from '../../server/src/storage/storageError.ts';
import { faultKinds, forEachFault } from '../support/faultDisk.ts';
import { type DiskOperation, createRecordingDisk } from '../support/recordingDisk.ts';
import { SimDisk } from '../support/simDisk.ts';

const before = bytesOf('what was there before');
const after = bytesOf('the new content');

describe('on a disk that works', () => {
  it('a name is put once: the second put reports it and changes nothing', () => {
    const disk = createMemoryDisk();
    assert.equal(putIfAbsent(disk, 'a', before), true);
    assert.equal(putIfAbsent(disk, 'a', after), false);
    assert.deepEqual(disk.readFile('a'), before);
    assert.deepEqual(disk.list(''), ['a']);
  });

  it('a new file does not replace an existing one', () => {
    const disk = createMemoryDisk();
    writeNew(disk, 'a', before);
    assert.throws(
      () => writeNew(disk, 'a', after),
      (error) => isPondError(error, 'already-exists'),
    );
    assert.deepEqual(disk.readFile('a'), before);
  });

  it('a writable disk is unchanged by the check', () => {
    const disk = createMemoryDisk();
    assert.equal(refusalOf(disk), undefined);
    assert.deepEqual(disk.list(''), []);
  });

  it('a disk that is not writable reports why', () => {
    for (const errno of ['ENOSPC', 'EACCES']) {
      const create = (): never => {
        throw storageError(errno, 'create', 'x');
      };
      const code = errno === 'ENOSPC' ? 'storage-full' : 'storage-denied';
      assert.equal(refusalOf({ ...createMemoryDisk(), create })?.code, code);
    }
  });

  it('a streamed file gets the path of its content hash', async () => {
    const disk = createMemoryDisk({ directories: ['blobs'], files: [] });
    let sizeBytes = 0;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunksOf(after)) {
        sizeBytes += chunk.length;
        yield chunk;
      }
    };
    assert.equal(await putStream(disk, temporaryPathIn(''), () => `blobs/${sizeBytes}`, counted()), after.length);
    assert.deepEqual(disk.list(''), ['blobs']);
    assert.deepEqual(disk.readFile(`blobs/${after.length}`), after);
  });

  it('a stream that fails leaves nothing', async () => {
    const disk = createMemoryDisk();
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(after);
      throw new Error('source');
    };
    await assert.rejects(
      putStream(disk, 'temporary', () => 'a', failing()),
      /source/,
    );
    assert.deepEqual(disk.list(''), []);
  });

  it('temporary names are recognized and never repeat', () => {
    const names = new Set(Array.from({ length: 100 }, () => temporaryPathIn('')));
    assert.equal(names.size, 100);
    assert.ok([...names].every(isTemporaryName));
    assert.ok(temporaryPathIn('a/b').startsWith('a/b/'));
    assert.equal(isTemporaryName('00000000000000000001.json'), false);
  });

  it('a durable put makes no more calls than necessary', () => {
    assert.deepEqual(
      callsOf((disk) => putIfAbsent(disk, 'a', after)),
      ['create', 'append', 'sync', 'link', 'remove', 'syncDirectory'],
    );
    assert.deepEqual(
      callsOf((disk) => writeNew(disk, 'a', after)),
      ['create', 'append', 'sync'],
    );
    assert.deepEqual(
      callsOf((disk) => replaceFile(disk, 'a', after)),
      ['create', 'append', 'sync', 'rename', 'syncDirectory'],
    );
  });

  it('a directory that is known to be durable costs no call', () => {
    const known = new Set<string>();
    const calls = callsOf((disk) => {
      makeDirectoryDurable(disk, 'a/b', known);
      makeDirectoryDurable(disk, 'a/b', known);
      makeDirectoryDurable(disk, 'a/c', known);
    });
    assert.deepEqual(calls, ['makeDirectory', 'syncDirectory', 'syncDirectory', 'makeDirectory', 'syncDirectory']);
    assert.deepEqual([...known].sort(), ['a', 'a/b', 'a/c']);
  });
});

/** Each recipe on a disk whose 'd/a' contains `before`: the name that it creates, and the content before and after. */
interface Recipe {
  readonly name: string;
  readonly path: string;
  readonly earlier: Uint8Array | undefined;
  readonly run: (disk: Disk) => unknown;
}
const recipes: readonly Recipe[] = [
  { name: 'putIfAbsent', path: 'd/b', earlier: undefined, run: (disk) => assert.ok(putIfAbsent(disk, 'd/b', after)) },
  { name: 'replaceFile', path: 'd/a', earlier: before, run: (disk) => replaceFile(disk, 'd/a', after) },
  {
    name: 'putStream',
    path: 'd/b',
    earlier: undefined,
    run: (disk) => putStream(disk, temporaryPathIn('e'), () => 'd/b', chunksOf(after)),
  },
  {
    name: 'writeNew in a new directory',
    path: 'd/e/f/b',
    earlier: undefined,
    run: (disk) => {
      makeDirectoryDurable(disk, 'd/e/f');
      writeNew(disk, 'd/e/f/b', after);
      disk.syncDirectory('d/e/f');
    },
  },
];
const start = { directories: ['e'], files: [['d/a', before]] as const };

for (const recipe of recipes) {
  describe(`${recipe.name}, on a disk that fails`, () => {
    it('after any crash the file is complete or as before, and once acknowledged it exists', async () => {
      const sim = new SimDisk<'done'>(start);
      await recipe.run(sim.disk);
      sim.acknowledge('done');
      const states = await sim.checkCrashes({ mode: 'every' }, ({ open, acknowledged }) => {
        const found = open().readFile(recipe.path);
        assert.ok(sameBytes(found, after) || writesInPlace(recipe) || sameBytes(found, recipe.earlier));
        if (acknowledged.length > 0) assert.deepEqual(found, after);
        if (recipe.path !== 'd/a') assert.deepEqual(open().readFile('d/a'), before);
      });
      assert.ok(states > sim.pointCount);
    });

    for (const kind of faultKinds) {
      it(`${kind.name} at any call is reported, and the previous content stays complete`, async () => {
        const faultCount = await forEachFault(kind, 'all', async (faults) => {
          const disk = createMemoryDisk(start);
          const failure = await failureOf(() => recipe.run(faults.wrap(disk)));
          const found = disk.readFile(recipe.path);
          if (failure === undefined) assert.deepEqual(found, after);
          else assert.ok(isPondError(failure), 'not a PondError');
          assert.ok(sameBytes(found, after) || sameBytes(found, recipe.earlier) || kind.lasting);
          if (recipe.path !== 'd/a') assert.deepEqual(disk.readFile('d/a'), before);
          // A transient failure leaves no file, unless it hit the removal itself.
          const left = ['d', 'e'].flatMap((directory) => disk.list(directory)).filter(isTemporaryName);
          if (!kind.lasting && faults.fired?.startsWith('remove') !== true && kind.effect !== 'late') {
            assert.deepEqual(left, []);
          }
        });
        assert.ok(faultCount >= 5, `${faultCount} calls`);
      });
    }
  });
}

function writesInPlace(recipe: Recipe): boolean {
  return recipe.name.startsWith('writeNew');
}

function callsOf(run: (disk: Disk) => unknown): string[] {
  const operations: DiskOperation[] = [];
  run(createRecordingDisk(createMemoryDisk(), (operation) => operations.push(operation)));
  return operations.map(({ kind }) => kind);
}

async function failureOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}

function sameBytes(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return Buffer.compare(left, right) === 0;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function* chunksOf(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 4) yield await Promise.resolve(content.subarray(at, at + 4));
}
