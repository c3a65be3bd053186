/** A commit of a part of what is staged takes that part and what it needs; the rest stays staged, as it was. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { describeNodes, naiveDiff, type TreeNodes } from '../support/naiveDiff.ts';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { endLockHolders } from '../support/pondState.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf, make, parquetOf } from '../support/tree.ts';
import { applyOperation, randomOperation } from '../support/treeOperations.ts';

const author = 'test';
const part = (pond: Pond, ...paths: readonly string[]) => pond.commit({ message: 'part', author }, paths);

async function pondWith(...tree: readonly string[]): Promise<{ readonly pond: Pond; readonly root: WorkingDirectory }> {
  const pond = await initPondOn(createMemoryDisk(), 'part', { author });
  const root = await pond.fs.root();
  if (tree.length > 0) {
    await make(root, ...tree);
    await pond.commit({ message: 'first', author });
  }
  return { pond, root };
}

const staged = async (pond: Pond): Promise<readonly string[]> =>
  (await pond.status()).staged.map(({ kind, path }) => `${kind} ${path}`);

const committed = async (pond: Pond): Promise<readonly string[]> =>
  (await pond.diff('HEAD~1', 'HEAD')).map(({ kind, path }) => `${kind} ${path}`);

/** Steps that stage changes of `tree`, the paths to commit, and what is in the commit and what is left. */
interface Case {
  readonly stage: (root: WorkingDirectory) => Promise<unknown>;
  readonly paths: readonly string[];
  readonly commits: readonly string[];
  readonly leaves: readonly string[];
}

const tree = ['a one', 'b one', 'd/', 'd/x one', 'd/y one'];

const cases: Readonly<Record<string, Case>> = {
  'one of two edits': {
    stage: async (root) => {
      await root.writeFile('/a', bytesOf('two'));
      await root.writeFile('/b', bytesOf('two'));
    },
    paths: ['/a'],
    commits: ['modified /a'],
    leaves: ['modified /b'],
  },
  'a file in a new directory, with the directory alone': {
    stage: (root) => make(root, 'n/', 'n/m/', 'n/m/one 1', 'n/m/two 2', 'n/other 3'),
    paths: ['/n/m/one'],
    commits: ['added /n', 'added /n/m', 'added /n/m/one'],
    leaves: ['added /n/m/two', 'added /n/other'],
  },
  'both ends of a rename, named by either': {
    stage: async (root) => {
      await root.rename('/a', '/d/a');
      await root.writeFile('/b', bytesOf('two'));
    },
    paths: ['/a'],
    commits: ['renamed /d/a'],
    leaves: ['modified /b'],
  },
  'an edit in a renamed directory, with the rename': {
    stage: async (root) => {
      await root.rename('/d', '/e');
      await root.writeFile('/e/x', bytesOf('two'));
      await root.writeFile('/e/y', bytesOf('two'));
    },
    paths: ['/e/x'],
    commits: ['renamed /e', 'renamed /e/x'],
    leaves: ['modified /e/y'],
  },
  'what was moved out of a removed directory, with the removal': {
    stage: async (root) => {
      await root.rename('/d/x', '/x');
      await root.remove('/d', { recursive: true });
      await root.writeFile('/a', bytesOf('two'));
    },
    paths: ['/x'],
    commits: ['removed /d', 'removed /d/y', 'renamed /x'],
    leaves: ['modified /a'],
  },
  'a removal, and an edit of a directory that it was in stays': {
    stage: async (root) => {
      await root.setAttributes('/d', { unit: 'm' });
      await root.remove('/d/x');
    },
    paths: ['/d/x'],
    commits: ['removed /d/x', 'modified /d'],
    leaves: [],
  },
};

describe('a commit of a part', () => {
  for (const [title, { stage, paths, commits, leaves }] of Object.entries(cases)) {
    it(`takes ${title}`, async () => {
      const { pond, root } = await pondWith(...tree);
      await stage(root);
      const before = withoutNumbers(await describeNodes(pond.fs));
      await part(pond, ...paths);
      assert.deepEqual([...(await committed(pond))].sort(), [...commits].sort());
      assert.deepEqual(await staged(pond), leaves);
      assert.deepEqual(withoutNumbers(await describeNodes(pond.fs)), before);
      assert.deepEqual(await pond.check(), []);
    });
  }

  it('leaves all versions of a series staged that are not in it', async () => {
    const { pond, root } = await pondWith('a one');
    for (const text of ['one', 'two']) {
      await root.writeFile('/s', parquetOf(text), { type: 'series' });
      await root.writeFile('/a', bytesOf(text));
    }
    await part(pond, '/a');
    const before = await describeNodes(pond.fs);
    await pond.commit({ message: 'rest', author });
    assert.deepEqual(await describeNodes(pond.fs), before);
  });

  it('takes all when all is at the paths, and fails where nothing is staged', async () => {
    const { pond, root } = await pondWith('a one', 'b one');
    await root.writeFile('/a', bytesOf('two'));
    await assert.rejects(part(pond, '/b'), { code: 'nothing-staged' });
    assert.deepEqual(await staged(pond), ['modified /a']);
    await part(pond, '/a', '/b');
    assert.deepEqual(await staged(pond), []);
    await assert.rejects(part(pond, '/a'), { code: 'nothing-staged' });
  });

  it('is possible alongside a conflict that is not in it', async () => {
    const { pond, root } = await pondWith('a one', 'b one');
    await root.writeFile('/a', bytesOf('mine'));
    await root.writeFile('/b', bytesOf('mine'));
    const transaction = await pond.begin();
    await (await transaction.fs.root()).writeFile('/a', bytesOf('theirs'));
    await transaction.commit({ message: 'theirs', author });
    await assert.rejects(part(pond, '/a'), { code: 'conflict' });
    await part(pond, '/b');
    assert.deepEqual(
      (await pond.status()).conflicts.map(({ path }) => path),
      ['/a'],
    );
  });
});

describe('commits of random parts of random changes', () => {
  for (const seed of seeds(3)) {
    it(`change no file, commit only what was staged, and end in the same tree: seed ${seed}`, async () => {
      await checkRandomParts(seed, 25);
    });
  }
});

async function checkRandomParts(seed: number, commits: number): Promise<void> {
  const disk = createMemoryDisk();
  let pond: Pond = await initPondOn(disk, 'random', { author });
  const random = randomOf(seed);
  for (let number = 1; number <= commits; number++) {
    for (let changes = 1 + random(6); changes > 0; changes--) {
      const paths = [...(await describeNodes(pond.fs)).keys()];
      await applyOperation(await pond.fs.root(), randomOperation(random, paths));
    }
    const paths = (await pond.status()).staged.map(({ path }) => path).filter(() => random(3) === 0);
    if (paths.length > 0) await checkPart(pond, paths, `seed ${seed}, part ${number}: ${paths.join()}`);
    if (random(4) > 0) continue;
    await pond.close();
    endLockHolders(disk);
    pond = await openPondOn(disk, 'random', { mode: 'write' });
    assert.deepEqual((await pond.status()).conflicts, [], `seed ${seed}, opened again`);
  }
  const working = await describeNodes(pond.fs);
  if ((await staged(pond)).length > 0) await pond.commit({ message: 'rest', author });
  assert.deepEqual(withoutNumbers(await describeNodes(await pond.at('HEAD'))), withoutNumbers(working));
  assert.deepEqual(await pond.check(), []);
  assert.deepEqual((await pond.checkHistory()).problems, []);
  await pond.close();
}

/** Versions of directories count their commits. */
function withoutNumbers(nodes: TreeNodes): readonly string[] {
  return [...nodes].map(([path, { id, text }]) => `${path} ${id} ${text}`);
}

async function checkPart(pond: Pond, paths: readonly string[], label: string): Promise<void> {
  const [working, head] = [await describeNodes(pond.fs), await describeNodes(await pond.at('HEAD'))];
  const [before, wasStaged] = [await staged(pond), new Set(naiveDiff(head, working))];
  await part(pond, ...paths);
  assert.deepEqual(withoutNumbers(await describeNodes(pond.fs)), withoutNumbers(working), label);
  const now = await describeNodes(await pond.at('HEAD'));
  for (const path of naiveDiff(head, now)) assert.ok(wasStaged.has(path), `${label}: ${path} was not staged`);
  for (const path of paths) assert.equal(now.get(path)?.text, working.get(path)?.text, `${label}: ${path}`);
  const left = await staged(pond);
  assert.ok(left.length < before.length, label);
  assert.deepEqual((await pond.status()).conflicts, [], label);
}
