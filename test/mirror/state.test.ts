/** The files with the state of a mirror: what a round writes, and what counts after a kill. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forgetState, readState, writeState } from '../../server/src/mirror/state.ts';
import { type MirrorState } from '../../server/src/mirror/stateFile.ts';
import { type Ancestor } from '../../server/src/mirror/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { createMemoryDisk } from '../../server/src/storage/memoryDisk.ts';
import { faultKinds, forEachFault } from '../support/faultDisk.ts';
import { mirrorId } from '../support/mirror.ts';
import { overwrite } from '../support/pondState.ts';
import { bytesOf } from '../support/tree.ts';

const wholePath = `_pond/mirrors/${mirrorId}`;
const changesPath = `${wholePath}.changes`;

const ancestor = (path: string, version: number): Ancestor => ({
  ...{ pondPath: path, pond: `file ${version}`, folder: `file ${version}`, seen: `file ${version}` },
  ...{ nodeId: `id of ${path}`, commit: version },
  state: { sizeBytes: version, modifiedMs: 0.5, inode: 7, mode: 0o644 },
});

/** A state of files `0` to `count - 1`. */
function stateOf(count: number): MirrorState {
  const paths = Array.from({ length: count }, (_, number) => String(number));
  const ancestors = new Map(paths.map((path) => [path, ancestor(path, 1)]));
  return { token: 'token', folder: '/folder', path: '/m', ignore: [], comparedMs: 1, ancestors };
}

/** Reads the state, changes and removes files, and writes it, as a round does. */
function change(disk: Disk, paths: readonly string[], { gone = [] }: { readonly gone?: readonly string[] } = {}): void {
  const before = readState(disk, mirrorId);
  assert.ok(before !== undefined);
  const ancestors = new Map(before.ancestors);
  for (const path of paths) ancestors.set(path, ancestor(path, (before.ancestors.get(path)?.commit ?? 0) + 1));
  for (const path of gone) ancestors.delete(path);
  const { base: _, ...head } = before;
  writeState(disk, mirrorId, { ...head, comparedMs: before.comparedMs + 1, ancestors }, before);
}

/** Versions of files, and when they were compared. */
function seen(disk: Disk): string {
  const { ancestors, comparedMs } = readState(disk, mirrorId) ?? { ancestors: new Map<string, Ancestor>() };
  const versions = [...ancestors].map(([path, { commit }]) => `${path}:${commit}`);
  return `${comparedMs}: ${versions.sort().join(' ')}`;
}

describe('the state of a mirror', () => {
  it('is written as far as it changed, and whole once that is much', () => {
    const disk = createMemoryDisk();
    writeState(disk, mirrorId, stateOf(3_000), undefined);
    const whole = disk.readFile(wholePath);
    change(disk, ['7', 'new'], { gone: ['8'] });
    change(disk, ['7', '9']);
    assert.deepEqual(disk.readFile(wholePath), whole);
    assert.ok((disk.stat(changesPath)?.sizeBytes ?? 0) < 1_000);
    const state = readState(disk, mirrorId)!;
    const commits = ['7', '8', '9', 'new', '10'].map((path) => state.ancestors.get(path)?.commit);
    assert.deepEqual([commits, state.comparedMs, state.ancestors.size], [[3, undefined, 2, 1, 1], 3, 3_000]);
    change(
      disk,
      Array.from({ length: 300 }, (_, number) => String(number)),
    );
    assert.notDeepEqual(disk.readFile(wholePath), whole);
    assert.equal(readState(disk, mirrorId)?.ancestors.get('7')?.commit, 4);
    assert.equal(readState(disk, mirrorId)?.ancestors.get('1000')?.commit, 1);
  });

  it('does not take changes of an earlier file for its own', () => {
    const disk = createMemoryDisk();
    writeState(disk, mirrorId, stateOf(4), undefined);
    change(disk, ['1']);
    const changes = disk.readFile(changesPath)!;
    writeState(disk, mirrorId, { ...stateOf(4), comparedMs: 9 }, undefined);
    overwrite(disk, changesPath, changes);
    assert.equal(seen(disk), '9: 0:1 1:1 2:1 3:1');
    overwrite(disk, changesPath, bytesOf('{"head":'));
    assert.throws(() => readState(disk, mirrorId), { code: 'pond-damaged', path: changesPath });
    assert.equal(forgetState(disk, mirrorId), true);
    assert.equal(readState(disk, mirrorId), undefined);
  });

  it('is that of a round or of the one before when the disk fails at any call', async () => {
    const dead = faultKinds.find(({ name }) => name === 'dead disk')!;
    for (const [paths, after] of [
      [['1'], '2: 0:1 1:2 2:1 3:1'],
      [['0', '1', '2', '3'], '2: 0:2 1:2 2:2 3:2'],
    ] as const) {
      const found = new Set<string>();
      await forEachFault(dead, 'changes', (faults) => {
        const disk = createMemoryDisk();
        writeState(disk, mirrorId, stateOf(4), undefined);
        try {
          change(faults.wrap(disk), paths);
        } catch (error) {
          assert.match(String(error), /PondError/);
        }
        found.add(seen(disk));
        return Promise.resolve();
      });
      assert.deepEqual([...found].sort(), ['1: 0:1 1:1 2:1 3:1', after]);
    }
  });
});
