/** Hashes of batches are found without a look at the versions of a series, and are always those of its versions. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { PondError } from '../../server/src/base/error.ts';
import { commitNumber } from '../../server/src/delta/commitNumber.ts';
import { type CommittedNode } from '../../server/src/pond/node.ts';
import { KnownBatches } from '../../server/src/resources/series/knownBatches.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Versions of a series that hold batches, and one that holds none every now and then. */
class Series {
  readonly versions: CommittedNode[] = [];
  asked = 0;

  add(batch: string | undefined): CommittedNode {
    const version = this.versions.length + 1;
    const txn = commitNumber(version);
    const row = { txn, partId: 'part' };
    const node: CommittedNode = {
      ...{ state: 'committed', id: 'id', name: 'levels', type: 'series', attributes: {}, sizeBytes: 1, modifiedUs: 0 },
      ...{ version, sha256: hashOf(`${version}`), seriesHash: hashOf(`${this.last?.seriesHash} ${batch} ${version}`) },
      ...{ row, previous: undefined, changedTxn: txn, placedTxn: undefined },
      facts: batch === undefined ? {} : { batch },
    };
    this.versions.push(node);
    return node;
  }

  get last(): CommittedNode | undefined {
    return this.versions.at(-1);
  }

  async *latestFirst(): AsyncIterable<CommittedNode> {
    this.asked += 1;
    await Promise.resolve();
    yield* this.versions.toReversed();
  }
}

/** A cache in memory that counts what is read and written. */
class Texts {
  readonly texts = new Map<string, string>();
  reads = 0;
  bytes = 0;

  readonly readText = (key: string): string | undefined => {
    this.reads += 1;
    return this.texts.get(key);
  };

  readonly writeText = (key: string, text: string): void => {
    this.bytes += text.length;
    this.texts.set(key, text);
  };
}

test('the batches of a series are those in its versions, whatever happens to the cache', async () => {
  for (const seed of seeds(6)) {
    const random = randomOf(seed);
    const [series, texts] = [new Series(), new Texts()];
    const all = new Set<string>();
    for (let round = 0; round < 60; round += 1) {
      const known = await KnownBatches.of(series.last, texts, () => series.latestFirst());
      for (const hash of all) assert.ok(known.has(hash), `seed ${seed}, round ${round}`);
      const batches = Array.from({ length: 1 + random(3) }, (_, index) => hashOf(`${round} ${index}`));
      for (const batch of batches) assert.ok(!known.has(batch));
      for (const batch of batches) {
        known.add(batch);
        series.add(batch);
        all.add(batch);
      }
      known.save(series.last!);
      // Another program appends, with and without hashes.
      if (random(8) === 0) series.add(undefined);
      if (random(8) === 0) all.add(series.add(hashOf(`other ${round}`)).facts!.batch!);
      const keys = [...texts.texts.keys()];
      const key = keys[random(keys.length)]!;
      const text = texts.texts.get(key)!;
      if (random(6) === 0) texts.texts.delete(key);
      if (random(6) === 0) texts.texts.set(key, text.slice(0, random(text.length)));
      if (random(6) === 0) texts.texts.set(key, text.replace(/[0-9a-f]{64}$/, hashOf('another batch')));
      assert.ok(!known.has(hashOf('another batch')));
    }
  }
});

test('a new process reads a few texts, and one more version writes few hashes', async () => {
  const [series, texts] = [new Series(), new Texts()];
  const count = 700;
  for (let version = 1; version <= count; version += 1) {
    texts.reads = 0;
    const known = await KnownBatches.of(series.last, texts, () => series.latestFirst());
    assert.ok(texts.reads <= Math.ceil(Math.log2(version + 1)), `${texts.reads} texts at version ${version}`);
    const batch = hashOf(`${version}`);
    known.add(batch);
    series.add(batch);
    known.save(series.last!);
  }
  assert.equal(series.asked, 0);
  assert.ok(texts.bytes < count * 65 * Math.log2(count), `${texts.bytes} bytes`);
});

test('a cache that can be neither read nor written changes no answer', async () => {
  const series = new Series();
  const fail = (): never => {
    throw new PondError('storage-full', 'no room');
  };
  for (const batch of ['one', 'two'].map(hashOf)) {
    const known = await KnownBatches.of(series.last, { readText: fail, writeText: fail }, () => series.latestFirst());
    known.add(batch);
    series.add(batch);
    known.save(series.last!);
  }
  const known = await KnownBatches.of(series.last, undefined, () => series.latestFirst());
  assert.deepEqual(
    ['one', 'two', 'three'].map(hashOf).map((hash) => known.has(hash)),
    [true, true, false],
  );
});
