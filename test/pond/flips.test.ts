/**
 * One altered byte in a data file or a checkpoint gives an error that reports damage, or a pond; never a crash, a hang
 * or a programming error. Checkpoints only repeat the log: with one altered, the pond is unchanged.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { isPondError } from '../../server/src/base/error.ts';
import { readCommit } from '../../server/src/delta/log.ts';
import { checkpointFile, hintFile } from '../../server/src/delta/logPaths.ts';
import { checkedPond } from '../support/checkedPond.ts';
import { openPondOn } from '../support/pond.ts';
import { createMemoryDisk, type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { imageOf } from '../support/diskImage.ts';
import { overwrite, treeLines } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { collect } from '../support/tree.ts';

/** Memory limit of the process: a reader that trusts a count takes more, or all there is. */
const memoryKilobytesMax = 1024 * 1024;

const flips = seeds(10);
const { image } = await checkedPond(7);
const disk = createMemoryDisk(image);
const checkpoint = checkpointFile(commitNumber(7));
/** The data file of the commit with the most changes. */
const dataFile = readCommit(disk, commitNumber(4))!.adds[0]!.path;
const expected = await seen(image);
assert.ok(disk.stat(checkpoint) !== undefined, 'there is a checkpoint');

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
