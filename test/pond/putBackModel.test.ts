/** Nothing is staged exactly when the working tree has the value that is committed, after any changes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { isPondError } from '../../server/src/base/error.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { endLockHolders } from '../support/pondState.ts';
import { makeNode, type TreeValue, treeValue } from '../support/pondValue.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf } from '../support/tree.ts';

const author = 'test';
type Random = (count: number) => number;

/** Few names and contents, so that a tree returns to what it was by chance too. */
const names = ['a', 'b', 'c'];
const texts = ['PAR1 one PAR1', 'PAR1 two PAR1'];

const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]!;
const pathsOf = (value: TreeValue): readonly string[] => [...value.keys()];
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** Makes one random change, which may be impossible. */
async function change(random: Random, root: WorkingDirectory, value: TreeValue): Promise<void> {
  const paths = pathsOf(value);
  const directories = ['', ...paths.filter((path) => value.get(path)?.type === 'directory')];
  const existing = (): string => (paths.length === 0 ? '/a' : pick(random, paths));
  const path = `${pick(random, directories)}/${pick(random, names)}`;
  const bytes = bytesOf(pick(random, texts));
  switch (random(10)) {
    case 0:
    case 1:
      return void (await root.createFile(path, bytes, { type: pick(random, ['file', 'file', 'table', 'series']) }));
    case 2:
      return void (await root.createDirectory(path));
    case 3:
      return void (await root.createSymlink(path, pick(random, names)));
    case 4:
      return void (await root.writeFile(existing(), bytes));
    case 5:
      return void (await root.setAttributes(existing(), random(2) === 0 ? {} : { unit: pick(random, names) }));
    case 6:
    case 7:
      return await root.rename(existing(), path, { overwrite: random(2) === 0 });
    case 8:
      return void (await root.copy(existing(), path, { recursive: true }));
    default:
      return await root.remove(existing(), { recursive: true });
  }
}

/** Runs a change; one that is impossible changes nothing. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isPondError(error)) throw error;
  }
}

const isSame = (a: TreeValue, b: TreeValue): boolean =>
  isDeepStrictEqual(new Map([...a].sort()), new Map([...b].sort()));

async function check(pond: Pond, committed: TreeValue, label: string): Promise<TreeValue> {
  const now = await treeValue(pond.fs);
  const staged = (await pond.status()).staged.map(({ kind, path }) => `${kind} ${path}`);
  assert.equal(staged.length === 0, isSame(now, committed), `${label}: ${staged.join(', ')}`);
  return now;
}

/** A value that can become another one by changes of the node itself. */
function canBecome(now: TreeValue, wanted: TreeValue, path: string): boolean {
  const [a, b] = [now.get(path), wanted.get(path)];
  if (a === undefined || b === undefined || a.type !== b.type) return false;
  if (a.type === 'series' && b.type === 'series') return isDeepStrictEqual(b.texts.slice(0, a.texts.length), a.texts);
  return a.type !== 'symlink' || b.type !== 'symlink' || a.target === b.target;
}

/** Steps that each bring a tree closer to the wanted value. */
function stepsBack(random: Random, root: WorkingDirectory, now: TreeValue, wanted: TreeValue) {
  const steps: (() => Promise<unknown>)[] = [];
  const wrong = pathsOf(now).filter((path) => !canBecome(now, wanted, path));
  for (const path of wrong) steps.push(() => root.remove(path, { recursive: true }));
  for (const [path, value] of wanted) {
    const found = now.get(path);
    if (found === undefined) {
      const parent = parentOf(path);
      if (parent !== '' && now.get(parent)?.type !== 'directory') continue;
      const moved = wrong.filter((from) => now.get(from)?.type === value.type && !`${parent}/`.startsWith(`${from}/`));
      steps.push(
        moved.length > 0 && random(2) === 0
          ? () => root.rename(pick(random, moved), path)
          : () => makeNode(root, path, value),
      );
    } else if (canBecome(now, wanted, path) && !isDeepStrictEqual(found, value)) {
      if (!isDeepStrictEqual(found.attributes, value.attributes))
        steps.push(() => root.setAttributes(path, value.attributes));
      if ('texts' in found && 'texts' in value) {
        const next = value.type === 'series' ? value.texts[found.texts.length] : value.texts[0];
        if (next !== undefined && !isDeepStrictEqual(found.texts, value.texts))
          steps.push(() => root.writeFile(path, bytesOf(next)));
      }
    }
  }
  return steps;
}

async function goBack(random: Random, pond: Pond, wanted: TreeValue): Promise<void> {
  const root = await pond.fs.root();
  for (;;) {
    const steps = stepsBack(random, root, await treeValue(pond.fs), wanted);
    if (steps.length === 0) return;
    await pick(random, steps)();
  }
}

const waysBack: readonly ((random: Random, pond: Pond, wanted: TreeValue) => Promise<unknown>)[] = [
  goBack,
  goBack,
  goBack,
  (random, pond, wanted) => pond.fs.backend.batch(() => goBack(random, pond, wanted)),
  (_, pond) => pond.restore(['/'], 'HEAD'),
];

async function committedPond(random: Random, disk: Disk): Promise<Pond> {
  const pond = await initPondOn(disk, 'memory', { author });
  const root = await pond.fs.root();
  await root.createFile('/a', bytesOf(texts[0]!));
  for (let step = 0; step < 12; step++) {
    const value = await treeValue(pond.fs);
    await attempt(() => change(random, root, value));
  }
  if ((await pond.status()).staged.length > 0) await pond.commit({ message: 'first', author });
  return pond;
}

async function reopened(disk: Disk, pond: Pond): Promise<Pond> {
  await pond.close();
  endLockHolders(disk);
  return await openPondOn(disk, 'memory', { mode: 'write' });
}

test('whatever changes a tree, nothing is staged exactly when it is as committed', async () => {
  for (const seed of seeds(25)) {
    const random = randomOf(seed);
    const disk = createMemoryDisk();
    let pond = await committedPond(random, disk);
    const committed = await treeValue(pond.fs);
    let now = committed;
    for (let step = 0; step < 1 + random(8); step++) {
      const root = await pond.fs.root();
      await attempt(() => change(random, root, now));
      now = await check(pond, committed, `seed ${seed}, step ${step}`);
    }
    if (random(3) === 0) pond = await reopened(disk, pond);
    await pick(random, waysBack)(random, pond, committed);
    assert.ok(isSame(await check(pond, committed, `seed ${seed}, back`), committed), `seed ${seed}`);
    await assert.rejects(pond.commit({ message: 'nothing', author }), { code: 'nothing-staged' }, `seed ${seed}`);
    pond = await reopened(disk, pond);
    await check(pond, committed, `seed ${seed}, opened again`);
    assert.deepEqual((await pond.checkHistory()).problems, [], `seed ${seed}`);
    await pond.close();
  }
});
