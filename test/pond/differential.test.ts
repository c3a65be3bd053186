import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPondError } from '../../server/src/base/error.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { type Change } from '../../server/src/pond/change.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { openHostDisk } from '../../server/src/storage/hostDisk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { makeTemporaryDirectory } from '../support/temporaryDirectory.ts';
import { FileSystem } from '../../server/src/tinyfs/fs.ts';
import { MemoryBackend } from '../../server/src/tinyfs/memoryBackend.ts';
import { commitAll, committing } from '../support/committing.ts';
import { describeNodes, naiveDiff, type PlainNode, type TreeNodes } from '../support/naiveDiff.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { collect } from '../support/tree.ts';
import { runTreeModel } from '../support/treeModel.ts';
import { applyOperation, randomOperation } from '../support/treeOperations.ts';

describe('random operations on a pond and on a plain model', () => {
  for (const seed of seeds(3)) {
    it(`agree when the pond is committed and reopened in between, in memory: seed ${seed}`, async () => {
      await runOn(createMemoryDisk(), seed, 150);
    });
  }

  it('agree when the pond is committed and reopened in between, on disk', async () => {
    const directory = makeTemporaryDirectory('duckpond-differential');
    try {
      await runOn(openHostDisk(directory.path), 4, 80);
    } finally {
      directory.remove();
    }
  });

  for (const seed of seeds(1)) {
    it(`agree in every version of every node when each change is committed: seed ${seed}`, async () => {
      const pond = await initPondOn(createMemoryDisk(), 'model');
      await runTreeModel({ fs: new FileSystem(committing(pond)), seed, steps: 120 });
      assert.deepEqual(await pond.check(), []);
      await pond.close();
    });

    it(`give the same tree as the memory backend: seed ${seed}`, async () => {
      const pond = await initPondOn(createMemoryDisk(), 'model');
      const memory = new FileSystem(new MemoryBackend());
      const random = randomOf(seed);
      for (let step = 0; step < 200; step++) {
        const paths = [...(await describeNodes(pond.fs)).keys()];
        const operation = randomOperation(random, paths);
        const label = `seed ${seed}, step ${step}: ${JSON.stringify(operation)}`;
        const [ours, theirs] = [pond.fs, memory].map(async (fs) => applyOperation(await fs.root(), operation));
        assert.equal(await ours, await theirs, label);
        if (random(5) === 0) await commitAll(pond);
        assert.deepEqual(shown(await describeNodes(pond.fs)), shown(await describeNodes(memory)), label);
      }
      await pond.close();
    });
  }
});

describe('the history of a pond of random operations', () => {
  for (const seed of seeds(1)) {
    it(`has every tree, difference, log and old content of a plain record of it: seed ${seed}`, async () => {
      await checkHistory(seed, 40);
    });
  }
});

/** Random operations, with a commit, a reopening, or nothing between each two of them. */
async function runOn(disk: Disk, seed: number, steps: number): Promise<void> {
  let pond = await initPondOn(disk, 'model');
  const random = randomOf(seed + 1000);
  await runTreeModel({
    fs: pond.fs,
    seed,
    steps,
    everyChangeIsAVersion: false,
    between: async () => {
      const next = random(8);
      if (next < 2) await commitAll(pond);
      if (next === 2) {
        await pond.close();
        pond = await openPondOn(disk, 'model', { mode: 'write' });
        assert.deepEqual((await pond.status()).notices, []);
      }
      return pond.fs;
    },
  });
  assert.deepEqual(await pond.check(), []);
  await pond.close();
}

/** Lines without the ids, which differ between backends. */
function shown(nodes: TreeNodes): readonly string[] {
  return [...nodes].map(([path, { text }]) => `${path} ${text}`);
}

async function checkHistory(seed: number, commits: number): Promise<void> {
  const pond = await initPondOn(createMemoryDisk(), 'history');
  const trees = new Map<number, TreeNodes>([[0, await describeNodes(pond.fs)]]);
  const random = randomOf(seed);
  while (trees.size < commits) {
    for (let changes = 1 + random(6); changes > 0; changes--) {
      const paths = [...(await describeNodes(pond.fs)).keys()];
      await applyOperation(await pond.fs.root(), randomOperation(random, paths));
    }
    await commitAll(pond);
    trees.set(pond.head.number, await describeNodes(pond.fs));
  }
  const numbers = [...trees.keys()];
  const any = (): number => numbers[random(numbers.length)]!;
  for (const number of numbers) {
    const tree = await describeNodes(await pond.at(String(number)));
    assert.deepEqual(shown(tree), shown(trees.get(number)!), `seed ${seed}, tree of commit ${number}`);
  }
  for (let round = 0; round < 60; round++) await checkDiff(pond, trees, any(), any(), `seed ${seed}`);
  for (const path of pathsOf(trees)) await checkLog(pond, trees, path, `seed ${seed}`);
  for (let round = 0; round < 12; round++) {
    const paths = [...trees.get(any())!.keys()];
    const path = paths[random(paths.length)];
    if (path !== undefined) await checkRestoreOf(pond, trees, path, any(), `seed ${seed}`);
    await checkRestore(pond, trees, any(), `seed ${seed}`);
  }
  await pond.close();
}

async function checkDiff(
  pond: Pond,
  trees: ReadonlyMap<number, TreeNodes>,
  from: number,
  to: number,
  label: string,
): Promise<void> {
  const [before, after] = [trees.get(from)!, trees.get(to)!];
  const changes = await pond.diff(String(from), String(to));
  const text = `${label}, diff from ${from} to ${to}: ${changes.map(({ kind, path }) => `${kind} ${path}`).join()}`;
  assert.deepEqual(shown(changed(before, after, changes)).toSorted(), shown(after).toSorted(), text);
  const different = new Set(naiveDiff(before, after));
  for (const { path, kind, from: origin } of changes) {
    assert.ok(different.has(path), `${text}: ${path} is the same in both`);
    if (kind === 'renamed') assert.equal(before.get(origin!)?.id, after.get(path)?.id, text);
  }
}

/** The tree after the changes are applied to it: a renamed directory takes along its unchanged content. */
function changed(before: TreeNodes, after: TreeNodes, changes: readonly Change[]): TreeNodes {
  const removed = new Set(changes.filter(({ kind }) => kind === 'removed').map(({ path }) => path));
  const moved = new Map(changes.flatMap(({ path, from }) => (from === undefined ? [] : [[from, path] as const])));
  const newPath = (path: string): string => {
    for (let above = path; above !== ''; above = above.slice(0, above.lastIndexOf('/'))) {
      const to = moved.get(above);
      if (to !== undefined) return to + path.slice(above.length);
    }
    return path;
  };
  const nodes = new Map<string, PlainNode>();
  for (const [path, node] of before) if (!removed.has(path)) nodes.set(newPath(path), node);
  for (const { path, kind } of changes) if (kind !== 'removed') nodes.set(path, after.get(path)!);
  return nodes;
}

async function checkLog(pond: Pond, trees: ReadonlyMap<number, TreeNodes>, path: string, label: string): Promise<void> {
  const numbers = [...trees.keys()];
  // The same content in another node or version is a change too; for a directory, its content decides.
  const below = (number: number): readonly string[] =>
    [...trees.get(number)!]
      .filter(([at]) => at === path || at.startsWith(`${path}/`))
      .map(([at, { id, type, version, text }]) => `${at} ${id} ${type === 'directory' ? '' : version} ${text}`);
  const expected = numbers
    .filter((number, i) => i > 0 && below(number).join('\n') !== below(numbers[i - 1]!).join('\n'))
    .reverse();
  const logged = (await collect(pond.log({ path }))).map(({ number }) => number);
  assert.deepEqual(logged, expected, `${label}, log of ${path}`);
}

async function checkRestore(
  pond: Pond,
  trees: ReadonlyMap<number, TreeNodes>,
  number: number,
  label: string,
): Promise<void> {
  await pond.restore(['/'], String(number));
  assert.deepEqual(shown(await describeNodes(pond.fs)), shown(trees.get(number)!), `${label}, restored ${number}`);
  await commitAll(pond);
  assert.equal(pond.head.rootHash, (await pond.resolve(String(number))).rootHash, `${label}, restored ${number}`);
}

/** Restores one path, in its present, former or future location. Its parents are created; its siblings stay. */
async function checkRestoreOf(
  pond: Pond,
  trees: ReadonlyMap<number, TreeNodes>,
  path: string,
  number: number,
  label: string,
): Promise<void> {
  const at = (tree: TreeNodes): readonly string[] =>
    shown(tree).filter((line) => line.startsWith(`${path} `) || line.startsWith(`${path}/`));
  const before = await describeNodes(pond.fs);
  try {
    await pond.restore([path], String(number));
  } catch (error) {
    if (!isPondError(error, 'not-found') && !isPondError(error, 'not-a-directory')) throw error;
    assert.deepEqual(shown(await describeNodes(pond.fs)), shown(before), `${label}, refused to restore ${path}`);
    return;
  }
  const after = await describeNodes(pond.fs);
  assert.deepEqual(at(after), at(trees.get(number)!), `${label}, restored ${path} of ${number}`);
  for (const line of shown(before)) {
    if (!at(before).includes(line)) assert.ok(shown(after).includes(line), `${label}, ${line} is gone`);
  }
}

function pathsOf(trees: ReadonlyMap<number, TreeNodes>): ReadonlySet<string> {
  return new Set([...trees.values()].flatMap((tree) => [...tree.keys()]));
}
