/**
 * One altered byte in a data file or a checkpoint gives an error that reports damage, or a pond; never a crash, a hang
 * or a programming error. Checkpoints only repeat the log: with one altered, the pond is unchanged.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { checkpointFile, hintFile, readCommit } from '../../server/src/delta/log.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { overwrite, treeLines } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf, collect, parquetOf } from '../support/tree.ts';

/** Memory limit of the process: a reader that trusts a count takes more, or all there is. */
const memoryKilobytesMax = 1024 * 1024;

const flips = seeds(25);
const commitCount = 52;
const checkpoint = checkpointFile(commitNumber(49));

let image: DiskImage;
let expected: Seen;
/** The data file of the commit with the most changes. */
let dataFile: string;

before(async () => {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'flips');
  const root = await pond.fs.root();
  await root.createFile('/s', parquetOf('version 0'), { type: 'series' });
  await root.createSymlink('/link', '/s');
  for (const name of ['/d0', '/d1', '/d2']) await root.createDirectory(name);
  for (let number = 1; number <= commitCount; number++) {
    await root.writeFile(`/d${number % 3}/f${number}`, bytesOf(`text ${number} `.repeat(number)));
    await root.writeFile('/s', parquetOf(`version ${number}`));
    await root.setAttributes('/s', { number: `${number}` });
    await pond.commit({ message: `commit ${number}`, author: 'test' });
  }
  dataFile = readCommit(disk, commitNumber(commitCount))!.adds[0]!.path;
  await pond.close();
  image = imageOf(disk);
  expected = await seen(image);
  assert.ok(disk.stat(checkpoint) !== undefined, 'there is a checkpoint');
});

interface Seen {
  readonly head: number;
  readonly tree: readonly string[];
  readonly problems: readonly string[];
  readonly entryCount: number;
}

/** Results of opening, listing, reading, checking and the history's SQL on the latest commit. */
async function seen(of: DiskImage): Promise<Seen> {
  const pond = await openPondOn(createMemoryDisk(of), 'flips', { mode: 'read' });
  try {
    const { head } = await pond.status();
    const problems = await pond.check();
    const entries = await collect((await pond.history()).entries());
    return { head: head.number, tree: await treeLines(pond.fs), problems, entryCount: entries.length };
  } finally {
    await pond.close();
  }
}

/** The pond with one byte of a file altered; without the hint whose hash would reveal the byte. */
function altered(path: string, offset: number, mask: number, withHint = true): DiskImage {
  const disk = createMemoryDisk(image);
  const bytes = disk.readFile(path)!;
  bytes[offset] = bytes[offset]! ^ mask;
  overwrite(disk, path, bytes);
  if (!withHint) disk.remove(hintFile);
  return imageOf(disk);
}

function* flipsOf(path: string): Generator<readonly [offset: number, mask: number, where: string]> {
  const size = createMemoryDisk(image).stat(path)!.sizeBytes;
  for (const seed of flips) {
    const random = randomOf(seed);
    const [offset, mask] = [random(size), 1 + random(255)];
    yield [offset, mask, `seed ${seed}: byte ${offset} ^ ${mask}`];
  }
}

async function outcome(of: DiskImage, where: string): Promise<Seen | 'damaged'> {
  try {
    return await seen(of);
  } catch (error) {
    assert.ok(isPondError(error, 'pond-damaged'), `${where}: ${error instanceof Error ? error.stack : String(error)}`);
    return 'damaged';
  }
}

const assertBoundedMemory = (): void => assert.ok(process.resourceUsage().maxRSS < memoryKilobytesMax);

describe('one altered byte', () => {
  it('of a data file is damage, or has no effect', async () => {
    let damaged = 0;
    for (const [offset, mask, where] of flipsOf(dataFile)) {
      const found = await outcome(altered(dataFile, offset, mask), where);
      if (found === 'damaged' || found.problems.length > 0) damaged++;
    }
    assert.ok(damaged > flips.length / 10, `${damaged} of ${flips.length}`);
    assertBoundedMemory();
  });

  it('of a checkpoint changes nothing: the log is read instead', async () => {
    for (const [offset, mask, where] of flipsOf(checkpoint)) {
      assert.deepEqual(await outcome(altered(checkpoint, offset, mask), where), expected, where);
    }
    assertBoundedMemory();
  });

  it('of a checkpoint whose hash is not known is damage, or has no effect', async () => {
    for (const [offset, mask, where] of flipsOf(checkpoint)) {
      await outcome(altered(checkpoint, offset, mask, false), where);
    }
    assertBoundedMemory();
  });
});
