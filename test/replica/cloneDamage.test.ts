/**
 * One altered byte of a pond on a store is found by a copy, or the copy is the same as without it. A normal run tries a
 * sample of each kind of file; POND_PROOF_ROUNDS tries more, and every byte when they suffice.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { commitFile } from '../../server/src/delta/logPaths.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { cloneOnto, soundCommits, storedPond, storeOn } from '../support/clonedPond.ts';
import { overwrite } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf, textOf } from '../support/tree.ts';

const image = await storedPond();
const expected = await soundCommits(createMemoryDisk(image));
const files = new Map(image.files);

const kinds: Readonly<Record<string, RegExp>> = {
  'a data file': /^[^/]*\.parquet$/,
  'a log entry': /\.json$/,
  'a content': /^_pond\/blobs\//,
};

/** Bytes of some files: `count` random ones for each round, or each byte once when that is fewer. */
function bytesOfFiles(pattern: RegExp, count: number): readonly (readonly [path: string, offset: number])[] {
  const all = [...files]
    .filter(([path]) => pattern.test(path))
    .flatMap(([path, { length }]) => Array.from({ length }, (_, offset) => [path, offset] as const));
  const chosen = seeds(count).map((seed) => randomOf(seed));
  return chosen.length >= all.length ? all : chosen.map((random) => all[random(all.length)]!);
}

describe('one altered byte at the store', () => {
  for (const [kind, pattern] of Object.entries(kinds)) {
    it(`is found by a copy, or makes no difference: ${kind}`, async (t) => {
      const tally = { found: 0, harmless: 0 };
      for (const [index, [path, offset]] of bytesOfFiles(pattern, 12).entries()) {
        const remote = createMemoryDisk(image);
        const bytes = remote.readFile(path)!;
        bytes[offset]! ^= 1 + randomOf(index)(255);
        overwrite(remote, path, bytes);
        const disk = createMemoryDisk();
        const outcome = await cloneOnto(disk, storeOn(remote)).catch((error: unknown) => error);
        if (outcome instanceof Error) {
          assert.ok(isPondError(outcome), `${path}[${offset}]: ${outcome.stack}`);
          assert.ok(
            ['remote-damaged', 'pond-not-found', 'pond-too-new'].includes(outcome.code),
            `${outcome.code}: ${outcome.message}`,
          );
          assert.equal(disk.stat('_delta_log'), undefined, `${path}[${offset}]`);
          tally.found++;
        } else {
          assert.deepEqual(await soundCommits(disk), expected, `${path}[${offset}]`);
          tally.harmless++;
        }
      }
      t.diagnostic(`${kind}: ${tally.found} found, ${tally.harmless} harmless`);
      assert.ok(tally.found > 0);
    });
  }
});

describe('a log that a stranger wrote', () => {
  const entry = commitFile(commitNumber(2));
  const replaced = (from: RegExp, to: string): Uint8Array => {
    const text = textOf(files.get(entry)!);
    assert.match(text, from);
    return bytesOf(text.replace(from, to));
  };
  const add = (path: string, size: number): string =>
    JSON.stringify({ add: { path, partitionValues: {}, size, modificationTime: 1, dataChange: true } });
  const outside = [
    '../victim',
    '_pond/journal',
    '_pond/replica.json',
    '_delta_log/00000000000000000009.json',
    '.x',
    'a//b',
  ];
  const forged: Readonly<Record<string, Uint8Array>> = {
    'a file of 2^53 bytes': replaced(/"size":\d+/, `"size":${2 ** 53 - 1}`),
    'a file that is longer than it says': replaced(/"size":\d+/, '"size":10'),
    'thousands of files that are not there': bytesOf(
      `${textOf(files.get(entry)!)}${Array.from({ length: 5000 }, (_, i) => add(`${i}.parquet`, 2 ** 40)).join('\n')}\n`,
    ),
    'paths that lead out, or to files of the pond': bytesOf(
      `${textOf(files.get(entry)!)}${outside.map((path) => add(path, 1)).join('\n')}\n`,
    ),
  };
  for (const [what, bytes] of Object.entries(forged)) {
    it(`is refused, or does nothing: ${what}`, async () => {
      const remote = createMemoryDisk(image);
      overwrite(remote, entry, bytes);
      const disk = createMemoryDisk();
      const outcome = await cloneOnto(disk, storeOn(remote)).catch((error: unknown) => error);
      assert.ok(isPondError(outcome, 'remote-damaged'), String(outcome));
      assert.ok(outcome.message.length < 1000, outcome.message);
      assert.equal(disk.stat('_delta_log'), undefined);
      assert.equal(disk.stat('_pond/journal'), undefined);
    });
  }
});
