import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, it } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { type ErrorCode, isPondError } from '../../server/src/base/error.ts';
import { readCommit } from '../../server/src/delta/log.ts';
import { checkpointFile, commitFile, hintFile } from '../../server/src/delta/logPaths.ts';
import { blobPath } from '../../server/src/pond/blobs.ts';
import { journalPath } from '../../server/src/pond/workPaths.ts';
import { encodeFrame } from '../../server/src/pond/journalFrames.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { processStart } from '../../server/src/storage/processStart.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { storageError } from '../../server/src/storage/storageError.ts';
import { makeTable } from '../support/deltaTable.ts';
import { imageOf } from '../support/diskImage.ts';
import { overwrite, pondState, type PondState } from '../support/pondState.ts';
import { bytesOf, collect, make, textRead } from '../support/tree.ts';

const largeText = 'large '.repeat(20_000);

/** A pond with three commits and two staged changes, in two groups of the journal. */
async function makePond(): Promise<DiskImage> {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'damaged');
  const root = await pond.fs.root();
  await make(root, 'a one', 'd/', 'd/f text');
  await pond.commit({ message: '1', author: 'test' });
  await root.writeFile('/a', bytesOf('two'));
  await root.writeFile('/large', bytesOf(largeText));
  await pond.commit({ message: '2', author: 'test' });
  await root.writeFile('/a', bytesOf('three'));
  await pond.commit({ message: '3', author: 'test' });
  await root.writeFile('/first', bytesOf('staged first'));
  await root.writeFile('/second', bytesOf('staged second'));
  await pond.close();
  return imageOf(disk);
}

/** The same pond, with the machine stopped after commit 4 had its name and before it was acknowledged. */
async function makeUnacknowledged(pondImage: DiskImage): Promise<DiskImage> {
  const disk = createMemoryDisk(pondImage);
  const journal = disk.readFile(journalPath)!;
  const pond = await openPondOn(disk, 'damaged', { mode: 'write' });
  await pond.commit({ message: '4', author: 'test' });
  await pond.close();
  overwrite(disk, journalPath, journal);
  return imageOf(disk);
}

const sound = await makePond();
const unacknowledged = await makeUnacknowledged(sound);

type Damage = (disk: Disk) => void;

const empty =
  (path: string): Damage =>
  (disk) =>
    overwrite(disk, path, new Uint8Array());
const shorten =
  (path: string): Damage =>
  (disk) =>
    overwrite(disk, path, disk.readFile(path)!.subarray(0, disk.stat(path)!.sizeBytes - 20));
const fillWithNuls =
  (path: string): Damage =>
  (disk) =>
    overwrite(disk, path, new Uint8Array(disk.stat(path)!.sizeBytes));
const remove =
  (path: string): Damage =>
  (disk) =>
    disk.remove(path);
const put =
  (path: string, text: string): Damage =>
  (disk) =>
    overwrite(disk, path, bytesOf(text));
/** Changes one byte. */
const alter =
  (path: string, offset: number): Damage =>
  (disk) => {
    const bytes = disk.readFile(path)!;
    bytes[offset] = bytes[offset]! ^ 0xff;
    overwrite(disk, path, bytes);
  };
const logFile = (number: number): string => commitFile(commitNumber(number));
const dataFile = (disk: Disk, number: number): string => readCommit(disk, commitNumber(number))!.adds[0]!.path;
const inDataFile =
  (number: number, damage: (path: string) => Damage): Damage =>
  (disk) =>
    damage(dataFile(disk, number))(disk);

interface Refused {
  readonly on?: DiskImage;
  readonly damage: Damage;
  readonly code: ErrorCode;
  readonly says: RegExp;
}

/** Damage that prevents a pond from being opened: one clear error, in both modes, and no byte is changed. */
const refused: Readonly<Record<string, Refused>> = {
  'an acknowledged commit of no bytes': {
    damage: empty(logFile(3)),
    code: 'pond-damaged',
    says: /3 was acknowledged/,
  },
  'an acknowledged commit cut short': {
    damage: shorten(logFile(3)),
    code: 'pond-damaged',
    says: /3 was acknowledged/,
  },
  'an acknowledged commit of NULs': {
    damage: fillWithNuls(logFile(3)),
    code: 'pond-damaged',
    says: /3 was acknowledged/,
  },
  'an acknowledged commit that is gone': {
    damage: remove(logFile(3)),
    code: 'pond-damaged',
    says: /log ends with 2/,
  },
  'an acknowledged commit that says nothing of the pond': {
    damage: put(logFile(3), '{"hello":[1,2,3]}\n'),
    code: 'pond-damaged',
    says: /3 was acknowledged/,
  },
  'a gap between commits': { damage: remove(logFile(1)), code: 'pond-damaged', says: /commit 1 is missing/ },
  'a damaged commit in the middle': { damage: shorten(logFile(2)), code: 'pond-damaged', says: /00002\.json/ },
  'a hole in the journal': { damage: alter(journalPath, 200), code: 'journal-damaged', says: /has changes after it/ },
  'a damaged start of the journal': {
    damage: alter(journalPath, 30),
    code: 'journal-damaged',
    says: /damaged at byte 0/,
  },
  'a journal of a newer format': {
    damage: (disk) =>
      overwrite(disk, journalPath, encodeFrame({ format: 2, batch: 'b', run: 0 } as never, new Uint8Array())),
    code: 'pond-too-new',
    says: /format 2/,
  },
  'a pond of a newer format': {
    damage: (disk) => {
      const text = Buffer.from(disk.readFile(logFile(0))!).toString();
      overwrite(disk, logFile(0), bytesOf(text.replace('"duckpond.format":"1"', '"duckpond.format":"2"')));
    },
    code: 'pond-too-new',
    says: /format 2/,
  },
  'a folder with nothing in it': {
    on: { directories: [], files: [] },
    damage: () => undefined,
    code: 'pond-not-found',
    says: /no pond/,
  },
  'a Delta table that is not a pond': {
    on: { directories: [], files: [] },
    damage: (disk) => makeTable(disk),
    code: 'pond-not-found',
    says: /not a pond/,
  },
};

interface Tolerated {
  readonly on?: DiskImage;
  readonly damage: Damage;
  /** Warnings of opening for writing; none if omitted. */
  readonly notice?: RegExp;
  /** Files that opening for writing quarantines. */
  readonly quarantined?: number;
  readonly staged?: readonly string[];
}

/** Damage with which a pond can be opened: everything acknowledged is there, except for what `staged` omits. */
const tolerated: Readonly<Record<string, Tolerated>> = {
  'an unacknowledged commit of no bytes': tip(empty(logFile(4))),
  'an unacknowledged commit cut short': tip(shorten(logFile(4))),
  'an unacknowledged commit of NULs': tip(fillWithNuls(logFile(4))),
  'an unacknowledged commit without its data': tip(inDataFile(4, remove)),
  'an unacknowledged commit with short data': tip(inDataFile(4, shorten)),
  'a journal cut short': {
    damage: shorten(journalPath),
    notice: /^the journal lost its last \d+ bytes since it was written: .*; the \d+ bytes left of it are in _pond/,
    quarantined: 1,
    staged: ['/first'],
  },
  'stray files of other engines and of writers that died': {
    damage: (disk) => {
      for (const name of ['.tmp-x', `${logFile(3).slice(11)}#1`, '.hidden', '00000000000000000002.crc'])
        put(`_delta_log/${name}`, 'rubbish')(disk);
      put('_delta_log/00000000000000000001.00000000000000000003.compacted.json', 'rubbish')(disk);
      put('.tmp-y', 'rubbish')(disk);
      put('_pond/.tmp-z', 'rubbish')(disk);
    },
  },
  'a hint that is not JSON': { damage: put(hintFile, '{"version":') },
  'a hint to a checkpoint that is not there': { damage: put(hintFile, '{"version":2,"size":1}') },
  'a hint to a version that is not there': { damage: put(hintFile, '{"version":200,"size":1}') },
  'a checkpoint of no bytes': { damage: put(checkpointFile(commitNumber(3)), '') },
  'a checkpoint of rubbish': { damage: put(checkpointFile(commitNumber(2)), 'rubbish') },
  'a lock of no bytes': { damage: put('_pond/lock.7', '') },
};

function tip(damage: Damage): Tolerated {
  return { on: unacknowledged, damage, notice: /^commit 4 is damaged and was quarantined/, quarantined: 1 };
}

describe('opening a pond with', () => {
  for (const [name, { on = sound, damage, code, says }] of Object.entries(refused)) {
    it(`${name} is refused, and changes nothing`, async () => {
      const disk = createMemoryDisk(on);
      damage(disk);
      const before = filesOf(disk);
      for (const mode of ['read', 'write'] as const) {
        await assert.rejects(openPondOn(disk, 'damaged', { mode }), (error: unknown) => {
          assert.ok(isPondError(error, code), String(error));
          assert.match(error.message, says);
          return true;
        });
        assert.deepEqual(filesOf(disk), before, mode);
      }
    });
  }

  for (const [name, { on = sound, damage, notice, quarantined = 0, staged }] of Object.entries(tolerated)) {
    it(`${name} shows everything that was acknowledged`, async () => {
      const expected = await stateOf(createMemoryDisk(sound));
      const working = (state: PondState) => (staged === undefined ? state.working : []);
      const disk = createMemoryDisk(on);
      damage(disk);
      const before = filesOf(disk);

      const reading = await openPondOn(disk, 'damaged', { mode: 'read' });
      const read = await pondState(reading);
      await reading.close();
      assert.deepEqual([working(read), read.commits], [working(expected), expected.commits]);
      assert.deepEqual(filesOf(disk), before, 'reading changed the disk');

      const pond = await openPondOn(disk, 'damaged', { mode: 'write' });
      const { notices, staged: changes } = await pond.status();
      assert.equal(notices.length, notice === undefined ? 0 : 1, notices.join());
      if (notice !== undefined) assert.match(notices[0]!, notice);
      assert.deepEqual(
        changes.map(({ path }) => path),
        staged ?? ['/first', '/second'],
      );
      assert.equal(disk.list('_pond/quarantine').length, quarantined);
      assert.deepEqual((await pondState(pond)).commits, expected.commits);
      await commitMore(pond);
      await pond.close();
      assert.deepEqual((await stateOf(disk)).commits.length, expected.commits.length + 1);
    });
  }
});

describe('a damaged part of the history', () => {
  const parts: Readonly<Record<string, Damage>> = {
    'a missing data file': inDataFile(2, remove),
    'a short data file': inDataFile(2, shorten),
    'a data file of rubbish': inDataFile(2, (path) => put(path, 'rubbish')),
  };
  for (const [name, damage] of Object.entries(parts)) {
    it(`is an error where it is read and nowhere else: ${name}`, async () => {
      const disk = createMemoryDisk(sound);
      damage(disk);
      const pond = await openPondOn(disk, 'damaged', { mode: 'write' });
      const second = await pond.at('2');
      await assert.rejects(async () => (await second.root()).readFile('/a'), { code: 'pond-damaged' });
      assert.equal((await pond.check('2')).length, 1);
      assert.equal(await textAt(pond, '3', '/a'), 'three');
      assert.equal(await textAt(pond, '1', '/a'), 'one');
      assert.equal((await collect(pond.log())).length, 4);
      await commitMore(pond);
      await pond.close();
    });
  }

  const blob = blobPathOf(sound);
  const blobs: Readonly<Record<string, Damage>> = {
    'a missing blob': remove(blob),
    'a short blob': shorten(blob),
    'an altered blob': alter(blob, 1000),
  };
  for (const [name, damage] of Object.entries(blobs)) {
    it(`is found by reading it and by a check, which names it: ${name}`, async () => {
      const disk = createMemoryDisk(sound);
      damage(disk);
      const pond = await openPondOn(disk, 'damaged', { mode: 'write' });
      await assert.rejects((await pond.fs.root()).readFile('/large'), { code: 'pond-damaged' });
      const problems = await pond.check();
      assert.equal(problems.length, 1, problems.join());
      assert.match(problems[0]!, /^\/large: /);
      assert.equal(await textAt(pond, 'HEAD', '/a'), 'three');
      await pond.close();
    });
  }

  it('is stored again when the same content is written again', async () => {
    const disk = createMemoryDisk(sound);
    alter(blob, 1000)(disk);
    const pond = await openPondOn(disk, 'damaged', { mode: 'write' });
    await (await pond.fs.root()).writeFile('/copy', bytesOf(largeText));
    assert.deepEqual(await pond.check(), []);
    await pond.close();
  });
});

describe('a pond', () => {
  it('on a read-only disk can be read, and cannot be opened for writing', async () => {
    const disk = createMemoryDisk(sound);
    const before = filesOf(disk);
    const locked = readOnlyDisk(disk);
    const pond = await openPondOn(locked, 'read-only', { mode: 'read' });
    assert.deepEqual(await pondState(pond), await stateOf(createMemoryDisk(sound)));
    await assert.rejects((await pond.fs.root()).writeFile('/a', bytesOf('x')), { code: 'read-only' });
    await pond.close();
    await assert.rejects(openPondOn(locked, 'read-only', { mode: 'write' }), {
      code: 'storage-denied',
      message: 'the pond at read-only cannot be written',
    });
    assert.deepEqual(filesOf(disk), before);
  });

  it('that a living process writes cannot be opened for writing, and the error names the process', async () => {
    const disk = createMemoryDisk(sound);
    const holder = { id: 'x', pid: process.ppid, host: hostname(), started: processStart(process.ppid) };
    put('_pond/lock.9', JSON.stringify(holder))(disk);
    await assert.rejects(openPondOn(disk, 'held', { mode: 'write' }), (error: unknown) => {
      assert.ok(isPondError(error, 'lock-held'));
      assert.match(error.message, new RegExp(`process ${process.ppid} `));
      return true;
    });
    await (await openPondOn(disk, 'held', { mode: 'read' })).close();
    put('_pond/lock.9', JSON.stringify({ ...holder, started: 'long ago' }))(disk);
    await (await openPondOn(disk, 'held', { mode: 'write' })).close();
  });

  it('without its cache has the same tree at every version', async () => {
    const disk = createMemoryDisk(sound);
    const pond = await openPondOn(disk, 'derived', { mode: 'write' });
    for (let i = 0; i < 50; i++) {
      await (await pond.fs.root()).writeFile('/a', bytesOf(`${i}`));
      await pond.commit({ message: `${i}`, author: 'test' });
    }
    await pond.close();
    const expected = await stateOf(disk);
    const derived = [...imageOf(disk).files].filter(([path]) => /checkpoint|^_pond\/cache\//.test(path));
    assert.ok(derived.length >= 2, 'there is no checkpoint to delete');
    for (const [path] of derived) disk.remove(path);
    assert.deepEqual(await stateOf(disk), expected);
  });
});

/** The files of a pond with their content, except for locks, which every opening for writing creates. */
function filesOf(disk: Disk): ReadonlyMap<string, string> {
  const files = [...imageOf(disk).files].filter(([path]) => !path.startsWith('_pond/lock.'));
  return new Map(files.map(([path, bytes]) => [path, Buffer.from(bytes).toString('latin1')]));
}

function blobPathOf({ files }: DiskImage): string {
  const [path] = [...files].map(([name]) => name).filter((name) => name.startsWith(blobPath('').slice(0, 11)));
  return path!;
}

async function stateOf(disk: Disk): Promise<PondState> {
  const pond = await openPondOn(disk, 'damaged', { mode: 'read' });
  const state = await pondState(pond);
  await pond.close();
  return state;
}

async function textAt(pond: Pond, version: string, path: string): Promise<string> {
  return textRead((await (await pond.at(version)).root()).readStream(path));
}

async function commitMore(pond: Pond): Promise<void> {
  await (await pond.fs.root()).writeFile('/more', bytesOf('more'));
  await pond.commit({ message: 'more', author: 'test' });
  assert.deepEqual(await pond.check(), []);
}

/** The disk, when nothing on it is writable. */
function readOnlyDisk(disk: Disk): Disk {
  const refuse = (path: string): never => {
    throw storageError('EROFS', 'write', path);
  };
  const syncDirectory = (): void => undefined;
  // An existing directory may be created again on a read-only disk.
  return {
    ...disk,
    makeDirectory: (path) => (disk.stat(path) === undefined ? refuse(path) : undefined),
    create: refuse,
    openAppend: refuse,
    link: refuse,
    rename: refuse,
    remove: refuse,
    createFromStream: (path) => Promise.reject(storageError('EROFS', 'write', path)),
    syncDirectory,
  };
}
