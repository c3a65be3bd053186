/** Random edits with commit: none, and decisions of a person in between: nothing is lost, and both sides end the same. */
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { temporaryFolder } from '../support/folder.ts';
import { filesOf, pondFilesOf, put, runRound, settingsFor, trashOf } from '../support/mirror.ts';
import { initPondOn } from '../support/pond.ts';
import { seeds } from '../support/proof.ts';
import { randomOf } from '../support/random.ts';

const paths = ['a', 'b', 'd/x', 'd/y'];
const steps = 20;

type Random = (count: number) => number;

/** Stages or commits an edit of a person in the pond. */
async function editPond(pond: OpenPond, random: Random, text: string): Promise<void> {
  const transaction = random(3) > 0 ? await pond.begin() : undefined;
  const root = await (transaction ?? pond).fs.root();
  const path = `/m/${paths[random(paths.length)]}`;
  if ((await root.exists(path)) && random(3) === 0) await root.remove(path);
  else {
    await root.createDirectory(dirname(path), { parents: true });
    await root.writeFile(path, Buffer.from(text));
  }
  await transaction?.commit({ message: 'edit', author: 'test' });
}

function editFolder(folder: string, random: Random, text: string): void {
  const path = paths[random(paths.length)] ?? '';
  if (existsSync(join(folder, path)) && random(3) === 0) rmSync(join(folder, path));
  else put(folder, path, text);
}

/** Keeps, discards or commits what is staged. */
async function decide(pond: OpenPond, random: Random): Promise<void> {
  const { conflicts, staged } = await pond.status();
  const chosen = (all: readonly { readonly path: string }[]): string[] =>
    all.filter(() => random(2) === 0).map(({ path }) => path);
  if (random(2) === 0) await pond.keepStaged(conflicts.map(({ path }) => path));
  if (random(3) === 0) await pond.discard(chosen(staged));
  await commitAll(pond);
}

async function commitAll(pond: OpenPond): Promise<void> {
  const { conflicts, staged } = await pond.status();
  if (staged.length > 0 && conflicts.length === 0) await pond.commit({ message: 'mine', author: 'test' });
}

const textsOf = (files: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(files).flatMap(([path, text]) => (path.endsWith('/') ? [] : [text]));

async function play(t: TestContext, seed: number): Promise<void> {
  const random = randomOf(seed);
  const disk = createMemoryDisk();
  const pond = await initPondOn(disk, '/pond');
  const folder = temporaryFolder(t);
  const committed = new Set<string>();
  const remember = async (): Promise<void> => {
    for (const text of textsOf(await pondFilesOf(pond))) committed.add(text);
  };
  const round = async (): Promise<void> => {
    await remember();
    const before = textsOf(filesOf(folder));
    await runRound(pond, disk, settingsFor(folder, { commit: 'none' }));
    const staged = textsOf(await pondFilesOf(pond, { isStaged: true }));
    const kept = new Set([...textsOf(filesOf(folder)), ...trashOf(folder), ...committed, ...staged]);
    assert.deepEqual(
      before.filter((text) => !kept.has(text)),
      [],
    );
  };
  for (let step = 0; step < steps; step += 1) {
    if (random(3) > 0) await editPond(pond, random, `pond ${step}`);
    if (random(3) > 0) editFolder(folder, random, `folder ${step}`);
    await round();
    if (random(3) === 0) await decide(pond, random);
  }
  // What a round could not stage, since something was staged, is staged by one of the next.
  for (let i = 0; i < 4; i += 1) {
    await pond.keepStaged((await pond.status()).conflicts.map(({ path }) => path));
    await commitAll(pond);
    await round();
  }
  assert.deepEqual(filesOf(folder), await pondFilesOf(pond));
  assert.deepEqual((await pond.status()).staged, []);
  await pond.close();
}

test('with commit: none nothing is lost, and both sides end the same', async (t) => {
  for (const seed of seeds(3)) {
    try {
      await play(t, seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
});
