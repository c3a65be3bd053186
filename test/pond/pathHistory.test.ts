import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initPondOn, openPondOn } from '../support/pond.ts';
import { type Pond } from '../../server/src/pond/types.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { type WorkingDirectory } from '../../server/src/tinyfs/workingDirectory.ts';
import { createCountingDisk } from '../support/countingDisk.ts';
import { randomOf } from '../support/random.ts';
import { bytesOf, collect } from '../support/tree.ts';

/** The commits that changed each path, latest first, found by reading each commit. */
async function logsByLooking(pond: Pond, paths: readonly string[]): Promise<readonly (readonly number[])[]> {
  const logs = paths.map((path) => ({ path, numbers: [] as number[], before: 'nothing' }));
  for (let number = 0; number <= pond.head.number; number++) {
    const root = await (await pond.at(String(number))).root();
    for (const log of logs) {
      const at = await root.get(log.path).catch(() => undefined);
      const now = at === undefined ? 'nothing' : `${at.node.id} ${at.node.version} ${at.node.sha256}`;
      if (now !== log.before) log.numbers.unshift(number);
      log.before = now;
    }
  }
  return logs.map(({ numbers }) => numbers);
}

const log = async (pond: Pond, path: string): Promise<readonly number[]> =>
  (await collect(pond.log({ path }))).map(({ number }) => number);

/** Most commits change something else; some create, remove or move the path or a directory above it. */
const steps: readonly ((root: WorkingDirectory, round: number) => Promise<unknown>)[] = [
  (root, round) => root.writeFile('/d/x', bytesOf(`x ${round}`)),
  (root) => root.remove('/d/x'),
  (root, round) => root.writeFile(`/d/other ${round % 3}`, bytesOf(`${round}`)),
  (root, round) => root.remove(`/d/other ${round % 3}`),
  (root) => root.rename('/d', '/e'),
  (root) => root.rename('/e', '/d'),
  (root) => root.createDirectory('/d'),
  (root, round) => root.writeFile('/d', bytesOf(`a file ${round}`)),
  (root) => root.remove('/d', { recursive: true }),
];

test('the log of a path equals that of reading every commit, however often the path appeared and disappeared', async () => {
  for (const seed of [1, 2]) {
    const random = randomOf(seed);
    const pond = await initPondOn(createMemoryDisk(), 'history');
    const root = await pond.fs.root();
    for (let round = 0; round < 120; round++) {
      await root.writeFile('/busy', bytesOf(`${round}`));
      // A step that is impossible now is another commit that does not change the path.
      if (random(5) === 0) await steps[random(steps.length)]!(root, round).catch(() => undefined);
      await pond.commit({ message: `${round}`, author: 'test' });
    }
    const paths = ['/d/x', '/d', '/e/x', '/d/other 1', '/never', '/d/x/below', '/busy'];
    for (const [index, expected] of (await logsByLooking(pond, paths)).entries()) {
      assert.deepEqual(await log(pond, paths[index]!), expected, `seed ${seed}, log of ${paths[index]}`);
    }
    await pond.close();
  }
});

test('the cost of the log of a path that is new, or never existed, does not depend on the age of the pond', async () => {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'history');
  const root = await pond.fs.root();
  const change = async (path: string, text: string): Promise<void> => {
    await root.writeFile(path, bytesOf(text));
    await pond.commit({ message: path, author: 'test' });
  };
  for (let round = 0; round < 300; round++) await change('/busy', `${round}`);
  await change('/late', 'first');
  for (let round = 0; round < 10; round++) await change('/busy', `again ${round}`);
  await pond.close();
  for (const [path, expected] of [
    ['/late', [301]],
    ['/never/there', []],
  ] as const) {
    const counting = createCountingDisk(disk);
    const reader = await openPondOn(counting.disk, 'history', { mode: 'read' });
    counting.take();
    assert.deepEqual(await log(reader, path), expected);
    const { calls } = counting.take();
    assert.ok(calls < 160, `${calls} calls for ${path}`);
    await reader.close();
  }
});

test('commits that a log has read are not read again, and the next ones are', async () => {
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, 'history');
  const root = await pond.fs.root();
  const change = async (text: string): Promise<void> => {
    await root.writeFile('/busy', bytesOf(text));
    await pond.commit({ message: text, author: 'test' });
  };
  for (let round = 0; round < 40; round++) await change(`${round}`);
  const counting = createCountingDisk(disk);
  const reader = await openPondOn(counting.disk, 'history', { mode: 'read' });
  const messages = async (): Promise<readonly string[]> => (await collect(reader.log())).map(({ message }) => message);
  const first = await messages();
  assert.ok(counting.take().calls >= 40);
  assert.deepEqual(await messages(), first);
  assert.equal(counting.take().calls, 0);
  await change('next');
  await reader.refresh();
  counting.take();
  assert.deepEqual(await messages(), ['next', ...first]);
  assert.ok(counting.take().calls <= 2);
  await Promise.all([reader.close(), pond.close()]);
});
