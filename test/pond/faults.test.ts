import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ErrorCode, isPondError } from '../../server/src/base/error.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import {
  faultKinds,
  type FaultKind,
  type FaultPlan,
  type Faults,
  forEachFault,
  noFault,
} from '../support/faultDisk.ts';
import { endLockHolders, pondState, type PondState } from '../support/pondState.ts';
import { bytesOf, make } from '../support/tree.ts';

type Operation = (pond: Pond) => Promise<unknown>;

const largeText = 'much '.repeat(20_000);
const commit: Operation = (pond) => pond.commit({ message: 'taken', author: 'test' });
const write =
  (path: string, text: string): Operation =>
  async (pond) =>
    (await pond.fs.root()).writeFile(path, bytesOf(text));

/** Applied to a pond with a commit and staged changes. Each is atomic. */
const operations: Readonly<Record<string, Operation>> = {
  'staging a file': write('/new', 'text'),
  committing: commit,
  'staging a large file': write('/new', largeText),
  'renaming a directory': async (pond) => (await pond.fs.root()).rename('/directory', '/moved'),
  'removing a directory': async (pond) => (await pond.fs.root()).remove('/directory', { recursive: true }),
  'a batch': async (pond) => {
    const root = await pond.fs.root();
    await root.backend.batch(async () => {
      await root.writeFile('/a', bytesOf('in a batch'));
      await root.writeFile('/b', bytesOf('in the same batch'));
    });
  },
  'committing a part': (pond) => pond.commit({ message: 'part', author: 'test' }, ['/directory']),
  'setting a tag': (pond) =>
    pond.changeTag({ name: 'v1', commit: pond.head.number, force: false }, { message: 'tag', author: 'test' }),
  discarding: (pond) => pond.discard(),
  restoring: (pond) => pond.restore(['/directory'], '0'),
  'a transaction': async (pond) => {
    const transaction = await pond.begin();
    await (await transaction.fs.root()).writeFile('/b', bytesOf('by a transaction'));
    await transaction.commit({ message: 'beside', author: 'test' });
  },
};

const inShort: readonly string[] = ['EIO', 'late EIO', 'dead disk'];
const throughout: readonly string[] = ['staging a file', 'committing'];
/** With this operation the calls that open the pond fail too: they are the same before every other. */
const withOpening = 'staging a file';

describe('a storage call that fails', () => {
  for (const name of Object.keys(operations)) {
    for (const kind of faultKinds) {
      if (!throughout.includes(name) && !inShort.includes(kind.name)) continue;
      it(`leaves all or nothing of ${name}: ${kind.name}`, async () => {
        await checkFaults(name, kind, 'changes');
      });
    }
    it(`leaves all or nothing of ${name}: EIO while reading`, async () => {
      await checkFaults(name, faultKinds[0]!, 'all');
    });
  }

  for (const kind of faultKinds) {
    it(`leaves no partial pond: ${kind.name}`, async () => {
      await forEachFault(kind, 'changes', async (faults) => {
        const disk = createMemoryDisk();
        const made = await attempt(() => initPondOn(faults.wrap(disk), 'faulty'));
        if ('value' in made) return await close(made.value);
        checkCode(made.error, kind);
        endLockHolders(disk);
        const again = await attempt(() => initPondOn(disk, 'faulty'));
        if ('value' in again) return await close(again.value);
        // The first attempt failed so late that the pond exists.
        assert.ok(isPondError(again.error, 'pond-exists'), String(again.error));
        const pond = await openPondOn(disk, 'faulty', { mode: 'write' });
        assert.deepEqual(await pond.check(), []);
        await pond.close();
      });
    });
  }
});

describe('a full disk', () => {
  it('leaves no files of failed commits, and accepts one commit when there is space again', async () => {
    const full: FaultKind = { name: 'full', errno: 'ENOSPC', effect: 'refused', lasting: false };
    const parquetFiles = (disk: Disk): number => disk.list('').filter((name) => name.endsWith('.parquet')).length;
    const image = await startImage();
    await forEachFault(full, 'changes', async (faults) => {
      const disk = createMemoryDisk(image);
      const opened = await attempt(() => openPondOn(faults.wrap(disk), 'full', { mode: 'write' }));
      if ('error' in opened) return;
      const first = await attempt(() => commit(opened.value));
      if ('error' in first) {
        assert.ok(isPondError(first.error, 'storage-full'), String(first.error));
        assert.equal(parquetFiles(disk), 2);
        await commit(opened.value);
      }
      assert.deepEqual([opened.value.head.number, parquetFiles(disk)], [2, 3]);
      await close(opened.value);
    });
  });
});

type Attempt<T> = { readonly value: T } | { readonly error: unknown };

async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

/** A pond with a commit, and two changes staged on it. */
async function startImage(): Promise<DiskImage> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'faulty');
  await make(await pond.fs.root(), 'a one', 'directory/', 'directory/file text');
  await pond.commit({ message: 'first', author: 'test' });
  await write('/a', 'two')(pond);
  await write('/directory/staged', 'three')(pond);
  await pond.close();
  return imageOf(disk);
}

/** Runs the operation once for each call with this call failing, including those of closing the pond. */
async function checkFaults(name: string, kind: FaultKind, counted: FaultPlan['counted']): Promise<void> {
  const operation = operations[name]!;
  const image = await startImage();
  const before = await stateOf(createMemoryDisk(image), () => Promise.resolve());
  const after = await stateOf(createMemoryDisk(image), operation);
  const first = name === withOpening ? 1 : (await callsOfOpening(image, counted)) + 1;
  const check = (faults: Faults) => checkFault({ faults, kind, image, operation, before, after });
  const count = await forEachFault(kind, counted, check, first);
  assert.ok(count > 5, `only ${count} calls`);
}

async function callsOfOpening(image: DiskImage, counted: FaultPlan['counted']): Promise<number> {
  const faults = noFault(counted);
  const pond = await openPondOn(faults.wrap(createMemoryDisk(image)), 'faulty', { mode: 'write' });
  const { calls } = faults;
  await pond.close();
  return calls;
}

interface FaultCase {
  readonly faults: Faults;
  readonly kind: FaultKind;
  readonly image: DiskImage;
  readonly operation: Operation;
  readonly before: string;
  readonly after: string;
}

async function checkFault({ faults, kind, image, operation, before, after }: FaultCase): Promise<void> {
  const disk = createMemoryDisk(image);
  const opened = await attempt(() => openPondOn(faults.wrap(disk), 'faulty', { mode: 'write' }));
  let possible = [before];
  if ('error' in opened) checkCode(opened.error, kind);
  else {
    const pond = opened.value;
    possible = await checkOperation(pond, { kind, operation, before, after });
    await close(pond);
  }
  endLockHolders(disk);
  const found = await stateOf(disk, () => Promise.resolve());
  if (!possible.includes(found)) assert.equal(found, possible[0], 'opened again');
}

/** Repeats the operation until it succeeds or is refused for good; returns the states that reopening may show. */
async function checkOperation(
  pond: Pond,
  { kind, operation, before, after }: Pick<FaultCase, 'kind' | 'operation' | 'before' | 'after'>,
): Promise<string[]> {
  const first = await attempt(() => operation(pond));
  if ('value' in first) {
    assert.ok((await viewTwice(pond)) === after, 'what succeeded is not to be seen');
    return [after];
  }
  checkCode(first.error, kind);
  const unknown = isPondError(first.error, 'commit-unknown');
  assert.ok((await viewTwice(pond)) === before, `something is to be seen of what failed: ${String(first.error)}`);
  const second = await attempt(() => operation(pond));
  if ('value' in second) {
    assert.ok(!unknown, 'a commit is not made anew while it is not known whether it is there');
    assert.ok((await viewTwice(pond)) === after, 'what succeeded at the second try is not to be seen');
    return [after];
  }
  assert.ok(isPondError(second.error), String(second.error));
  // A disk that dies may have written what it did not confirm.
  return unknown || kind.lasting ? [before, after] : [before];
}

/** The planned fault may occur while the state is read; it occurs once. */
async function viewTwice(pond: Pond): Promise<string> {
  const seen = await attempt(() => view(pond));
  return 'value' in seen ? seen.value : await view(pond);
}

const codes: Readonly<Record<FaultKind['errno'], ErrorCode>> = {
  EIO: 'storage-failed',
  ENOSPC: 'storage-full',
  EMFILE: 'storage-failed',
  EACCES: 'storage-denied',
};

function checkCode(error: unknown, kind: FaultKind): void {
  assert.ok(isPondError(error), String(error));
  const expected: readonly ErrorCode[] = [codes[kind.errno], 'commit-unknown'];
  assert.ok(expected.includes(error.code), `${error.code}: ${error.message}`);
}

async function stateOf(disk: Disk, operation: Operation): Promise<string> {
  const pond = await openPondOn(disk, 'plain', { mode: 'write' });
  await operation(pond);
  const text = await view(pond);
  assert.deepEqual(await pond.check(), []);
  await pond.close();
  return text;
}

/** Observable state of a pond, without the parts that differ in every run. */
async function view(pond: Pond): Promise<string> {
  const { working, commits }: PondState = await pondState(pond);
  return JSON.stringify([working, commits.map(({ number, message, tree }) => [number, message, tree])]);
}

/** Closing writes too, and may fail. */
async function close(pond: Pond): Promise<void> {
  const closed = await attempt(() => pond.close());
  if ('error' in closed) assert.ok(isPondError(closed.error), String(closed.error));
}
