/**
 * Names and links that a mirror cannot carry: each is listed with its reason, everything else is carried, nothing is lost
 * on either side, and later rounds change nothing.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type NameFolding } from '../../server/src/storage/nameFolding.ts';
import { foldingFolder } from '../support/foldingFolder.ts';
import { changedFolder, filesOf, mirrorBench, type MirrorBench, pondFilesOf, put, trashOf } from '../support/mirror.ts';

interface Case {
  /** Edits of both sides after a first round with nothing in it. */
  readonly arrange: (parts: MirrorBench) => unknown;
  /** What a round leaves: the path, and a part of the reason. */
  readonly left: Readonly<Record<string, RegExp>>;
  /** Differences of names that the folder ignores. */
  readonly folding?: NameFolding;
  readonly notOnWindows?: true;
}

const linked =
  (links: Readonly<Record<string, string>>) =>
  ({ folder }: MirrorBench): void => {
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, name));
  };

const linkedInPond =
  (links: Readonly<Record<string, string>>) =>
  async ({ pond }: MirrorBench): Promise<void> => {
    const root = await pond.fs.root();
    await root.createDirectory('/m', { parents: true });
    for (const [name, target] of Object.entries(links)) await root.createSymlink(`/m/${name}`, target);
    await pond.commit({ message: 'links', author: 'test' });
  };

const outward = /leads out of/;
const twin = /takes it for .*; rename one of them in the pond/;
const ignoresCase = { ignoresCase: true, ignoresForm: false };
const ignoresForm = { ignoresCase: false, ignoresForm: true };
const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];

const cases: Readonly<Record<string, Case>> = {
  'links in the folder that lead out of it': {
    arrange: linked({ up: '../outside', absolute: '/etc/hosts', around: 'd/../../outside', trash: '.pond-trash/x' }),
    left: { up: outward, absolute: outward, around: outward, trash: outward },
  },
  'links in the folder that lead nowhere, to themselves, and in a circle': {
    arrange: linked({ nowhere: 'none', itself: 'itself', first: 'second', second: 'first' }),
    left: {},
  },
  'links in the pond that lead out of its directory': {
    arrange: linkedInPond({ up: '../elsewhere', absolute: '/elsewhere', trash: '.pond-trash/x' }),
    left: { up: outward, absolute: outward, trash: outward },
  },
  'links in the pond that lead nowhere, to themselves, and in a circle': {
    arrange: linkedInPond({ nowhere: 'none', itself: 'itself', first: 'second', second: 'first' }),
    left: {},
  },
  'a link in the place of a directory with files': {
    arrange: async (parts) => {
      await parts.commit({ 'd/x': 'x in the pond' });
      linked({ d: '/etc' })(parts);
    },
    left: { d: outward },
  },
  'a pipe': {
    arrange: ({ folder }) => execFileSync('mkfifo', [join(folder, 'pipe')]),
    left: { pipe: /pipe, a socket or a device/ },
    notOnWindows: true,
  },
  'twins by case in the pond': {
    arrange: ({ commit }) => commit({ 'Log.txt': 'one', 'log.txt': 'two', 'LOG.TXT': 'three', ß: 'four', ss: 'five' }),
    left: { 'Log.txt': twin, 'log.txt': twin, ß: twin },
    folding: ignoresCase,
  },
  'a twin by case in the pond of a file in the folder': {
    arrange: async ({ commit, folder }) => {
      put(folder, 'log.txt', 'in the folder');
      await commit({ 'Log.txt': 'in the pond' });
    },
    left: { 'Log.txt': twin },
    folding: ignoresCase,
  },
  'twins by case of directories': {
    arrange: async ({ commit, folder }) => {
      put(folder, 'd/y', 'in the folder');
      await commit({ 'D/x': 'in the pond', 'D/y': 'in the pond too' });
    },
    left: { D: twin, 'D/y': twin },
    folding: ignoresCase,
  },
  'twins by case of directories in the pond': {
    arrange: ({ commit }) => commit({ 'D/x': 'one', 'd/x': 'two', 'd/y': 'three' }),
    left: { d: twin, 'd/x': twin },
    folding: ignoresCase,
  },
  'twins by the form of an accent in the pond': {
    arrange: ({ commit }) => commit({ [composed]: 'one', [decomposed]: 'two' }),
    left: { [composed]: twin },
    folding: ignoresForm,
  },
  'another form of an accent in the folder than in the pond': {
    arrange: async ({ commit, folder }) => {
      put(folder, decomposed, 'in the folder');
      await commit({ [composed]: 'in the pond' });
    },
    left: {},
    folding: ignoresForm,
  },
};

/** All contents that are anywhere. */
async function contentsOf({ pond, folder }: MirrorBench): Promise<ReadonlySet<string>> {
  const sides = [filesOf(folder), await pondFilesOf(pond), await pondFilesOf(pond, { isStaged: true })];
  return new Set([...sides.flatMap((side) => Object.values(side)), ...trashOf(folder)]);
}

describe('a mirror', () => {
  for (const [name, { arrange, left, folding, notOnWindows }] of Object.entries(cases)) {
    it(`loses nothing: ${name}`, { skip: notOnWindows === true && process.platform === 'win32' }, async (t) => {
      const parts = await mirrorBench(t, []);
      const services = folding && changedFolder((folder) => foldingFolder(folder, folding));
      await arrange(parts);
      const before = await contentsOf(parts);
      const round = await parts.round({}, services);
      const found = new Map(round.left.map(({ path, reason }) => [path, reason]));
      assert.deepEqual([...found.keys()].sort(), Object.keys(left).sort());
      for (const [path, reason] of Object.entries(left)) assert.match(found.get(path) ?? '', reason);
      const sides = async () => [filesOf(parts.folder), await pondFilesOf(parts.pond)];
      const after = await sides();
      for (let again = 0; again < 2; again++) await parts.round({}, services);
      assert.deepEqual(await sides(), after);
      const kept = await contentsOf(parts);
      assert.deepEqual(
        [...before].filter((content) => !kept.has(content)),
        [],
      );
    });
  }

  it('follows a name whose case alone changed, on either side', async (t) => {
    const parts = await mirrorBench(t, ['Log.txt']);
    const services = changedFolder((folder) => foldingFolder(folder, ignoresCase));
    const root = await parts.pond.fs.root();
    await root.rename('/m/Log.txt', '/m/log.txt');
    await parts.pond.commit({ message: 'case', author: 'test' });
    for (let round = 0; round < 3; round++) await parts.round({}, services);
    assert.deepEqual([filesOf(parts.folder), await pondFilesOf(parts.pond)], Array(2).fill({ 'log.txt': 'Log.txt 1' }));
    renameSync(join(parts.folder, 'log.txt'), join(parts.folder, 'LOG.txt'));
    for (let round = 0; round < 3; round++) await parts.round({}, services);
    assert.deepEqual([filesOf(parts.folder), await pondFilesOf(parts.pond)], Array(2).fill({ 'LOG.txt': 'Log.txt 1' }));
  });
});
